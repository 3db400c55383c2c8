import Type from "typebox";
import { plainText } from "../text.ts";
import { host, inGroup, url } from "./definition.ts";

const attribute = Type.String({ pattern: "^[A-Za-z][A-Za-z0-9-]{0,63}$" });

export const directorySettings = inGroup("Directory and services", [
  { name: "directory.url", title: "Directory", text: "Address of an XML directory.", schema: url },
  {
    name: "directory.name",
    title: "Name of the directory",
    text: "As the phone lists it.",
    schema: plainText(40, { min: 1 }),
  },
  { name: "services.url", title: "Services", text: "Address of the XML page behind the services key.", schema: url },
  {
    name: "services.name",
    title: "Name of the services",
    text: "As the phone lists them.",
    schema: plainText(40, { min: 1 }),
  },
  {
    name: "services.messagesUrl",
    title: "Messages page",
    text: "Address of the XML page behind the messages key.",
    schema: url,
  },
  {
    name: "services.informationUrl",
    title: "Help page",
    text: "Address of the XML page behind the help key.",
    schema: url,
  },
  {
    name: "services.idleUrl",
    title: "Page at rest",
    text: "Address of the XML page that is shown at rest.",
    schema: url,
  },
  {
    name: "services.idleAfter",
    title: "Page at rest after",
    text: "How long the phone rests before that page comes.",
    unit: "seconds",
    schema: Type.Integer({ minimum: 1, maximum: 65535 }),
  },
  {
    name: "services.authenticationUrl",
    title: "Who may command",
    text: "Address that the phone asks whether a command by HTTP is allowed. When it is not set, Offhook's own, which allows Offhook's own.",
    schema: url,
  },
  {
    name: "services.user",
    title: "Name for directory and services",
    text: "Name that the phone signs in with.",
    schema: plainText(63, { min: 1 }),
  },
  {
    name: "services.password",
    title: "Password for directory and services",
    text: "Password that the phone signs in with.",
    schema: plainText(63, { min: 1 }),
    secret: true,
  },
  {
    name: "directory.personal",
    title: "Own contacts",
    text: "Whether the phone has a list of its own.",
    schema: Type.Boolean(),
    default: true,
  },
  { name: "ldap.server", title: "LDAP server", text: "No LDAP when not set.", schema: host },
  {
    name: "ldap.name",
    title: "Name of the LDAP directory",
    text: "As the phone lists it.",
    schema: plainText(40, { min: 1 }),
  },
  {
    name: "ldap.base",
    title: "LDAP search base",
    text: "For example `ou=people,dc=example,dc=com`.",
    schema: plainText(255, { min: 1 }),
  },
  {
    name: "ldap.user",
    title: "LDAP name",
    text: "Name to sign in with; nobody when not set.",
    schema: plainText(127, { min: 1 }),
  },
  {
    name: "ldap.password",
    title: "LDAP password",
    text: "Password to sign in with.",
    schema: plainText(127, { min: 1 }),
    secret: true,
  },
  {
    name: "ldap.startTls",
    title: "LDAP with TLS",
    text: "Whether the connection is encrypted (StartTLS).",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "ldap.lastName",
    title: "LDAP last name",
    text: "Attribute that is searched for the last name.",
    schema: attribute,
    default: "sn",
  },
  {
    name: "ldap.firstName",
    title: "LDAP first name",
    text: "Attribute that is searched for the first name.",
    schema: attribute,
    default: "givenName",
  },
  {
    name: "ldap.number",
    title: "LDAP number",
    text: "Attribute that holds the number to dial.",
    schema: attribute,
    default: "telephoneNumber",
  },
]);

export const diagnosticSettings = inGroup("Diagnostics", [
  { name: "phone.syslog", title: "Syslog server", text: "Where the phone sends its log.", schema: host },
  {
    name: "diag.level",
    title: "How much is logged",
    text: "The least serious event that is still logged.",
    schema: Type.Enum(["error", "warning", "notice", "info", "debug"]),
    default: "notice",
  },
  {
    name: "diag.problemReport",
    title: "Problem reports to",
    text: "Address that takes the reports people send with the phone's menu.",
    schema: url,
  },
  {
    name: "diag.mirror",
    title: "Mirror to the PC port",
    text: "Whether a computer behind the phone can record its traffic.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "diag.callStatistics",
    title: "Statistics of calls",
    text: "Whether the phone tells the PBX the quality of a call when it ends.",
    schema: Type.Boolean(),
    default: false,
  },
]);
