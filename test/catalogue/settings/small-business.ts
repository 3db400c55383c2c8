import { choices, onOff, plain, type Reading } from "./reading.ts";

/** Star codes; nothing is swallowed that nobody asked for. */
const codes = [
  ["codes.forwardAll", "Cfwd_All_Act_Code"],
  ["codes.forwardAllOff", "Cfwd_All_Deact_Code"],
  ["codes.forwardBusy", "Cfwd_Busy_Act_Code"],
  ["codes.forwardBusyOff", "Cfwd_Busy_Deact_Code"],
  ["codes.forwardNoAnswer", "Cfwd_No_Ans_Act_Code"],
  ["codes.forwardNoAnswerOff", "Cfwd_No_Ans_Deact_Code"],
  ["codes.dnd", "DND_Act_Code"],
  ["codes.dndOff", "DND_Deact_Code"],
  ["codes.waiting", "CW_Act_Code"],
  ["codes.waitingOff", "CW_Deact_Code"],
  ["codes.hideNumber", "Block_CID_Act_Code"],
  ["codes.showNumber", "Block_CID_Deact_Code"],
  ["codes.rejectAnonymous", "Block_ANC_Act_Code"],
  ["codes.acceptAnonymous", "Block_ANC_Deact_Code"],
  ["codes.callReturn", "Call_Return_Code"],
  ["codes.blindTransfer", "Blind_Transfer_Code"],
  ["codes.paging", "Paging_Code"],
].map(([setting = "", name = ""]) => plain(setting, "*31", name, ""));

const tones: readonly Reading[] = [
  {
    setting: "tones.dial",
    value: [
      { hz: [425], on: 0.2, off: 0.3 },
      { hz: [425], on: 0.7, off: 0.8 },
    ],
    reads: { Dial_Tone: "425@-19;10(.2/.3/1,.7/.8/1)" },
    without: { Dial_Tone: "350@-19,440@-19;10(*/0/1+2)" },
  },
  {
    setting: "tones.busy",
    value: [{ hz: [425], on: 0.5, off: 0.5 }],
    reads: { Busy_Tone: "425@-19;10(.5/.5/1)" },
    without: { Busy_Tone: "480@-19,620@-19;10(.5/.5/1+2)" },
  },
  {
    setting: "tones.congestion",
    value: [{ hz: [425], on: 0.25, off: 0.25 }],
    reads: { Reorder_Tone: "425@-19;10(.25/.25/1)" },
    without: { Reorder_Tone: "480@-19,620@-19;10(.25/.25/1+2)" },
  },
  {
    setting: "tones.ringback",
    value: [{ hz: [400, 450], on: 1, off: 4 }],
    reads: { Ring_Back_Tone: "400@-19,450@-19;*(1/4/1+2)" },
    without: { Ring_Back_Tone: "440@-19,480@-19;*(2/4/1+2)" },
  },
  {
    setting: "tones.stutter",
    value: [{ hz: [425] }],
    reads: { MWI_Dial_Tone: "425@-19;10(*/0/1)" },
    without: { MWI_Dial_Tone: "350@-19,440@-19;2(.1/.1/1+2);10(*/0/1+2)" },
  },
];

const provisioning: readonly Reading[] = [
  { setting: "provision.rule", value: "http://a/$MA.xml", reads: { Profile_Rule_B: "http://a/$MA.xml" } },
  { setting: "provision.errorRetry", value: [10, 20], reads: { Resync_Error_Retry_Delay: "10,20" } },
  plain("provision.resync", 7200, "Resync_Periodic", "86400"),
  { setting: "provision.randomDelay", value: 60, reads: { Resync_Random_Delay: "3" } },
  plain("provision.resyncAt", "0330", "Resync_At__HHmm_", ""),
  plain("provision.resyncSpread", 900, "Resync_At_Random_Delay", "600"),
  ...onOff("provision.fromSip", "Resync_From_SIP"),
  ...onOff("provision.askPassword", "Auth_Resync-Reboot_1_"),
  plain(
    "provision.report",
    "https://report.example.com/spa",
    "Report_Rule",
    "http://prov.example.com/report/{mac}.xml",
  ),
];

