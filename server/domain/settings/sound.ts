import Type from "typebox";
import { Tone } from "../country.ts";
import { inGroup, seconds } from "./definition.ts";

const tone = (name: string, title: string, text: string) => ({
  name,
  title,
  text,
  schema: Tone,
});

export const toneSettings = inGroup("Tones", [
  tone("tones.dial", "Dial tone", "What is heard before dialling."),
  tone("tones.busy", "Busy tone", "What is heard when the other side is busy."),
  tone("tones.congestion", "Congestion tone", "What is heard when a call can't be made."),
  tone("tones.ringback", "Ringing tone", "What is heard while it rings at the other side."),
  tone("tones.callWaiting", "Call waiting tone", "What is heard when a second call comes."),
  tone("tones.stutter", "Message tone", "Dial tone when messages wait."),
  {
    name: "tones.folder",
    title: "Folder of tones",
    text: "Folder on the shelf that holds the tones of a country for phones that read them from a file (`g3-tones.xml`).",
    schema: Type.String({ pattern: "^[A-Za-z0-9_-]{1,64}$" }),
  },
]);

const volume = (name: string, title: string, text: string) => ({
  name,
  title,
  text,
  schema: Type.Integer({ minimum: 0, maximum: 15 }),
});

export const soundSettings = inGroup("Sound", [
  {
    name: "phone.defaultRing",
    title: "Ring",
    text: "Ring of the line, by the phone's own numbering; 0 is silent.",
    schema: Type.Integer({ minimum: 0, maximum: 12 }),
    default: 1,
    perLine: true,
  },
  {
    name: "ring.distinctive",
    title: "Rings by caller",
    text: "A ring for calls that the PBX marks in Alert-Info: the mark and the phone's number of the ring.",
    schema: Type.Array(
      Type.Object(
        {
          mark: Type.String({ pattern: "^[A-Za-z0-9_-]{1,31}$" }),
          ring: Type.Integer({ minimum: 1, maximum: 12 }),
        },
        { additionalProperties: false },
      ),
      { maxItems: 8 },
    ),
  },
  {
    name: "ring.silentFor",
    title: "Longest silent ring",
    text: "How long the lamp of a silent call blinks before the phone gives up.",
    unit: "seconds",
    schema: seconds(0, 300),
    default: 60,
  },
  volume("sound.ringVolume", "Ring volume", "Volume of the ring, 0 to 15, before people change it."),
  volume("sound.speakerVolume", "Speaker volume", "Volume of the loudspeaker, 0 to 15, before people change it."),
  volume("sound.handsetVolume", "Receiver volume", "Volume of the receiver, 0 to 15, before people change it."),
  volume("sound.headsetVolume", "Headset volume", "Volume of a headset, 0 to 15, before people change it."),
  {
    name: "sound.device",
    title: "Speak with",
    text: "What a call without a lifted receiver uses.",
    schema: Type.Enum(["speaker", "headset", "none"]),
    default: "speaker",
  },
  {
    name: "sound.headsetHook",
    title: "Headset with hook key",
    text: "Whether a wireless headset may lift and hang up (electronic hook switch).",
    schema: Type.Boolean(),
    default: false,
  },
]);
