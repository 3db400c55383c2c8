import Type from "typebox";
import { languages } from "../country.ts";
import { plainText } from "../text.ts";
import { host, inGroup, seconds, url } from "./definition.ts";

export const displaySettings = inGroup("Display", [
  {
    name: "phone.language",
    title: "Language",
    text: "Language of the phone's own texts, where its firmware or the shelf has it; English else.",
    schema: Type.Enum(languages),
    default: "en",
  },
  {
    name: "phone.label",
    title: "Text on the screen",
    text: "Name of the phone in its top bar.",
    schema: plainText(40),
  },
  {
    name: "phone.textLogo",
    title: "Start text",
    text: "Text that is shown while the phone starts.",
    schema: plainText(60),
  },
  {
    name: "display.wallpaper",
    title: "Wallpaper",
    text: "Address of the picture behind the screen; the phone's own when not set.",
    schema: url,
  },
  {
    name: "display.logo",
    title: "Logo",
    text: "Address of the picture that is shown at the start and at rest.",
    schema: url,
  },
  {
    name: "display.backlight",
    title: "Light of the screen",
    text: "How long the screen stays lit after the last touch; `always` never goes dark.",
    schema: Type.Enum(["1m", "5m", "30m", "always"]),
    default: "5m",
  },
  {
    name: "display.brightness",
    title: "Brightness",
    text: "Brightness of the screen, 1 to 15.",
    schema: Type.Integer({ minimum: 1, maximum: 15 }),
  },
  {
    name: "display.screenSaver",
    title: "Screen saver",
    text: "`off`, or what is shown at rest.",
    schema: Type.Enum(["off", "clock", "picture", "logo"]),
    default: "off",
  },
  {
    name: "display.screenSaverAfter",
    title: "Screen saver after",
    text: "How long the phone rests before the screen saver comes.",
    unit: "seconds",
    schema: seconds(30, 65000),
    default: 300,
  },
  {
    name: "display.fontSize",
    title: "Size of letters",
    text: "Size of the texts on the screen.",
    schema: Type.Enum(["regular", "large"]),
    default: "regular",
  },
  {
    name: "display.voiceFeedback",
    title: "Spoken menus",
    text: "Whether the phone reads its menus aloud.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "display.handsetLamp",
    title: "Lamp of the receiver",
    text: "When the lamp of the receiver lights up besides for a call that rings.",
    schema: Type.Enum(["voicemail", "voicemail-and-missed"]),
    default: "voicemail",
  },
]);

export const timeSettings = inGroup("Time", [
  {
    name: "time.zone",
    title: "Time zone",
    text: "IANA name, for example Europe/Athens. Summer time is part of it.",
    schema: Type.String({ pattern: "^[A-Za-z0-9_+/-]{1,64}$" }),
    default: "UTC",
  },
  {
    name: "time.ntp",
    title: "NTP server",
    text: "Where the phone gets the time.",
    schema: host,
  },
  {
    name: "time.ntpBackup",
    title: "Second NTP server",
    text: "Asked when the first does not answer.",
    schema: host,
  },
  {
    name: "time.dateFormat",
    title: "Date format",
    text: "Order of day and month.",
    schema: Type.Enum(["day/month", "month/day"]),
    default: "day/month",
  },
  {
    name: "time.clock",
    title: "Clock",
    text: "12 or 24 hours.",
    schema: Type.Enum(["12h", "24h"]),
    default: "24h",
  },
]);
