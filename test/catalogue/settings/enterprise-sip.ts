import type { Reading } from "./reading.ts";

const line = (name: string) => `device/sipProfile/sipLines/line[button=1]/${name}`;
const sip = (name: string) => `device/sipProfile/${name}`;
const features = (name: string) => sip(`sipCallFeatures/${name}`);
const manager = (priority: number, name: string) =>
  `device/devicePool/callManagerGroup/members/member[priority=${priority}]/callManager/${name}`;

const accounts: readonly Reading[] = [
  {
    setting: "sip.server",
    value: "pbx.example.com",
    reads: { [manager(0, "processNodeName")]: "pbx.example.com", [line("proxy")]: "pbx.example.com" },
    without: { [line("proxy")]: "" },
  },
  {
    setting: "sip.server",
    value: "other.example.com",
    at: "line",
    reads: { [line("proxy")]: "other.example.com", [manager(0, "processNodeName")]: "" },
  },
  {
    setting: "sip.callManager",
    value: true,
    also: { "sip.server": "pbx.example.com" },
    reads: {
      [line("proxy")]: "USECALLMANAGER",
      [manager(0, "processNodeName")]: "pbx.example.com",
      [features("remoteCcEnable")]: "true",
    },
    without: { [line("proxy")]: "pbx.example.com", [features("remoteCcEnable")]: "false" },
  },
  {
    setting: "sip.port",
    value: 5070,
    reads: { [manager(0, "ports/sipPort")]: "5070", [line("port")]: "5070" },
    without: { [manager(0, "ports/sipPort")]: "5060", [line("port")]: "5060" },
  },
  { setting: "sip.transport", value: "tcp", reads: { "device/transportLayerProtocol": "1" } },
  { setting: "sip.transport", value: "udp", reads: { "device/transportLayerProtocol": "2" } },
  {
    setting: "sip.transport",
    value: "tcp",
    model: "cisco/9971",
    reads: { "device/transportLayerProtocol": "1" },
    without: { "device/transportLayerProtocol": "1" },
  },
  {
    setting: "sip.outboundProxy",
    value: "edge.example.com",
    reads: { [sip("sipProxies/outboundProxy")]: "edge.example.com" },
    without: { [sip("sipProxies/outboundProxy")]: "" },
  },
  {
    setting: "sip.outboundPort",
    value: 5080,
    reads: { [sip("sipProxies/outboundProxyPort")]: "5080" },
    without: { [sip("sipProxies/outboundProxyPort")]: "5060" },
  },
  {
    setting: "sip.backupServer",
    value: "two.example.com",
    reads: {
      [manager(1, "processNodeName")]: "two.example.com",
      [manager(1, "ports/sipPort")]: "5060",
      [sip("sipProxies/backupProxy")]: "two.example.com",
      [sip("sipProxies/backupProxyPort")]: "5060",
    },
    without: { [manager(1, "processNodeName")]: undefined, [sip("sipProxies/backupProxy")]: undefined },
  },
  {
    setting: "sip.backupPort",
    value: 5082,
    also: { "sip.backupServer": "two.example.com" },
    reads: { [manager(1, "ports/sipPort")]: "5082", [sip("sipProxies/backupProxyPort")]: "5082" },
  },
  {
    setting: "sip.backupPort",
    value: 5082,
    reads: { [manager(1, "ports/sipPort")]: undefined, [sip("sipProxies/backupProxyPort")]: undefined },
  },
  { setting: "sip.register", value: false, reads: { [sip("sipProxies/registerWithProxy")]: "false" } },
  { setting: "sip.register", value: true, reads: { [sip("sipProxies/registerWithProxy")]: "true" } },
  { setting: "sip.registerExpires", value: 600, reads: { [sip("sipStack/timerRegisterExpires")]: "600" } },
  { setting: "sip.subscribeExpires", value: 120, reads: { [sip("sipStack/timerSubscribeExpires")]: "120" } },
  { setting: "sip.localPort", value: 5090, reads: { [sip("voipControlPort")]: "5090" } },
  {
    setting: "nat.mapping",
    value: true,
    reads: { [sip("natEnabled")]: "true", [sip("natReceivedProcessing")]: "true" },
    without: { [sip("natEnabled")]: "false", [sip("natReceivedProcessing")]: "false" },
  },
  { setting: "nat.externalAddress", value: "203.0.113.9", reads: { [sip("natAddress")]: "203.0.113.9" } },
];

