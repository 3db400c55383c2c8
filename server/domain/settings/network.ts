import Type from "typebox";
import { plainText } from "../text.ts";
import { host, inGroup } from "./definition.ts";

const vlan = Type.Integer({ minimum: 1, maximum: 4094 });
const dscp = Type.Integer({ minimum: 0, maximum: 63 });

export const networkSettings = inGroup("Network", [
  {
    name: "network.vlan",
    title: "Voice VLAN",
    text: "VLAN that the phone speaks in; told by the switch, or none, when not set.",
    schema: vlan,
  },
  {
    name: "network.pcVlan",
    title: "VLAN of the PC port",
    text: "VLAN of a computer behind the phone; untagged when not set.",
    schema: vlan,
  },
  {
    name: "network.cdp",
    title: "CDP",
    text: "Whether the phone learns its VLAN by CDP.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "network.lldp",
    title: "LLDP-MED",
    text: "Whether the phone learns its VLAN by LLDP-MED.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "network.8021x",
    title: "802.1X",
    text: "Whether the phone signs in to the switch.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "network.pcPort",
    title: "PC port",
    text: "Whether a computer may be connected behind the phone.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "network.ipVersion",
    title: "IP version",
    text: "IP addresses that the phone uses.",
    schema: Type.Enum(["ipv4", "ipv6", "dual"]),
    default: "ipv4",
  },
  { name: "network.dns", title: "DNS server", text: "When it is not the one of DHCP.", schema: host },
  { name: "network.dnsBackup", title: "Second DNS server", text: "Asked when the first is silent.", schema: host },
  {
    name: "network.domain",
    title: "Domain",
    text: "Domain of the phone, when it is not the one of DHCP.",
    schema: Type.String({ pattern: "^[A-Za-z0-9]([A-Za-z0-9.-]{0,126}[A-Za-z0-9])?$" }),
  },
  {
    name: "network.dscpSip",
    title: "Priority of SIP",
    text: "DSCP of signalling (24 is CS3, 26 is AF31).",
    schema: dscp,
    default: 24,
    perLine: true,
  },
  {
    name: "network.dscpVoice",
    title: "Priority of voice",
    text: "DSCP of media (46 is EF).",
    schema: dscp,
    default: 46,
    perLine: true,
  },
]);

export const wifiSettings = inGroup("Wi-Fi", [
  {
    name: "wifi.enabled",
    title: "Wi-Fi",
    text: "Whether the phone uses Wi-Fi.",
    schema: Type.Boolean(),
  },
  {
    name: "wifi.network",
    title: "Network name",
    text: "Name of the wireless network (SSID).",
    schema: plainText(32, { min: 1 }),
  },
  {
    name: "wifi.security",
    title: "Wi-Fi security",
    text: "`psk` one password for all, `peap` a name and password for each.",
    schema: Type.Enum(["none", "psk", "peap", "auto"]),
  },
  { name: "wifi.user", title: "Wi-Fi name", text: "Name to sign in with.", schema: plainText(63, { min: 1 }) },
  {
    name: "wifi.password",
    title: "Wi-Fi password",
    text: "Password or passphrase.",
    schema: plainText(63, { min: 1 }),
    secret: true,
  },
  {
    name: "wifi.band",
    title: "Wi-Fi band",
    text: "Frequencies that the phone uses.",
    schema: Type.Enum(["auto", "2.4GHz", "5GHz"]),
  },
]);
