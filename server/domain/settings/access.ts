import Type from "typebox";
import { plainText } from "../text.ts";
import { inGroup, port } from "./definition.ts";

const allowed = (name: string, title: string, text: string, on: boolean) => ({
  name,
  title,
  text,
  schema: Type.Boolean(),
  default: on,
});

export const accessSettings = inGroup("Access", [
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
  allowed("phone.webAccess", "Web page of the phone", "Whether the phone's own web server runs.", true),
  allowed("access.webAdmin", "Administration in the browser", "Whether that page has the administrator's part.", true),
  {
    name: "access.webProtocol",
    title: "Protocol of the web page",
    text: "`http` also works without encryption, `https` only with.",
    schema: Type.Enum(["http", "https"]),
    default: "http",
  },
  {
    name: "access.webPort",
    title: "Port of the web page",
    text: "When it is not the usual one.",
    schema: port,
  },
  {
    name: "access.menu",
    title: "Menus of the phone",
    text: "`all` of the settings, `user` only harmless ones, `none`.",
    schema: Type.Enum(["all", "user", "none"]),
    default: "all",
  },
  allowed("access.factoryReset", "Factory reset", "Whether people can reset the phone at its menu.", true),
  allowed("access.ssh", "SSH", "Whether the phone takes SSH sign-ins.", false),
  { name: "access.sshUser", title: "SSH name", text: "Name that SSH takes.", schema: plainText(30, { min: 1 }) },
  {
    name: "access.sshPassword",
    title: "SSH password",
    text: "Password that SSH takes.",
    schema: plainText(30, { min: 1 }),
    secret: true,
  },
  allowed("access.commands", "Commands by HTTP", "Whether the phone takes commands by HTTP (CGI/Execute).", false),
  allowed("access.usb", "USB ports", "Whether the phone's USB ports work.", true),
  allowed("access.bluetooth", "Bluetooth", "Whether Bluetooth works.", true),
]);
