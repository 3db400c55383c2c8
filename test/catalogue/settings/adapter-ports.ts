import { onOff, plain, type Reading } from "./reading.ts";

/** What a phone has once for all of its lines and an adapter for each port. */
const ports: readonly Reading[] = [
  {
    setting: "network.dscpSip",
    value: 26,
    reads: { SIP_ToS_DiffServ_Value_1_: "0x68", SIP_TOS_DiffServ_Value_1_: undefined },
    without: { SIP_ToS_DiffServ_Value_1_: "0x60" },
  },
  {
    setting: "network.dscpVoice",
    value: 40,
    reads: { RTP_ToS_DiffServ_Value_1_: "0xa0", RTP_TOS_DiffServ_Value_1_: undefined },
    without: { RTP_ToS_DiffServ_Value_1_: "0xb8" },
  },
  ...onOff("sip.onlyProxy", "Restrict_Source_IP_1_"),
  plain("voicemail.server", "vm.example.com", "Mailbox_Subscribe_URL_1_", ""),
  plain("voicemail.subscribe", 3600, "Mailbox_Subscribe_Expires_1_", "86400"),
  { setting: "voicemail.lamp", value: true, reads: { MWI_Serv_1_: "Yes", VMWI_Serv_1_: "Yes" } },
  { setting: "voicemail.lamp", value: false, reads: { MWI_Serv_1_: "No", VMWI_Serv_1_: "No" } },
  {
    setting: "voicemail.stutter",
    value: true,
    also: { "voicemail.lamp": false },
    reads: { MWI_Serv_1_: "Yes", VMWI_Serv_1_: "No" },
    without: { MWI_Serv_1_: "No" },
  },
  ...onOff("call.waiting", "Call_Waiting_Serv_1_", "CW_Setting_1_"),
  ...onOff("call.transfer", "Attn_Transfer_Serv_1_"),
  ...onOff("call.blindTransfer", "Unattn_Transfer_Serv_1_"),
  ...onOff("call.conference", "Three_Way_Conf_Serv_1_"),
  ...onOff("call.hideNumber", "Block_CID_Setting_1_"),
  ...onOff("call.rejectAnonymous", "Block_ANC_Setting_1_"),
  ...onOff("call.forward", "Cfwd_All_Serv_1_", "Cfwd_Busy_Serv_1_", "Cfwd_No_Ans_Serv_1_"),
  plain("forward.all", "9723", "Cfwd_All_Dest_1_"),
  plain("forward.busy", "9724", "Cfwd_Busy_Dest_1_"),
  plain("forward.noAnswer", "9725", "Cfwd_No_Ans_Dest_1_"),
  plain("forward.delay", 12, "Cfwd_No_Ans_Delay_1_", "20"),
  ...onOff("call.dnd", "DND_Serv_1_"),
  { setting: "dnd.on", value: true, reads: { DND_Setting_1_: "Yes" }, without: { DND_Setting_1_: undefined } },
  { setting: "dnd.on", value: false, reads: { DND_Setting_1_: undefined } },
  {
    setting: "phone.defaultRing",
    value: 4,
    reads: { Default_Ring_1_: "4", Default_Ring__1__: undefined },
    without: { Default_Ring_1_: "1" },
  },
  {
    setting: "ring.distinctive",
    value: [{ mark: "door", ring: 3 }],
    reads: { Ring3_Name: "door", Ring4_Name: "Bellcore-r4" },
    without: { Ring3_Name: "Bellcore-r3" },
  },
  {
    setting: "voice.codecs",
    value: ["g722", "g711u", "g729"],
    reads: {
      Preferred_Codec_1_: "G711u",
      Second_Preferred_Codec_1_: "G729a",
      Third_Preferred_Codec_1_: "Unspecified",
      G729a_Enable_1_: "Yes",
      G722_Enable_1_: undefined,
    },
  },
];

