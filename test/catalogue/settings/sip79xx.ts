import type { KeyReading, Reading } from "./reading.ts";

/** A switch that is written as 0 and 1. */
const bits = (setting: string, ...names: string[]): Reading[] =>
  [true, false].map((value) => ({
    setting,
    value,
    reads: Object.fromEntries(names.map((name) => [name, value ? "1" : "0"])),
  }));

const accounts: readonly Reading[] = [
  {
    setting: "sip.server",
    value: "pbx.example.com",
    reads: { proxy1_address: "pbx.example.com", proxy2_address: "" },
    without: { proxy1_address: "" },
  },
  { setting: "sip.server", value: "b.example.com", at: "line", reads: { proxy1_address: "b.example.com" } },
  { setting: "sip.port", value: 5070, reads: { proxy1_port: "5070" }, without: { proxy1_port: "5060" } },
  {
    setting: "sip.outboundProxy",
    value: "edge.example.com",
    reads: { outbound_proxy: "edge.example.com" },
    without: { outbound_proxy: "" },
  },
  {
    setting: "sip.outboundPort",
    value: 5080,
    reads: { outbound_proxy_port: "5080" },
    without: { outbound_proxy_port: "5060" },
  },
  {
    setting: "sip.backupServer",
    value: "two.example.com",
    reads: { proxy_backup: "two.example.com", proxy_backup_port: "5060" },
    without: { proxy_backup: "", proxy_backup_port: "5060" },
  },
  {
    setting: "sip.backupPort",
    value: 5082,
    also: { "sip.backupServer": "two.example.com" },
    reads: { proxy_backup_port: "5082", proxy_emergency: "", proxy_emergency_port: "5060" },
    without: { proxy_backup_port: "5060" },
  },
  ...bits("sip.register", "proxy_register"),
  { setting: "sip.registerExpires", value: 600, reads: { timer_register_expires: "600" } },
  { setting: "sip.localPort", value: 5090, reads: { voip_control_port: "5090" } },
  ...bits("nat.mapping", "nat_enable", "nat_received_processing"),
  {
    setting: "nat.externalAddress",
    value: "203.0.113.9",
    reads: { nat_address: "203.0.113.9" },
    without: { nat_address: "" },
  },
];

const voice: readonly Reading[] = [
  { setting: "voice.codecs", value: ["g711u"], reads: { preferred_codec: "g711ulaw" } },
  { setting: "voice.codecs", value: ["g722", "g711a"], reads: { preferred_codec: "g711alaw" } },
  { setting: "voice.codecs", value: ["g729"], reads: { preferred_codec: "g729a" } },
  { setting: "voice.dtmf", value: "auto", reads: { dtmf_inband: "0", dtmf_outofband: "avt" } },
  { setting: "voice.dtmf", value: "rfc2833", reads: { dtmf_inband: "0", dtmf_outofband: "avt_always" } },
  { setting: "voice.dtmf", value: "inband", reads: { dtmf_inband: "1", dtmf_outofband: "none" } },
  {
    setting: "voice.dtmfPayload",
    value: 96,
    reads: { dtmf_avt_payload: "96" },
    without: { dtmf_avt_payload: "101" },
  },
  { setting: "voice.rtpFirst", value: 20000, reads: { start_media_port: "20000" } },
  { setting: "voice.rtpLast", value: 20100, reads: { end_media_port: "20100" }, without: { end_media_port: "32766" } },
  ...bits("voice.silenceSuppression", "enable_vad"),
  { setting: "network.dscpVoice", value: 46, reads: { tos_media: "5" } },
  { setting: "network.dscpVoice", value: 34, reads: { tos_media: "4" }, without: { tos_media: "5" } },
  { setting: "network.dscpVoice", value: 0, reads: { tos_media: "0" } },
  { setting: "voicemail.number", value: "*97", reads: { messages_uri: "*97" }, without: { messages_uri: "" } },
  ...bits("voicemail.stutter", "stutter_msg_waiting"),
];

const calls: readonly Reading[] = [
  ...bits("call.waiting", "call_waiting"),
  ...bits("call.hideNumber", "callerid_blocking"),
  ...bits("call.rejectAnonymous", "anonymous_call_block"),
  ...bits("call.blindTransfer", "semi_attended_transfer"),
  { setting: "dnd.on", value: false, reads: { dnd_control: "0" } },
  { setting: "dnd.on", value: true, reads: { dnd_control: "1" }, without: { dnd_control: "0" } },
  { setting: "call.dnd", value: true, reads: { dnd_control: "0" } },
  { setting: "call.dnd", value: false, reads: { dnd_control: "2" } },
  { setting: "call.dnd", value: false, also: { "dnd.on": true }, reads: { dnd_control: "3" } },
];

