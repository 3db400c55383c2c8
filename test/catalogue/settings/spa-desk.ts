import { choices, plain, type Reading } from "./reading.ts";

const screen: readonly Reading[] = [
  plain("phone.label", "Reception", "Station_Display_Name", ""),
  {
    setting: "phone.textLogo",
    value: "Acme",
    reads: { Text_Logo: "Acme", Select_Logo: "Text Logo" },
    without: { Text_Logo: "", Select_Logo: "Default" },
  },
  {
    setting: "display.wallpaper",
    value: "http://img.example.com/desk.bmp",
    reads: { BMP_Picture_Download_URL: "http://img.example.com/desk.bmp", Select_Background_Picture: "BMP Picture" },
    without: { BMP_Picture_Download_URL: "", Select_Background_Picture: "None" },
  },
  {
    setting: "display.logo",
    value: "http://img.example.com/logo.bmp",
    also: { "phone.textLogo": "Acme" },
    reads: { BMP_Picture_Download_URL: "http://img.example.com/logo.bmp", Select_Logo: "BMP Picture" },
    without: { BMP_Picture_Download_URL: "", Select_Logo: "Text Logo" },
  },
  {
    setting: "display.screenSaver",
    value: "clock",
    reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Icon: "DateTime" },
    without: { Screen_Saver_Enable: "No", Screen_Saver_Icon: "Background Picture" },
  },
  {
    setting: "display.screenSaver",
    value: "picture",
    reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Icon: "Background Picture" },
  },
  plain("display.screenSaverAfter", 120, "Screen_Saver_Wait", "300"),
  ...choices("phone.language", "Locale", {
    en: "en-US",
    bg: "bg-BG",
    cs: "cs-CZ",
    de: "de-DE",
    el: "el-GR",
    es: "es-ES",
    fr: "fr-FR",
    hr: "hr-HR",
    hu: "hu-HU",
    it: "it-IT",
    pl: "pl-PL",
    ro: "ro-RO",
    sk: "sk-SK",
    sl: "sl-SI",
  }),
];

const time: readonly Reading[] = [
  {
    setting: "time.zone",
    value: "Europe/Athens",
    reads: {
      Time_Zone: "GMT+02:00",
      Time_Offset__HH_mm_: "",
      Daylight_Saving_Time_Enable: "Yes",
      Daylight_Saving_Time_Rule: "start=3/-1/7/03:00:00;end=10/-1/7/04:00:00;save=1:00",
    },
    without: { Time_Zone: "GMT", Daylight_Saving_Time_Enable: "No", Daylight_Saving_Time_Rule: "" },
  },
  plain("time.ntp", "ntp.example.com", "Primary_NTP_Server", ""),
  plain("time.ntpBackup", "ntp2.example.com", "Secondary_NTP_Server", ""),
  ...choices("time.clock", "Time_Format", { "12h": "12hr", "24h": "24hr" }),
  ...choices("time.dateFormat", "Date_Format", { "day/month": "day/month", "month/day": "month/day" }),
];

const sound: readonly Reading[] = [
  {
    setting: "phone.defaultRing",
    value: 0,
    reads: { Default_Ring__1__: "No Ring", Default_Ring_1_: undefined },
    without: { Default_Ring__1__: "1" },
  },
  { setting: "phone.defaultRing", value: 10, reads: { Default_Ring__1__: "10" } },
  {
    setting: "ring.distinctive",
    value: [{ mark: "door", ring: 7 }],
    reads: { Ring7: "n=door;w=2;c=3", Ring8: "n=Simple-4;w=2;c=4" },
    without: { Ring7: "n=Simple-3;w=2;c=3" },
  },
  plain("ring.silentFor", 20, "Silent_Ring_Duration", "60"),
  plain("sound.ringVolume", 6, "Ringer_Volume"),
  plain("sound.speakerVolume", 5, "Speaker_Volume"),
  plain("sound.handsetVolume", 7, "Handset_Volume"),
  plain("sound.headsetVolume", 8, "Headset_Volume"),
  ...choices("sound.device", "Preferred_Audio_Device", { speaker: "Speaker", headset: "Headset" }),
  {
    setting: "tones.callWaiting",
    value: [{ hz: [425], on: 0.2, off: 4 }],
    reads: { Call_Waiting_Tone: "425@-10;30(.2/4/1)" },
    without: { Call_Waiting_Tone: "440@-10;30(.3/9.7/1)" },
  },
];