const router: readonly Reading[] = [
  {
    setting: "phone.adminPassword",
    value: "Correct-Horse9",
    reads: {
      "router-configuration/Web_Login_Admin_Password": "Correct-Horse9",
      Admin_Passwd: undefined,
      Admin_Password: undefined,
    },
    without: { "router-configuration/Web_Login_Admin_Password": undefined },
  },
  {
    setting: "phone.userPassword",
    value: "Guest-Pass9",
    reads: { "router-configuration/Web_Login_Guest_Password": "Guest-Pass9", User_Password: undefined },
  },
  {
    setting: "time.ntp",
    value: "ntp.example.com",
    reads: {
      "router-configuration/Time_Setup/Time_Server_Mode": "manual",
      "router-configuration/Time_Setup/Time_Server": "ntp.example.com",
      Primary_NTP_Server: undefined,
    },
    without: { "router-configuration/Time_Setup/Time_Server": "0.ciscosb.pool.ntp.org" },
  },
  {
    setting: "phone.webAccess",
    value: false,
    also: { "access.webProtocol": "http" },
    reads: {
      "router-configuration/Web_Management/Web_Utility_Access_HTTP": "0",
      "router-configuration/Web_Management/Web_Utility_Access_HTTPS": "0",
    },
    without: {
      "router-configuration/Web_Management/Web_Utility_Access_HTTP": "1",
      "router-configuration/Web_Management/Web_Utility_Access_HTTPS": "1",
    },
  },
  {
    setting: "access.webProtocol",
    value: "http",
    reads: {
      "router-configuration/Web_Management/Web_Utility_Access_HTTP": "1",
      "router-configuration/Web_Management/Web_Utility_Access_HTTPS": "1",
    },
  },
  {
    setting: "access.webProtocol",
    value: "https",
    reads: {
      "router-configuration/Web_Management/Web_Utility_Access_HTTP": "0",
      "router-configuration/Web_Management/Web_Utility_Access_HTTPS": "1",
    },
  },
  {
    setting: "network.vlan",
    value: 40,
    reads: {
      "router-configuration/WAN_VLAN_Setting/WAN_VLAN_Enable": "1",
      "router-configuration/WAN_VLAN_Setting/WAN_VLAN_ID": "40",
      "router-configuration/WAN_VLAN_Setting/WAN_VALN_ID": "40",
    },
    without: {
      "router-configuration/WAN_VLAN_Setting/WAN_VLAN_Enable": "0",
      "router-configuration/WAN_VLAN_Setting/WAN_VLAN_ID": "1",
      "router-configuration/WAN_VLAN_Setting/WAN_VALN_ID": "1",
    },
  },
  { setting: "network.cdp", value: false, reads: { "router-configuration/CLDP_Setting/CDP_ENABLE": "0" } },
  { setting: "network.cdp", value: true, reads: { "router-configuration/CLDP_Setting/CDP_ENABLE": "1" } },
  { setting: "network.lldp", value: false, reads: { "router-configuration/CLDP_Setting/LLDP_ENABLE": "0" } },
  { setting: "network.lldp", value: true, reads: { "router-configuration/CLDP_Setting/LLDP_ENABLE": "1" } },
  plain("network.domain", "example.com", "router-configuration/Internet_Option/Domain_Name", ""),
  {
    setting: "network.dns",
    value: "192.0.2.53",
    reads: {
      "router-configuration/Internet_Option/DNS": "192.0.2.53",
      "router-configuration/Internet_Option/DNS_Order": "1",
    },
    without: {
      "router-configuration/Internet_Option/DNS": "",
      "router-configuration/Internet_Option/DNS_Order": "2",
    },
  },
  {
    setting: "network.dnsBackup",
    value: "192.0.2.54",
    also: { "network.dns": "192.0.2.53" },
    reads: { "router-configuration/Internet_Option/DNS": "192.0.2.53:192.0.2.54" },
  },
];

/** What SPA112/122 and ATA 191/192 have instead of a phone's parameters. */
export const adapterPorts: readonly Reading[] = [...ports, ...router];