/** One file for all phones of the organization, hence set there. */
const dialling: readonly Reading[] = (
  [
    ["dial.plan", [{ match: "9[78]xx", wait: 0 }], { "#2": ["97..", "0"], "#3": ["98..", "0"], "#4": ["*", "5"] }],
    ["phone.emergencyNumbers", ["100", "112"], { "": ["100", "0"], "#2": ["112", "0"] }],
    ["dial.timeout", 8, { "": ["112", "0"], "#2": ["*", "8"] }],
    ["dial.hotline", "9722", { "": ["", "0"], "#2": ["112", "0"] }],
    // Says nothing without a hot line; with one: companions.test.ts.
    ["dial.hotlineDelay", 4, { "": ["112", "0"] }],
  ] as const
).map(([setting, value, lines]) => ({
  setting,
  value,
  at: "organization",
  file: "dial-template",
  reads: Object.fromEntries(
    Object.entries(lines).flatMap(([place, [match, timeout]]) => [
      [`DIALTEMPLATE/TEMPLATE@MATCH${place}`, match],
      [`DIALTEMPLATE/TEMPLATE@Timeout${place}`, timeout],
    ]),
  ),
}));

const phone: readonly Reading[] = [
  { setting: "phone.label", value: "Lobby", reads: { phone_label: "Lobby" }, without: { phone_label: "" } },
  {
    setting: "display.logo",
    value: "http://prov.example.com/logo.bmp",
    reads: { logo_url: "http://prov.example.com/logo.bmp" },
    without: { logo_url: "" },
  },
  {
    setting: "services.url",
    value: "http://pbx.example.com/menu",
    reads: { services_url: "http://pbx.example.com/menu" },
    without: { services_url: "" },
  },
  {
    setting: "directory.url",
    value: "http://pbx.example.com/people",
    reads: { directory_url: "http://pbx.example.com/people" },
    without: { directory_url: "" },
  },
  ...bits("diag.callStatistics", "call_stats"),
  { setting: "phone.userPassword", value: "4821", reads: { phone_password: "4821" } },
  {
    setting: "network.dns",
    value: "192.0.2.53",
    reads: { dyn_dns_addr_1: "192.0.2.53" },
    without: { dyn_dns_addr_1: "" },
  },
  {
    setting: "network.dnsBackup",
    value: "192.0.2.54",
    reads: { dyn_dns_addr_2: "192.0.2.54" },
    without: { dyn_dns_addr_2: "" },
  },
  {
    setting: "time.ntp",
    value: "ntp.example.com",
    reads: { sntp_server: "ntp.example.com", sntp_mode: "unicast" },
    without: { sntp_server: "" },
  },
  {
    setting: "time.zone",
    value: "Europe/Zagreb",
    reads: {
      time_zone: "CET",
      dst_auto_adjust: "1",
      dst_offset: "1",
      dst_start_month: "March",
      dst_start_day_of_week: "Sun",
      dst_start_week_of_month: "8",
      dst_start_time: "02/00",
      dst_stop_month: "October",
      dst_stop_time: "03/00",
    },
  },
  { setting: "time.dateFormat", value: "day/month", reads: { date_format: "D/M/Y" } },
  { setting: "time.dateFormat", value: "month/day", reads: { date_format: "M/D/Y" } },
  { setting: "time.clock", value: "24h", reads: { time_format_24hr: "1" } },
  { setting: "time.clock", value: "12h", reads: { time_format_24hr: "0" } },
];

export const readings: readonly Reading[] = [...accounts, ...voice, ...calls, ...dialling, ...phone];

export const keyReadings: readonly KeyReading[] = [
  {
    key: { position: 3, type: "line", target: { line: "9721" }, label: "Desk" },
    model: "cisco/7960",
    reads: {
      line3_name: "9721",
      line3_displayname: "Zoe Novak",
      line3_shortname: "Desk",
      line3_authname: "9721",
      line3_password: "Xy7kQm2RtVb9LpZw4NcHd6Sf",
      line1_name: "",
      line1_password: "UNPROVISIONED",
      proxy1_address: "",
    },
  },
];
