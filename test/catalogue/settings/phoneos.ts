import { moduleKeys, multiplatform, multiplatformKeys } from "./multiplatform.ts";
import { choices, type KeyReading, onOff, plain, type Reading } from "./reading.ts";

const softKeys: readonly Reading[] = [
  {
    setting: "softkeys.idle",
    value: ["redial", "recents", "directory", "forward", "dnd", "pickup", "group-pickup", "unpark", "settings"],
    reads: {
      Programmable_Softkey_Enable: "Yes",
      Idle_Key_List: "redial|1;recents|2;dir|3;cfwd|4;dnd|5;pickup|6;gpickup|7;unpark|8;settings|9",
    },
    without: {
      Programmable_Softkey_Enable: "No",
      Idle_Key_List:
        "calls;calendar;meeting;recents;settings;dir;cfwd;dnd;pickup;gpickup;unpark;guestin;guestout;hoteling;redial;hotdesk|3;hotdesk_signout|3;",
    },
  },
  {
    setting: "softkeys.dialling",
    value: ["call", "delete", "cancel"],
    reads: { Programmable_Softkey_Enable: "Yes", Dialing_Input_Key_List: "call|1;delchar|2;cancel|3" },
    without: { Dialing_Input_Key_List: "abc;call;delchar;line;cancel" },
  },
  {
    setting: "softkeys.ringing",
    value: ["reject", "answer"],
    reads: { Ringing_Key_List: "ignore|1;answer|2" },
    without: { Ringing_Key_List: "answer|1;ignore|2;ignoresilent|3;ignoreall;home;" },
  },
  {
    setting: "softkeys.connected",
    value: ["hold", "end", "new-call", "conference", "transfer", "blind-transfer", "park", "record"],
    reads: { Connected_Key_List: "hold|1;endcall|2;newcall|3;conf|4;xfer|5;bxfer|6;park|7;crdstart|8" },
    without: {
      Connected_Key_List: "hold;endcall;newcall;conf;xfer;bxfer;park;phold;crdstart;crdpause;crdresume;crdstop;home;",
    },
  },
  {
    setting: "softkeys.held",
    value: ["resume", "end", "new-call"],
    reads: { Hold_Key_List: "resume|1;endcall|2;newcall|3" },
    without: { Hold_Key_List: "resume;endcall;newcall;home;" },
  },
];

const others: readonly Reading[] = [
  ...choices("phone.language", "Phone_Language", {
    en: "English-US",
    cs: "Czech",
    da: "Danish",
    nl: "Dutch",
    fi: "Finnish",
    fr: "French",
    de: "German",
    el: "Greek_Greece",
    hu: "Hungarian",
    it: "Italian",
    no: "Norwegian",
    pl: "Polish",
    pt: "Portuguese",
    es: "Spanish",
    sv: "Swedish",
  }),
  ...choices("display.handsetLamp", "Phone_LED_Alert", {
    voicemail: "Voicemail",
    "voicemail-and-missed": "Voicemail, Missed Call",
  }),
  ...onOff("call.missedLog", "Log_Missed_Calls_1_"),
  plain("call.appearances", 1, "Call_Appearances_Per_Line"),
  ...onOff("access.bluetooth", "Enable_BT"),
  {
    setting: "ring.distinctive",
    value: [{ mark: "Door", ring: 2 }],
    reads: { Ring1: "n=Sunrise;w=file://Sunrise.rwb;c=1", Ring2: "n=Door;w=file://Mischief.rwb;c=1" },
    without: { Ring2: "n=Mischief;w=file://Mischief.rwb;c=1", Ring12: "n=Incoming_EQ;w=file://Incoming_EQ.rwb;c=1" },
  },
  {
    setting: "network.vlan",
    value: 20,
    reads: { VLAN_ID: "20", Enable_VLAN: undefined },
    without: { VLAN_ID: undefined },
  },
  ...onOff("wifi.enabled", "Phone-wifi-on"),
  plain("wifi.network", "Voice & data", "Network_Name_1_"),
  ...choices("wifi.security", "Security_Mode_1_", { none: "None", psk: "PSK", peap: "EAP-PEAP", auto: "Auto" }),
  plain("wifi.user", "phone-17", "Wi-Fi_User_ID_1_"),
  plain("wifi.password", "open;sesame", "Wi-Fi_Password_1_"),
  ...choices("wifi.band", "Frequency_Band_1_", { auto: "Auto", "2.4GHz": "2.4 GHz", "5GHz": "5 GHz" }),
];

export const readings: readonly Reading[] = [...multiplatform, ...softKeys, ...others];

const model = "cisco/9861";

export const keyReadings: readonly KeyReading[] = [...multiplatformKeys(model), ...moduleKeys(model, "DP-9800-KEM")];
