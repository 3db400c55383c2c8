import { moduleKeys, multiplatform, multiplatformKeys } from "./multiplatform.ts";
import { choices, type KeyReading, onOff, plain, type Reading } from "./reading.ts";

/** The 8851 has no Wi-Fi. */
const withWifi = "cisco/8861-3pcc";

const menus: readonly Reading[] = [
  {
    setting: "access.menu",
    value: "all",
    reads: {
      "Phone-UI-readonly": "No",
      Device_Administration: "Yes",
      Network_Configuration: "Yes",
      User_Preferences: "Yes",
      Status: "Yes",
    },
  },
  {
    setting: "access.menu",
    value: "user",
    reads: {
      "Phone-UI-readonly": "No",
      Device_Administration: "No",
      Network_Configuration: "No",
      User_Preferences: "Yes",
      Status: "Yes",
    },
  },
  {
    setting: "access.menu",
    value: "none",
    reads: {
      "Phone-UI-readonly": "Yes",
      Device_Administration: "No",
      Network_Configuration: "No",
      User_Preferences: "No",
      Status: "No",
    },
  },
];

const softKeys: readonly Reading[] = [
  {
    setting: "softkeys.idle",
    value: ["redial", "recents", "directory", "forward", "dnd", "pickup", "group-pickup", "unpark", "messages"],
    reads: {
      Programmable_Softkey_Enable: "Yes",
      Idle_Key_List: "redial|1;recents|2;dir|3;cfwd|4;dnd|5;pickup|6;gpickup|7;unpark|8;messages|9",
    },
    without: {
      Programmable_Softkey_Enable: "No",
      Idle_Key_List:
        "em_login;acd_login;acd_logout;astate;avail;unavail;redial;recents;cfwd;dnd;lcr;pickup;gpickup;unpark;em_logout;guestin;guestout;",
    },
  },
  { setting: "softkeys.idle", value: ["new-call", "settings"], reads: { Idle_Key_List: "newcall|1;settings|2" } },
  {
    setting: "softkeys.dialling",
    value: ["call", "delete", "cancel", "settings"],
    reads: { Programmable_Softkey_Enable: "Yes", Dialing_Input_Key_List: "call|1;delchar|2;cancel|3;settings|4" },
    without: { Dialing_Input_Key_List: "option|1;call|2;delchar|3;cancel|4;" },
  },
  {
    setting: "softkeys.ringing",
    value: ["answer", "reject", "directory", "messages", "settings"],
    reads: { Ringing_Key_List: "answer|1;ignore|2;dir|3;messages|4;settings|5" },
    without: { Ringing_Key_List: "answer|1;ignore|2;ignoresilent|3;" },
  },
  {
    setting: "softkeys.connected",
    value: ["hold", "end", "conference", "transfer", "blind-transfer", "park", "unpark", "record", "redial"],
    reads: { Connected_Key_List: "hold|1;endcall|2;conf|3;xfer|4;bxfer|5;park|6;unpark|7;crdstart|8;redial|9" },
    without: {
      Connected_Key_List: "hold|1;endcall|2;conf|3;xfer|4;bxfer;confLx;xferLx;park;phold;crdstart;crdstop;",
    },
  },
  {
    setting: "softkeys.held",
    value: ["resume", "end", "new-call", "redial", "directory", "forward", "dnd", "messages", "settings"],
    reads: { Hold_Key_List: "resume|1;endcall|2;newcall|3;redial|4;dir|5;cfwd|6;dnd|7;messages|8;settings|9" },
    without: { Hold_Key_List: "resume|1;endcall|2;newcall|3;redial;dir;cfwd;dnd;" },
  },
];

const screen: readonly Reading[] = [
  ...choices("phone.language", "Locale", {
    en: "en-US",
    bg: "bg-BG",
    hr: "hr-HR",
    cs: "cs-CZ",
    da: "da-DK",
    nl: "nl-NL",
    fi: "fi-FI",
    fr: "fr-FR",
    de: "de-DE",
    el: "el-GR",
    hu: "hu-HU",
    it: "it-IT",
    no: "nn-NO",
    pl: "pl-PL",
    pt: "pt-PT",
    ro: "ro-RO",
    sk: "sk-SK",
    sl: "sl-SI",
    es: "es-ES",
    sv: "sv-SE",
  }),
  {
    setting: "phone.textLogo",
    value: "Example Ltd",
    reads: { Boot_Display: "Text", Text_Logo: "Example Ltd", Text_Display: "Example Ltd" },
    without: { Boot_Display: "Default", Text_Logo: "", Text_Display: "" },
  },
  {
    setting: "display.logo",
    value: "http://files.example.com/logo.png",
    also: { "phone.textLogo": "Example Ltd" },
    reads: { Boot_Display: "Logo", Logo_URL: "http://files.example.com/logo.png" },
    without: { Boot_Display: "Text", Logo_URL: "" },
  },
  {
    setting: "display.wallpaper",
    value: "http://files.example.com/sea.png",
    reads: { Phone_Background: "Download Picture", Picture_Download_URL: "http://files.example.com/sea.png" },
    without: { Phone_Background: "Default", Picture_Download_URL: "" },
  },
  ...choices("display.backlight", "Back_Light_Timer", { "1m": "1m", "5m": "5m", "30m": "30m", always: "Always On" }),
  { setting: "display.screenSaver", value: "off", reads: { Screen_Saver_Enable: "No", Screen_Saver_Type: "Clock" } },
  { setting: "display.screenSaver", value: "clock", reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Type: "Clock" } },
  {
    setting: "display.screenSaver",
    value: "picture",
    reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Type: "Download Picture" },
  },
  { setting: "display.screenSaver", value: "logo", reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Type: "Logo" } },
  plain("display.screenSaverAfter", 600, "Screen_Saver_Wait", "300"),
  ...choices("display.fontSize", "Font_Size", { regular: "Regular", large: "Large" }),
  ...choices("display.handsetLamp", "Handset_LED_Alert", {
    voicemail: "Voicemail",
    "voicemail-and-missed": "Voicemail,Missed Call",
  }),
];

