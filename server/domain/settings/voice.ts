import Type from "typebox";
import { plainText } from "../text.ts";
import { dialString, type SettingDefinition } from "./definition.ts";

const codecs = ["opus", "g722", "g722.2", "g711u", "g711a", "g729", "ilbc"] as const;

/** `0-1` … `8-9`: a range of digits that goes up. */
const ascending = Array.from({ length: 9 }, (_, from) => `${from}-[${from + 1}-9]`).join("|");

/** A dialled number and how long the phone waits for more digits when it matches. */
const dialRule = Type.Object(
  {
    match: Type.String({
      pattern: `^(?:[0-9*#+x]|\\[(?:[0-9]|${ascending})+\\])+\\.?$`,
      maxLength: 38,
      description: "digits, * # +, x any digit, [2-9] or [246] one of these, a final . any number of further digits",
    }),
    wait: Type.Integer({ minimum: 0, maximum: 60, description: "seconds to wait for another digit; 0 dials at once" }),
  },
  { additionalProperties: false },
);

export const voiceSettings: readonly SettingDefinition[] = [
  {
    name: "voice.codecs",
    title: "Codecs",
    text: "Codecs in the order they are offered; those that are not listed are switched off where the phone can.",
    schema: Type.Array(Type.Enum([...codecs]), { minItems: 1, maxItems: codecs.length, uniqueItems: true }),
    default: ["g722", "g711a", "g711u"],
    perLine: true,
  },
  {
    name: "voice.dtmf",
    title: "DTMF",
    text: "How key presses travel in a call: `rfc2833` as telephone events, `inband` as sound, `info` in SIP, `auto` as agreed.",
    schema: Type.Enum(["auto", "rfc2833", "inband", "info"]),
    default: "auto",
    perLine: true,
  },
  {
    name: "voice.rtpFirst",
    title: "First RTP port",
    text: "Start of the range of media ports; even.",
    schema: Type.Integer({ minimum: 1024, maximum: 65000, multipleOf: 2 }),
    default: 16384,
  },
  {
    name: "voice.rtpLast",
    title: "Last RTP port",
    text: "End of the range of media ports.",
    schema: Type.Integer({ minimum: 1026, maximum: 65534 }),
    default: 16482,
  },
  {
    name: "dial.plan",
    title: "Dial plan",
    text: "Numbers that the phone recognises while they are typed, first match first; anything else waits for `dial.timeout`.",
    schema: Type.Array(dialRule, { maxItems: 60 }),
    default: [{ match: "112", wait: 0 }],
  },
  {
    name: "dial.timeout",
    title: "Dialling pause",
    text: "How long the phone waits after a digit before it dials what was typed.",
    unit: "seconds",
    schema: Type.Integer({ minimum: 1, maximum: 60 }),
    default: 5,
  },
  {
    name: "voicemail.number",
    title: "Voice mail number",
    text: "What the messages key dials.",
    schema: dialString,
    perLine: true,
  },
  {
    name: "voicemail.lamp",
    title: "Message lamp",
    text: "Whether waiting messages light the lamp.",
    schema: Type.Boolean(),
    default: true,
    perLine: true,
  },
  {
    name: "call.waiting",
    title: "Call waiting",
    text: "Whether a second call is announced during a call.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "blf.server",
    title: "BLF server",
    text: "The kind of PBX that busy lamps subscribe to.",
    schema: Type.Enum(["asterisk", "broadsoft", "rfc4235", "sylantro"]),
    default: "asterisk",
  },
  {
    name: "blf.pickupCode",
    title: "Pickup code",
    text: "Dialled before an extension to take its ringing call.",
    schema: Type.String({ pattern: "^[0-9*#]{1,7}$" }),
    default: "**",
  },
  {
    name: "blf.pickup",
    title: "Pickup by BLF key",
    text: "Whether pressing a ringing BLF key takes the call.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "phone.emergencyNumbers",
    title: "Emergency numbers",
    text: "Numbers that always work, also on a locked phone.",
    schema: Type.Array(Type.String({ pattern: "^[0-9]{2,15}$" }), { maxItems: 10, uniqueItems: true }),
    default: ["112"],
  },
  {
    name: "phone.defaultRing",
    title: "Ring",
    text: "Ring of the line, by the phone's own numbering; 0 is silent.",
    schema: Type.Integer({ minimum: 0, maximum: 12 }),
    default: 1,
    perLine: true,
  },
  {
    name: "phone.textLogo",
    title: "Start text",
    text: "Text that is shown while the phone starts.",
    schema: plainText(60),
  },
];
