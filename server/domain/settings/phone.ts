import Type from "typebox";
import { plainText } from "../text.ts";
import { host, type SettingDefinition } from "./definition.ts";

const languages = ["en", "hr", "cs", "pl", "el", "de", "fr", "it", "es", "sk", "sl", "hu", "ro", "bg"] as const;

export const phoneSettings: readonly SettingDefinition[] = [
  {
    name: "time.zone",
    title: "Time zone",
    text: "IANA name, for example Europe/Athens.",
    schema: Type.String({ pattern: "^[A-Za-z0-9_+/-]{1,64}$" }),
    default: "UTC",
  },
  { name: "time.ntp", title: "NTP server", text: "Where the phone gets the time.", schema: host },
  { name: "time.ntpBackup", title: "Second NTP server", text: "Asked when the first does not answer.", schema: host },
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
  {
    name: "phone.language",
    title: "Language",
    text: "Language of the phone's own texts, where its firmware or the shelf has it; English else.",
    schema: Type.Enum([...languages]),
    default: "en",
  },
  {
    name: "phone.label",
    title: "Text on the screen",
    text: "Name of the phone in its top bar.",
    schema: plainText(40),
  },
  {
    name: "phone.adminPassword",
    title: "Admin password",
    text: "Password of the phone's own administrator account.",
    schema: plainText(127, { min: 1 }),
    secret: true,
  },
  {
    name: "phone.userPassword",
    title: "User password",
    text: "Password of the phone's own user account, or the code that unlocks its settings.",
    schema: plainText(127, { min: 1 }),
    secret: true,
  },
  {
    name: "phone.webAccess",
    title: "Web page of the phone",
    text: "Whether the phone's own web server runs.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "phone.syslog",
    title: "Syslog server",
    text: "Where the phone sends its log.",
    schema: host,
  },
];