const account: readonly Reading[] = [
  {
    setting: "sip.server",
    value: "pbx.example.com",
    also: { "sip.port": 5080 },
    reads: { Proxy_1_: "pbx.example.com:5080" },
    without: { Proxy_1_: "" },
  },
  {
    setting: "sip.port",
    value: 5070,
    also: { "sip.server": "2001:db8::1" },
    reads: { Proxy_1_: "[2001:db8::1]:5070" },
  },
  {
    setting: "sip.outboundProxy",
    value: "edge.example.com",
    reads: { Outbound_Proxy_1_: "edge.example.com", Use_Outbound_Proxy_1_: "Yes" },
    without: { Outbound_Proxy_1_: "", Use_Outbound_Proxy_1_: "No" },
  },
  {
    setting: "sip.outboundPort",
    value: 5090,
    also: { "sip.outboundProxy": "edge.example.com" },
    reads: { Outbound_Proxy_1_: "edge.example.com:5090" },
  },
  ...choices("sip.transport", "SIP_Transport_1_", { udp: "UDP", tcp: "TCP", tls: "TLS" }),
  ...onOff("sip.srv", "Use_DNS_SRV_1_"),
  ...onOff("sip.srvPrefix", "DNS_SRV_Auto_Prefix_1_"),
  ...choices("sip.srvMethod", "Proxy_Redundancy_Method_1_", { normal: "Normal", port: "Based on SRV Port" }),
  plain("sip.fallbackInterval", 120, "Proxy_Fallback_Intvl_1_", "3600"),
  ...onOff("sip.register", "Register_1_"),
  plain("sip.registerExpires", 300, "Register_Expires_1_", "3600"),
  plain("sip.registerRetry", 15, "Reg_Retry_Intvl", "30"),
  plain("sip.registerRetryLong", 600, "Reg_Retry_Long_Intvl", "1200"),
  ...onOff("sip.callUnregistered", "Make_Call_Without_Reg_1_"),
  { setting: "sip.localPort", value: 5160, reads: { SIP_Port_1_: "5160" }, without: { SIP_Port_1_: "5060" } },
  ...onOff("sip.reliable", "SIP_100REL_Enable_1_"),
  plain("sip.userAgent", "Acme desk", "SIP_User_Agent_Name", "$VERSION"),
  ...onOff("nat.mapping", "NAT_Mapping_Enable_1_", "Substitute_VIA_Addr"),
  ...onOff("nat.keepAlive", "NAT_Keep_Alive_Enable_1_"),
  plain("nat.keepAliveInterval", 30, "NAT_Keep_Alive_Intvl", "15"),
  plain("nat.externalAddress", "198.51.100.7", "EXT_IP", ""),
  {
    setting: "nat.stunServer",
    value: "stun.example.com",
    reads: { STUN_Server: "stun.example.com", STUN_Enable: "Yes" },
    without: { STUN_Server: "", STUN_Enable: "No" },
  },
  ...onOff("nat.rport", "Handle_VIA_rport", "Insert_VIA_rport"),
];

const voice: readonly Reading[] = [
  ...onOff("voice.onlyFirstCodec", "Use_Pref_Codec_Only_1_"),
  ...choices("voice.dtmf", "DTMF_Tx_Method_1_", { auto: "Auto", rfc2833: "AVT", inband: "InBand", info: "INFO" }),
  plain("voice.dtmfPayload", 96, "AVT_Dynamic_Payload", "101"),
  plain("voice.rtpFirst", 20000, "RTP_Port_Min", "16384"),
  plain("voice.rtpLast", 20100, "RTP_Port_Max", "16482"),
  {
    setting: "voice.packetTime",
    value: 30,
    reads: { RTP_Packet_Size: "0.030" },
    without: { RTP_Packet_Size: "0.020" },
  },
  ...onOff("voice.silenceSuppression", "Silence_Supp_Enable_1_"),
  { setting: "voice.rtcp", value: true, reads: { RTCP_Tx_Interval: "5" }, without: { RTCP_Tx_Interval: "0" } },
  ...onOff("diag.callStatistics", "Stats_In_BYE"),
];

const dialling: readonly Reading[] = [
  {
    setting: "dial.plan",
    value: [{ match: "[2-9]xxx", wait: 3 }],
    reads: { Dial_Plan_1_: "(112S0|[2-9]xxxS3|*x.|xx.)" },
    without: { Dial_Plan_1_: "(112S0|*x.|xx.)" },
  },
  plain("dial.timeout", 7, "Interdigit_Long_Timer", "5"),
  { setting: "dial.hotline", value: "9722", reads: { Dial_Plan_1_: "(S0<:9722>)" } },
  {
    setting: "dial.hotlineDelay",
    value: 4,
    also: { "dial.hotline": "9722" },
    reads: { Dial_Plan_1_: "(P4<:9722>|112S0|*x.|xx.)" },
  },
  ...onOff("dial.uri", "Enable_IP_Dialing_1_"),
  {
    setting: "phone.emergencyNumbers",
    value: ["112", "999"],
    reads: { Emergency_Number_1_: "112,999" },
    without: { Emergency_Number_1_: "112" },
  },
  plain("call.conferenceServer", "conf@pbx.example.com", "Conference_Bridge_URL_1_", ""),
  { setting: "access.factoryReset", value: false, reads: { Protect_IVR_FactoryReset: "Yes" } },
  { setting: "access.factoryReset", value: true, reads: { Protect_IVR_FactoryReset: "No" } },
];

/** What SPA phones, SPA112/122 and ATA 191/192 are told alike. */
export const smallBusiness: readonly Reading[] = [
  ...provisioning,
  ...account,
  ...voice,
  ...dialling,
  ...codes,
  ...tones,
];