const directory: readonly Reading[] = [
  plain("directory.name", "Company", "XML_Directory_Service_Name", ""),
  plain("directory.url", "http://dir.example.com/book", "XML_Directory_Service_URL", ""),
  plain("services.name", "Apps", "XML_Application_Service_Name", ""),
  plain("services.url", "http://app.example.com/menu", "XML_Application_Service_URL", ""),
  plain("services.user", "desk", "XML_User_Name", ""),
  plain("services.password", "Xml-Pass-9", "XML_Password"),
  {
    setting: "ldap.server",
    value: "ldap.example.com",
    reads: { LDAP_Server: "ldap.example.com", LDAP_Dir_Enable: "Yes" },
    without: { LDAP_Server: "", LDAP_Dir_Enable: "No" },
  },
  plain("ldap.name", "Staff", "LDAP_Corp_Dir_Name", ""),
  plain("ldap.base", "ou=people,dc=example,dc=com", "LDAP_Search_Base", ""),
  {
    setting: "ldap.user",
    value: "cn=desk,dc=example,dc=com",
    reads: { LDAP_Client_DN: "cn=desk,dc=example,dc=com", LDAP_Auth_Method: "Simple" },
    without: { LDAP_Client_DN: "", LDAP_Auth_Method: "None" },
  },
  plain("ldap.password", "Ldap-Pass-9", "LDAP_Password"),
  {
    setting: "ldap.lastName",
    value: "surname",
    reads: {
      LDAP_Last_Name_Filter: "surname:(surname=$VALUE*)",
      LDAP_Display_Attrs: "a=givenName;a=surname;a=telephoneNumber,t=p",
    },
    without: { LDAP_Last_Name_Filter: "sn:(sn=$VALUE*)" },
  },
  {
    setting: "ldap.firstName",
    value: "cn",
    reads: { LDAP_First_Name_Filter: "cn:(cn=$VALUE*)", LDAP_Display_Attrs: "a=cn;a=sn;a=telephoneNumber,t=p" },
    without: { LDAP_First_Name_Filter: "givenName:(givenName=$VALUE*)" },
  },
  { setting: "ldap.number", value: "mobile", reads: { LDAP_Display_Attrs: "a=givenName;a=sn;a=mobile,t=p" } },
];

const softKeys: readonly Reading[] = [
  {
    setting: "softkeys.idle",
    value: ["redial", "directory", "forward", "dnd", "pickup", "group-pickup", "unpark"],
    reads: {
      Programmable_Softkey_Enable: "Yes",
      Idle_Key_List: "redial|1;dir|2;cfwd|3;dnd|4;pickup|5;gpickup|6;unpark|7",
    },
    without: {
      Programmable_Softkey_Enable: "No",
      Idle_Key_List:
        "em_login|1;acd_login|1;acd_logout|1;avail|3;unavail|3;redial|5;dir|6;cfwd|7;dnd|8;lcr|9;pickup|10;gpickup|11;unpark|12;em_logout",
    },
  },
  {
    setting: "softkeys.dialling",
    value: ["call", "delete", "cancel"],
    reads: { Dialing_Input_Key_List: "dial|1;delchar|2;cancel|3" },
    without: { Dialing_Input_Key_List: "dial|1;delchar|2;clear|3;cancel|4;left|5;right|6;starcode|7;alpha|8;dir" },
  },
  {
    setting: "softkeys.ringing",
    value: ["answer", "reject"],
    reads: { Ringing_Key_List: "answer|1;ignore|2" },
    without: { Ringing_Key_List: "answer|1;ignore|2;toggle|4" },
  },
  {
    setting: "softkeys.connected",
    value: ["hold", "end", "conference", "transfer", "blind-transfer", "park"],
    reads: { Connected_Key_List: "hold|1;endcall|2;conf|3;xfer|4;bxfer|5;park|6" },
    without: {
      Connected_Key_List: "hold|1;endcall|2;conf|3;xfer|4;toggle;bxfer;confLx;xferLx;park;phold;flash;",
    },
  },
  {
    setting: "softkeys.held",
    value: ["resume", "end", "new-call", "redial", "directory", "forward", "dnd"],
    reads: { Hold_Key_List: "resume|1;endcall|2;newcall|3;redial|4;dir|5;cfwd|6;dnd|7" },
    without: { Hold_Key_List: "resume|1;endcall|2;newcall|3;redial;dir;cfwd;dnd" },
  },
];

/** Screen, sound, directory and soft keys of the phones with a grey screen. */
export const spaDesk: readonly Reading[] = [...screen, ...time, ...sound, ...directory, ...softKeys];
