import Type from "typebox";
import { host, port, type SettingDefinition } from "./definition.ts";

export const sipSettings: readonly SettingDefinition[] = [
  {
    name: "sip.server",
    title: "SIP server",
    text: "Host name or address of the registrar.",
    schema: host,
    perLine: true,
  },
  {
    name: "sip.port",
    title: "SIP port",
    text: "Port of the registrar. When it is not set, the phone asks DNS or takes the usual one of its transport.",
    schema: port,
    perLine: true,
  },
  {
    name: "sip.transport",
    title: "SIP transport",
    text: "How SIP travels. `auto` lets the phone choose by DNS (NAPTR).",
    schema: Type.Enum(["udp", "tcp", "tls", "auto"]),
    default: "udp",
    perLine: true,
  },
  {
    name: "sip.outboundProxy",
    title: "Outbound proxy",
    text: "Where every request goes first, when it is not the registrar.",
    schema: host,
    perLine: true,
  },
  {
    name: "sip.outboundPort",
    title: "Outbound proxy port",
    text: "Port of the outbound proxy, when it is not the usual one.",
    schema: port,
    perLine: true,
  },
  {
    name: "sip.registerExpires",
    title: "Registration time",
    text: "How long a registration is asked for.",
    unit: "seconds",
    schema: Type.Integer({ minimum: 30, maximum: 86400 }),
    default: 3600,
    perLine: true,
  },
  {
    name: "sip.localPort",
    title: "Phone's SIP port",
    text: "The port that the phone listens on; on phones with several lines, line n uses this port plus n-1.",
    schema: Type.Integer({ minimum: 1024, maximum: 65500 }),
    default: 5060,
  },
];