const wifi: readonly Reading[] = [
  ...onOff("wifi.enabled", "Phone-wifi-on"),
  plain("wifi.network", "Voice & data", "Network_Name_1_"),
  ...choices("wifi.security", "Security_Mode_1_", { none: "None", psk: "PSK", peap: "PEAP-MSCHAPV2", auto: "Auto" }),
  plain("wifi.user", "phone-17", "Wi-Fi_User_ID_1_"),
  {
    setting: "wifi.password",
    value: "open;sesame",
    also: { "wifi.security": "psk" },
    reads: { PSK_Passphrase_1_: "open;sesame", "Wi-Fi_Password_1_": undefined },
  },
  {
    setting: "wifi.password",
    value: "open;sesame",
    also: { "wifi.security": "peap" },
    reads: { "Wi-Fi_Password_1_": "open;sesame", PSK_Passphrase_1_: undefined },
  },
  ...choices("wifi.band", "Frequency_Band_1_", { auto: "Auto", "2.4GHz": "2.4 GHz", "5GHz": "5 GHz" }),
].map((reading) => ({ ...reading, model: withWifi }));

const others: readonly Reading[] = [
  ...onOff("access.commands", "CISCO_XML_EXE_Enable"),
  ...onOff("call.paging", "Paging_Serv"),
  ...onOff("call.missedLog", "Log_Missed_Calls_for_EXT_1"),
  ...onOff("call.acd", "ACD_Login_Serv", "Broadsoft_ACD_1_"),
  plain("call.appearances", 2, "Call_Appearances_Per_Line"),
  plain("codes.paging", "*96", "Paging_Code", ""),
  {
    setting: "paging.groups",
    value: [
      { address: "224.168.168.168", port: 34560, name: "All", number: "800", priority: 1 },
      { address: "224.168.168.169", port: 34562, listen: false },
    ],
    reads: {
      Group_1_Paging_Script: "pggrp=224.168.168.168:34560;name=All;num=800;listen=yes;pri=1",
      Group_2_Paging_Script: "pggrp=224.168.168.169:34562;listen=no",
      Group_3_Paging_Script: "",
    },
    without: { Group_1_Paging_Script: "", Group_2_Paging_Script: "" },
  },
  {
    setting: "paging.groups",
    value: Array.from({ length: 10 }, (_, at) => ({ address: "239.0.0.1", port: 5000 + 2 * at })),
    reads: { Group_10_Paging_Script: "pggrp=239.0.0.1:5018;listen=yes" },
  },
  {
    setting: "ring.distinctive",
    value: [
      { mark: "Door", ring: 12 },
      { mark: "Boss", ring: 1 },
    ],
    reads: {
      Ring1: "n=Boss;w=file://Sunrise.rwb;c=1",
      Ring2: "n=Chirp 1;w=file://chirp1.raw;c=1",
      Ring12: "n=Door;w=file://Chime.raw;c=1",
    },
    without: { Ring1: "n=Sunrise;w=file://Sunrise.rwb;c=1", Ring12: "n=Chime;w=file://Chime.raw;c=1" },
  },
  ...choices("sound.device", "Preferred_Audio_Device", { speaker: "Speaker", headset: "Headset", none: "None" }),
  ...onOff("sound.headsetHook", "Ehook_Enable"),
  {
    setting: "network.vlan",
    value: 20,
    reads: { Enable_VLAN: "Yes", VLAN_ID: "20" },
    without: { Enable_VLAN: undefined, VLAN_ID: undefined },
  },
  plain("directory.url", "http://dir.example.com/all.xml", "XML_Directory_Service_URL", ""),
  plain("directory.name", "All of us", "XML_Directory_Service_Name", ""),
  plain("services.url", "http://app.example.com/menu.xml", "XML_Application_Service_URL", ""),
  plain("services.name", "Menu", "XML_Application_Service_Name", ""),
  plain("services.user", "phones", "XML_User_Name", ""),
  plain("services.password", "s3cret", "XML_Password"),
  ...onOff("directory.personal", "Personal_Directory_Enable"),
];

export const readings: readonly Reading[] = [...multiplatform, ...menus, ...softKeys, ...screen, ...wifi, ...others];

const model = "cisco/8851-3pcc";

export const keyReadings: readonly KeyReading[] = [
  ...multiplatformKeys(model),
  ...moduleKeys(model, "BEKEM"),
  {
    key: { position: 2, type: "service", target: { url: "http://app.example.com/a?b=1&c=2" }, label: "Menu" },
    model,
    reads: { Extended_Function_2_: "fnc=xml;url=http://app.example.com/a?b=1&c=2;nme=Menu" },
  },
  {
    key: { position: 2, type: "acd", label: "Queue" },
    model,
    reads: { Extended_Function_2_: "fnc=acd;nme=Queue" },
  },
];
