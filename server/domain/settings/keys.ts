import Type from "typebox";
import { plainText } from "../text.ts";
import { inGroup, seconds } from "./definition.ts";

export const blfSettings = inGroup("Busy lamps", [
  {
    name: "blf.server",
    title: "BLF server",
    text: "The dialect of the PBX that busy lamps subscribe to.",
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
    name: "blf.parkPrefix",
    title: "Prefix of parking slots",
    text: "What stands before the number of a parking slot when a key watches it, for example `park+` on FreeSWITCH.",
    schema: Type.String({ pattern: "^[A-Za-z0-9*#+]{0,12}$" }),
    default: "",
  },
  {
    name: "blf.subscribeExpires",
    title: "BLF subscription time",
    text: "How long a busy lamp's subscription is asked for.",
    unit: "seconds",
    schema: seconds(60, 86400),
    default: 1800,
  },
  {
    name: "blf.list",
    title: "BLF list",
    text: "Address of a resource list on the PBX that fills free keys: `sip:list-9721@pbx.example.com`.",
    schema: Type.String({ pattern: "^sip:[A-Za-z0-9._*#+-]{1,64}@[A-Za-z0-9._:-]{1,128}$" }),
  },
  {
    name: "blf.sound",
    title: "Sound at a ringing lamp",
    text: "Whether the phone sounds when a watched extension rings.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "blf.label",
    title: "Text of a lamp key",
    text: "What stands beside a lamp key of a module.",
    schema: Type.Enum(["name", "extension", "both"]),
    default: "name",
  },
]);

/** What a soft key can do, under names of no vendor. */
const softKeys = [
  "redial",
  "recents",
  "missed",
  "directory",
  "forward",
  "dnd",
  "pickup",
  "group-pickup",
  "park",
  "unpark",
  "messages",
  "new-call",
  "hold",
  "resume",
  "end",
  "transfer",
  "blind-transfer",
  "conference",
  "answer",
  "reject",
  "divert",
  "call",
  "delete",
  "cancel",
  "record",
  "barge",
  "settings",
] as const;

const keys = (name: string, title: string, text: string) => ({
  name,
  title,
  text,
  schema: Type.Array(Type.Enum([...softKeys]), { minItems: 1, maxItems: 16, uniqueItems: true }),
});

export const softKeySettings = inGroup("Soft keys", [
  keys(
    "softkeys.idle",
    "Soft keys at rest",
    "Keys below the screen while nothing happens, from the left; the phone's own when not set.",
  ),
  keys("softkeys.dialling", "Soft keys while dialling", "Keys below the screen while a number is typed."),
  keys("softkeys.ringing", "Soft keys while it rings", "Keys below the screen for a call that comes in."),
  keys("softkeys.connected", "Soft keys in a call", "Keys below the screen during a call."),
  keys("softkeys.held", "Soft keys with a call on hold", "Keys below the screen while a call is held."),
]);

const pagingGroup = Type.Object(
  {
    address: Type.String({ pattern: "^2(?:2[4-9]|3\\d)(?:\\.\\d{1,3}){3}$", description: "multicast address" }),
    port: Type.Integer({ minimum: 1000, maximum: 65534, multipleOf: 2 }),
    name: Type.Optional(plainText(32, { min: 1 })),
    number: Type.Optional(Type.String({ pattern: "^[0-9*#]{1,15}$", description: "what people dial to page it" })),
    listen: Type.Optional(Type.Boolean({ description: "whether the phone plays what comes; true when absent" })),
    priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 3 })),
  },
  { additionalProperties: false },
);

export const pagingSettings = inGroup("Paging", [
  {
    name: "paging.groups",
    title: "Paging groups",
    text: "Multicast groups that the phone hears and can speak to.",
    schema: Type.Array(pagingGroup, { maxItems: 10 }),
  },
  {
    name: "paging.autoAnswer",
    title: "Answer pages at once",
    text: "Whether the phone answers calls that the PBX marks as a page or intercom.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "paging.duringCall",
    title: "Pages during a call",
    text: "Whether such a call is answered while another goes on.",
    schema: Type.Boolean(),
    default: false,
    perLine: true,
  },
]);