const voice: readonly Reading[] = [
  {
    setting: "voice.codecs",
    value: ["g711u", "g722"],
    reads: {
      [sip("preferredCodec")]: "g711ulaw",
      "device/advertiseG722Codec": "1",
      "device/vendorConfig/g722CodecSupport": "2",
    },
  },
  {
    setting: "voice.codecs",
    value: ["g711a"],
    reads: {
      [sip("preferredCodec")]: "g711alaw",
      "device/advertiseG722Codec": "0",
      "device/vendorConfig/g722CodecSupport": "1",
    },
  },
  { setting: "voice.codecs", value: ["opus", "g729"], reads: { [sip("preferredCodec")]: "g729" } },
  { setting: "voice.codecs", value: ["g722"], reads: { [sip("preferredCodec")]: "g722" } },
  { setting: "voice.dtmf", value: "auto", reads: { [sip("dtmfOutofBand")]: "avt" } },
  { setting: "voice.dtmf", value: "rfc2833", reads: { [sip("dtmfOutofBand")]: "avt_always" } },
  { setting: "voice.dtmf", value: "inband", reads: { [sip("dtmfOutofBand")]: "none" } },
  {
    setting: "voice.dtmfPayload",
    value: 96,
    reads: { [sip("dtmfAvtPayload")]: "96" },
    without: { [sip("dtmfAvtPayload")]: "101" },
  },
  { setting: "voice.rtpFirst", value: 20000, reads: { [sip("startMediaPort")]: "20000" } },
  {
    setting: "voice.rtpLast",
    value: 20100,
    reads: { [sip("stopMediaPort")]: "20100" },
    without: { [sip("stopMediaPort")]: "32766" },
  },
  { setting: "voice.silenceSuppression", value: true, reads: { [sip("enableVad")]: "true" } },
  { setting: "voice.silenceSuppression", value: false, reads: { [sip("enableVad")]: "false" } },
  { setting: "voice.rtcp", value: true, reads: { "device/vendorConfig/rtcp": "1" } },
  { setting: "voice.rtcp", value: false, reads: { "device/vendorConfig/rtcp": "0" } },
  {
    setting: "voicemail.number",
    value: "*97",
    at: "line",
    reads: { [line("messagesNumber")]: "*97" },
    without: { [line("messagesNumber")]: "" },
  },
  { setting: "voicemail.lamp", value: true, reads: { [line("messageWaitingLampPolicy")]: "3" } },
  { setting: "voicemail.lamp", value: false, reads: { [line("messageWaitingLampPolicy")]: "6" } },
  {
    setting: "voicemail.stutter",
    value: true,
    reads: { [line("messageWaitingAMWI")]: "1", [sip("stutterMsgWaiting")]: "1" },
    without: { [line("messageWaitingAMWI")]: "0", [sip("stutterMsgWaiting")]: "0" },
  },
];

/** Each number and what is done at once with it: the dial template is a file of its own. */
const match = "dialTemplate/TEMPLATE@match";
const timeout = "dialTemplate/TEMPLATE@timeout";
const rewrite = "dialTemplate/TEMPLATE@rewrite";

const dialling: readonly Reading[] = [
  {
    setting: "dial.plan",
    value: [{ match: "9[78]xx", wait: 0 }],
    file: "dial-template",
    reads: { [`${match}#2`]: "97..", [`${match}#3`]: "98..", [`${timeout}#3`]: "0" },
    without: { [`${match}#2`]: "*" },
  },
  {
    setting: "dial.timeout",
    value: 8,
    file: "dial-template",
    reads: { [`${match}#2`]: "*", [`${timeout}#2`]: "8" },
    without: { [`${timeout}#2`]: "5" },
  },
  {
    setting: "dial.timeout",
    value: 8,
    reads: { [sip("T302Timer")]: "8000" },
    without: { [sip("T302Timer")]: "5000" },
  },
  {
    setting: "dial.hotline",
    value: "9722",
    file: "dial-template",
    reads: { [match]: "", [timeout]: "0", [rewrite]: "9722" },
    without: { [match]: "112", [rewrite]: undefined },
  },
  {
    setting: "dial.hotlineDelay",
    value: 4,
    also: { "dial.hotline": "9722" },
    file: "dial-template",
    reads: { [match]: "", [timeout]: "4", [rewrite]: "9722" },
  },
  {
    setting: "phone.emergencyNumbers",
    value: ["100", "112"],
    file: "dial-template",
    reads: { [match]: "100", [`${match}#2`]: "112" },
  },
  {
    setting: "phone.emergencyNumbers",
    value: ["100", "112"],
    model: "cisco/8821",
    reads: { "device/vendorConfig/specialNumbers": "100,112" },
    without: { "device/vendorConfig/specialNumbers": "112" },
  },
];

export const sipReadings: readonly Reading[] = [...accounts, ...voice, ...dialling];
