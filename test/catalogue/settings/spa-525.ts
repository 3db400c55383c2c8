import { choices, onOff, plain, type Reading } from "./reading.ts";

const lists: readonly Reading[] = [
  {
    setting: "softkeys.idle",
    value: ["redial", "dnd"],
    reads: { Idle_Key_List: "redial|1;dnd|2" },
    without: {
      Idle_Key_List:
        "em_login;acd_login;acd_logout;astate;avail;unavail;redial;dir;cfwd;dnd;lcr;pickup;gpickup;unpark;em_logout;guestin;guestout;",
    },
  },
  {
    setting: "softkeys.dialling",
    value: ["call", "delete"],
    reads: { Dialing_Input_Key_List: "dial|1;delchr|2" },
    without: { Dialing_Input_Key_List: "option|1;dial|2;delchr|3;cancel|4;" },
  },
  {
    setting: "softkeys.ringing",
    value: ["reject"],
    reads: { Ringing_Key_List: "ignore|1" },
    without: { Ringing_Key_List: "answer|1;ignore|2;" },
  },
  {
    setting: "softkeys.connected",
    value: ["hold"],
    reads: { Connected_Key_List: "hold|1" },
    without: {
      Connected_Key_List: "hold|1;endcall|2;conf|3;xfer|4;crdstart;crdstop;bxfer;confLx;xferLx;park;phold;flash;dnd;",
    },
  },
  {
    setting: "softkeys.held",
    value: ["resume"],
    reads: { Hold_Key_List: "resume|1" },
    without: { Hold_Key_List: "resume|1;endcall|2;newcall|3;redial;dir;cfwd;dnd;crdstart;crdstop;" },
  },
];

const ldap: readonly Reading[] = [
  {
    setting: "ldap.server",
    value: "ldap.example.com",
    reads: { Server: "ldap.example.com", LDAP_Dir_Enable: "Yes", LDAP_Server: undefined },
    without: { Server: "", LDAP_Dir_Enable: "No" },
  },
  plain("ldap.name", "Staff", "Corp_Dir_Name", ""),
  plain("ldap.base", "dc=example,dc=com", "Search_Base", ""),
  {
    setting: "ldap.user",
    value: "cn=desk",
    reads: { Client_DN: "cn=desk", Auth_Type: "Simple" },
    without: { Client_DN: "", Auth_Type: "None" },
  },
  plain("ldap.password", "Ldap-Pass-9", "Password"),
  { setting: "ldap.lastName", value: "surname", reads: { Last_Name_Filter: "surname:(surname=$VALUE*)" } },
  { setting: "ldap.firstName", value: "cn", reads: { First_Name_Filter: "cn:(cn=$VALUE*)" } },
  { setting: "ldap.number", value: "mobile", reads: { Display_Attr: "a=givenName;a=sn;a=mobile,t=p" } },
];

const own: readonly Reading[] = [
  {
    setting: "phone.adminPassword",
    value: "Correct-Horse9",
    reads: { Admin_Passwd: "Correct-Horse9", Admin_Password: "Correct-Horse9" },
  },
  {
    setting: "phone.userPassword",
    value: "User-Pass9",
    reads: { User_Password: "User-Pass9", User_Web_Password: "User-Pass9" },
  },
  {
    setting: "access.menu",
    value: "none",
    reads: { "SPA525-readonly": "Yes", "Phone-UI-readonly": undefined },
    without: { "SPA525-readonly": "No" },
  },
  ...onOff("access.bluetooth", "Enable_BT"),
  { setting: "wifi.enabled", value: true, reads: { "SPA525-wifi-on": "Yes" }, without: { "SPA525-wifi-on": "No" } },
  { setting: "wifi.enabled", value: false, reads: { "SPA525-wifi-on": "No" } },
  {
    setting: "wifi.network",
    value: "Office",
    reads: { profileName_1_: "Office", ssid_1_: "Office" },
    without: { profileName_1_: "", ssid_1_: "" },
  },
  ...choices("wifi.security", "securityMode_1_", { none: "Disable", psk: "WPA2-PSK" }),
  plain("wifi.password", "Wifi-Pass-9", "pskKey_1_"),
  {
    setting: "phone.textLogo",
    value: "Acme",
    reads: { Text_Logo: "Acme", Logo_Type: "Text Logo", Select_Logo: undefined },
    without: { Logo_Type: "Default" },
  },
  {
    setting: "display.logo",
    value: "http://img.example.com/logo.jpg",
    reads: { BMP_Picture_Download_URL: "http://img.example.com/logo.jpg", Logo_Type: "Download BMP Picture" },
    without: { BMP_Picture_Download_URL: "", Logo_Type: "Default" },
  },
  {
    setting: "display.screenSaver",
    value: "picture",
    reads: { Screen_Saver_Enable: "Yes", Screen_Saver_Type: "Digital Frame", Screen_Saver_Icon: undefined },
    without: { Screen_Saver_Enable: "No", Screen_Saver_Type: "Black Background" },
  },
  { setting: "display.screenSaver", value: "clock", reads: { Screen_Saver_Type: "Clock" } },
  plain("display.screenSaverAfter", 120, "Screen_Saver_Trigger_Time", "300"),
  { setting: "sound.device", value: "none", reads: { Preferred_Audio_Device: "None" } },
  ...onOff("sound.headsetHook", "Electronic_HookSwitch_Control"),
  { setting: "phone.defaultRing", value: 12, reads: { Default_Ring__1__: "12" } },
  {
    setting: "ring.distinctive",
    value: [{ mark: "door", ring: 12 }],
    reads: { Ring12: "n=door;w=file://Ring7.raw;c=1" },
    without: { Ring12: "n=Du-dut;w=file://Ring7.raw;c=1" },
  },
];

/** Names and values that only the SPA525G2 has. */
export const spa525: readonly Reading[] = [...lists, ...ldap, ...own].map((each) => ({
  ...each,
  model: "cisco/spa525g2",
}));
