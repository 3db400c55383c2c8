import { choices, onOff, plain, type Reading } from "./reading.ts";

const account: readonly Reading[] = [
  {
    setting: "sip.backupServer",
    value: "second.example.com",
    reads: { Alternate_Proxy_1_: "second.example.com" },
    without: { Alternate_Proxy_1_: "" },
  },
  {
    setting: "sip.backupPort",
    value: 5062,
    also: { "sip.backupServer": "second.example.com" },
    reads: { Alternate_Proxy_1_: "second.example.com:5062" },
  },
  plain("sip.subscribeExpires", 600, "Subscription_Expires_1_", "3600"),
  ...choices("sip.callerIdFrom", "Caller_ID_Header", {
    "pai-rpid-from": "PAID-RPID-FROM",
    "pai-from": "PAID-FROM",
    "rpid-pai-from": "RPID-PAID-FROM",
    "rpid-from": "RPID-FROM",
    from: "FROM",
  }),
  {
    setting: "voice.encryption",
    value: "optional",
    reads: { Secure_Call_Setting: "Yes", SRTP_Method: "s-descriptor" },
    without: { Secure_Call_Setting: "No", SRTP_Method: "x-sipura" },
  },
  {
    setting: "voice.codecs",
    value: ["g722", "g729", "g711a"],
    reads: {
      Preferred_Codec_1_: "G722",
      Second_Preferred_Codec_1_: "G729a",
      Third_Preferred_Codec_1_: "G711a",
      G711u_Enable_1_: "No",
      G711a_Enable_1_: "Yes",
      G722_Enable_1_: "Yes",
      G729a_Enable_1_: "Yes",
    },
  },
  {
    setting: "voice.codecs",
    value: ["g711u"],
    reads: {
      Preferred_Codec_1_: "G711u",
      Second_Preferred_Codec_1_: "Unspecified",
      Third_Preferred_Codec_1_: "Unspecified",
      G722_Enable_1_: "No",
    },
  },
  plain("voicemail.number", "*97", "Voice_Mail_Number", ""),
  plain("voicemail.server", "vm.example.com", "Voice_Mail_Server_1_", ""),
  plain("voicemail.subscribe", 3600, "Voice_Mail_Subscribe_Interval_1_", "86400"),
];

const calls: readonly Reading[] = [
  { setting: "call.waiting", value: false, reads: { CW_Setting: "No", Call_Waiting_Serv_1_: undefined } },
  { setting: "call.waiting", value: true, reads: { CW_Setting: "Yes" } },
  ...onOff("call.transfer", "Attn_Transfer_Serv"),
  ...onOff("call.blindTransfer", "Blind_Transfer_Serv"),
  ...onOff("call.conference", "Conference_Serv"),
  ...onOff("call.park", "Call_Park_Serv"),
  ...onOff("call.pickup", "Call_Pick_Up_Serv"),
  ...onOff("call.groupPickup", "Group_Call_Pick_Up_Serv"),
  ...onOff("call.paging", "Paging_Serv"),
  ...onOff("call.hideNumber", "Block_CID_Setting"),
  ...onOff("call.rejectAnonymous", "Block_ANC_Setting"),
  ...onOff("call.barge", "SCA_Barge-In_Enable"),
  {
    setting: "call.missedLog",
    value: false,
    reads: { Log_Missed_Calls_for_EXT_1: "No", Log_Missed_Calls_for_EXT_1_: undefined },
  },
  { setting: "call.missedLog", value: true, reads: { Log_Missed_Calls_for_EXT_1: "Yes" } },
  {
    setting: "call.featureSync",
    value: true,
    reads: { Device_Feature_Sync_1_: "Yes", Feature_Key_Sync_1_: undefined },
  },
  { setting: "call.featureSync", value: false, reads: { Device_Feature_Sync_1_: "No" } },
  ...onOff("call.hoteling", "Enable_Broadsoft_Hoteling_1_"),
  ...onOff("call.acd", "Broadsoft_ACD_1_"),
  plain("call.appearances", 2, "Call_Appearance_Per_Line", "4"),
  ...onOff("call.forward", "Cfwd_All_Serv", "Cfwd_Busy_Serv", "Cfwd_No_Ans_Serv"),
  plain("forward.all", "9723", "Cfwd_All_Dest"),
  plain("forward.busy", "9724", "Cfwd_Busy_Dest"),
  plain("forward.noAnswer", "9725", "Cfwd_No_Ans_Dest"),
  plain("forward.delay", 12, "Cfwd_No_Ans_Delay", "20"),
  ...onOff("call.dnd", "DND_Serv"),
  { setting: "dnd.on", value: true, reads: { DND_Setting: "Yes" }, without: { DND_Setting: undefined } },
  { setting: "dnd.on", value: false, reads: { DND_Setting: undefined } },
  plain("codes.park", "*68", "Call_Park_Code", ""),
  { setting: "codes.unpark", value: "*88", reads: { Call_UnPark_Code: "*88", Call_Unpark_Code: undefined } },
  plain("codes.groupPickup", "*8", "Group_Call_Pickup_Code", ""),
  ...onOff("paging.autoAnswer", "Auto_Answer_Page"),
  ...onOff("paging.duringCall", "Auto_Ans_Page_On_Active_Call_1_"),
  {
    setting: "paging.groups",
    value: [
      { address: "224.168.1.1", port: 34560, name: "All", number: "800" },
      { address: "224.168.1.2", port: 34562, number: "801", listen: false },
    ],
    reads: {
      Group_Paging_Script:
        "pggrp=224.168.1.1:34560;name=All;num=800;listen=yes; pggrp=224.168.1.2:34562;num=801;listen=no;",
    },
    without: { Group_Paging_Script: "pggrp=224.168.168.168:34560;name=All;num=800;listen=yes;" },
  },
  { setting: "paging.groups", value: [], reads: { Group_Paging_Script: "" } },
];

