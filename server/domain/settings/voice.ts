import Type from "typebox";
import { dialString, inGroup, seconds } from "./definition.ts";

const codecs = ["opus", "g722", "g722.2", "g711u", "g711a", "g729", "ilbc"] as const;

export const voiceSettings = inGroup("Voice", [
  {
    name: "voice.codecs",
    title: "Codecs",
    text: "Codecs in the order they are offered; those that are not listed are switched off where the phone can.",
    schema: Type.Array(Type.Enum([...codecs]), { minItems: 1, maxItems: codecs.length, uniqueItems: true }),
    default: ["g722", "g711a", "g711u"],
    perLine: true,
  },
  {
    name: "voice.onlyFirstCodec",
    title: "Only the first codec",
    text: "Whether the phone offers nothing but the first of the codecs.",
    schema: Type.Boolean(),
    default: false,
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
    name: "voice.dtmfPayload",
    title: "DTMF payload type",
    text: "RTP payload type of telephone events.",
    schema: Type.Integer({ minimum: 96, maximum: 127 }),
    default: 101,
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
    name: "voice.packetTime",
    title: "Sound per packet",
    text: "How much sound a packet holds.",
    unit: "milliseconds",
    schema: Type.Integer({ minimum: 10, maximum: 60, multipleOf: 10 }),
    default: 20,
  },
  {
    name: "voice.silenceSuppression",
    title: "Silence suppression",
    text: "Whether nothing is sent while nobody speaks.",
    schema: Type.Boolean(),
    default: false,
    perLine: true,
  },
  {
    name: "voice.encryption",
    title: "Encrypted media",
    text: "`off` plain RTP, `optional` SRTP where the other side can, `required` SRTP or no call.",
    schema: Type.Enum(["off", "optional", "required"]),
    default: "off",
    perLine: true,
  },
  {
    name: "voice.rtcp",
    title: "Quality reports in the stream",
    text: "Whether the phone sends RTCP.",
    schema: Type.Boolean(),
    default: false,
  },
]);

export const voicemailSettings = inGroup("Voice mail", [
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
    name: "voicemail.stutter",
    title: "Message tone",
    text: "Whether a stuttering dial tone tells of waiting messages.",
    schema: Type.Boolean(),
    default: false,
    perLine: true,
  },
  {
    name: "voicemail.server",
    title: "Voice mail server",
    text: "Where the phone subscribes for waiting messages, when it is not the SIP server: `name` or `mailbox@name`.",
    schema: Type.String({ pattern: "^[A-Za-z0-9@._:*#-]{1,128}$" }),
    perLine: true,
  },
  {
    name: "voicemail.subscribe",
    title: "Renew the message subscription",
    text: "How long the subscription for waiting messages is asked for.",
    unit: "seconds",
    schema: seconds(60, 86400),
    default: 86400,
    perLine: true,
  },
]);