const lamps: readonly Reading[] = [
  ...choices("blf.server", "Server_Type", {
    asterisk: "Asterisk",
    broadsoft: "Broadsoft",
    rfc4235: "RFC3265_4235",
    sylantro: "Sylantro",
  }),
  {
    setting: "blf.pickupCode",
    value: "*8",
    reads: { Attendant_Console_Call_Pickup_Code: "*8", Call_Pickup_Code: "*8" },
    without: { Attendant_Console_Call_Pickup_Code: "**", Call_Pickup_Code: "**" },
  },
  plain("blf.subscribeExpires", 900, "Subscribe_Expires", "1800"),
  {
    setting: "blf.list",
    value: "sip:list-9721@pbx.example.com",
    reads: { BLF_List_URI: "list-9721@pbx.example.com", Use_Line_Keys_For_BLF_List: "Yes" },
    without: { BLF_List_URI: "", Use_Line_Keys_For_BLF_List: "No" },
  },
  ...onOff("blf.sound", "Call_Pickup_Audio_Notification"),
];

const access: readonly Reading[] = [
  {
    setting: "phone.adminPassword",
    value: "Correct-Horse9",
    reads: {
      Admin_Passwd: "Correct-Horse9",
      Admin_Password: undefined,
      "router-configuration/Web_Login_Admin_Password": undefined,
    },
  },
  {
    setting: "phone.userPassword",
    value: "User-Pass9",
    reads: { User_Password: "User-Pass9", User_Web_Password: undefined },
  },
  ...onOff("phone.webAccess", "Enable_Web_Server"),
  ...onOff("access.webAdmin", "Enable_Web_Admin_Access"),
  plain("access.webPort", 8080, "Web_Server_Port", "80"),
  { setting: "access.menu", value: "all", reads: { "Phone-UI-readonly": "No", "Phone-UI-user-mode": "No" } },
  {
    setting: "access.menu",
    value: "user",
    reads: { "Phone-UI-readonly": "No", "Phone-UI-user-mode": "Yes", "Phone-UI-User-Mode": undefined },
  },
  { setting: "access.menu", value: "none", reads: { "Phone-UI-readonly": "Yes", "Phone-UI-user-mode": "No" } },
  ...onOff("access.commands", "CISCO_XML_EXE_Enable"),
];

const network: readonly Reading[] = [
  {
    setting: "network.vlan",
    value: 40,
    reads: { Enable_VLAN: "Yes", VLAN_ID: "40" },
    without: { Enable_VLAN: "No", VLAN_ID: "1" },
  },
  {
    setting: "network.pcVlan",
    value: 50,
    reads: { Enable_PC_Port_VLAN_Tagging: "Yes", PC_Port_VLAN_ID: "50" },
    without: { Enable_PC_Port_VLAN_Tagging: "No", PC_Port_VLAN_ID: "1" },
  },
  ...onOff("network.cdp", "Enable_CDP"),
  ...onOff("network.lldp", "Enable_LLDP-MED"),
  plain("network.dns", "192.0.2.53", "Primary_DNS", ""),
  plain("network.dnsBackup", "192.0.2.54", "Secondary_DNS", ""),
  plain("network.domain", "example.com", "Domain", ""),
  {
    setting: "network.dscpSip",
    value: 26,
    reads: { SIP_TOS_DiffServ_Value_1_: "0x68", SIP_ToS_DiffServ_Value_1_: undefined },
    without: { SIP_TOS_DiffServ_Value_1_: "0x60" },
  },
  { setting: "network.dscpVoice", value: 40, reads: { RTP_TOS_DiffServ_Value_1_: "0xa0" } },
  plain("phone.syslog", "log.example.com", "Syslog_Server", ""),
  plain("location.assetId", "INV-77", "Asset_ID", ""),
];

/** Settings of SPA301 to SPA514G beside what all of Cisco's small phones are told alike. */
export const spaPhones: readonly Reading[] = [...account, ...calls, ...lamps, ...access, ...network];
