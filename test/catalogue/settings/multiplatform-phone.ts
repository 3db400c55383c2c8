import { choices, onOff, plain, type Reading } from "./reading.ts";

const phone: readonly Reading[] = [
  plain("phone.label", "Reception", "Station_Display_Name", ""),
  plain("display.brightness", 9, "Display_Brightness"),
  ...onOff("display.voiceFeedback", "Voice_Feedback_Enable"),
  {
    setting: "time.zone",
    value: "Europe/Athens",
    reads: {
      Time_Zone: "GMT+02:00",
      Daylight_Saving_Time_Enable: "Yes",
      Daylight_Saving_Time_Rule: "start=3/-1/7/03:00:00;end=10/-1/7/04:00:00;save=1:00",
    },
    without: { Time_Zone: "GMT", Daylight_Saving_Time_Enable: "No", Daylight_Saving_Time_Rule: "" },
  },
  plain("time.ntp", "ntp.example.com", "Primary_NTP_Server", ""),
  plain("time.ntpBackup", "ntp2.example.com", "Secondary_NTP_Server", ""),
  ...choices("time.dateFormat", "Date_Format", { "day/month": "day/month", "month/day": "month/day" }),
  ...choices("time.clock", "Time_Format", { "12h": "12hr", "24h": "24hr" }),
  plain("phone.adminPassword", "Tr0ub4dor&3", "Admin_Password"),
  plain("phone.userPassword", "Corr3ct-Horse", "User_Password"),
  ...onOff("phone.webAccess", "Enable_Web_Server"),
  ...onOff("access.webAdmin", "Enable_Web_Admin_Access"),
  { setting: "access.webProtocol", value: "http", reads: { Enable_Protocol: "Http", Web_Server_Port: "80" } },
  { setting: "access.webProtocol", value: "https", reads: { Enable_Protocol: "Https", Web_Server_Port: "443" } },
  {
    setting: "access.webPort",
    value: 8443,
    also: { "access.webProtocol": "https" },
    reads: { Web_Server_Port: "8443" },
    without: { Web_Server_Port: "443" },
  },
  { setting: "access.usb", value: true, reads: { Disable_Back_USB_Port: "No", Disable_Side_USB_Port: "No" } },
  { setting: "access.usb", value: false, reads: { Disable_Back_USB_Port: "Yes", Disable_Side_USB_Port: "Yes" } },
];

const network: readonly Reading[] = [
  plain("network.pcVlan", 30, "PC_Port_VLAN_ID", "1"),
  ...onOff("network.cdp", "Enable_CDP"),
  ...onOff("network.lldp", "Enable_LLDP-MED"),
  ...onOff("network.8021x", "Enable_802.1X_Authentication"),
  ...onOff("network.pcPort", "PC_PORT_Enable"),
  ...choices("network.ipVersion", "IP_Mode", { ipv4: "IPv4 Only", ipv6: "IPv6 Only", dual: "Dual Mode" }),
  plain("network.dns", "10.0.0.53", "Primary_DNS", ""),
  plain("network.dnsBackup", "10.0.1.53", "Secondary_DNS", ""),
  plain("network.domain", "example.com", "Domain", ""),
  {
    setting: "network.dscpSip",
    value: 26,
    reads: { SIP_TOS_DiffServ_Value_1_: "0x68" },
    without: { SIP_TOS_DiffServ_Value_1_: "0x60" },
  },
  {
    setting: "network.dscpVoice",
    value: 40,
    reads: { RTP_TOS_DiffServ_Value_1_: "0xa0" },
    without: { RTP_TOS_DiffServ_Value_1_: "0xb8" },
  },
  plain("phone.syslog", "10.0.0.9", "Syslog_Server", ""),
  ...choices("diag.level", "Debug_Level", {
    error: "ERROR",
    warning: "WARNING",
    notice: "NOTICE",
    info: "INFO",
    debug: "DEBUG",
  }),
  plain("diag.problemReport", "https://prt.example.com/upload", "PRT_Upload_Rule", ""),
  ...onOff("diag.mirror", "Enable_PC_Port_Mirror"),
  ...onOff("diag.callStatistics", "Call_Statistics"),
];

const directory: readonly Reading[] = [
  {
    setting: "ldap.server",
    value: "ldap.example.com",
    reads: { LDAP_Dir_Enable: "Yes", LDAP_Server: "ldap.example.com" },
    without: { LDAP_Dir_Enable: "No", LDAP_Server: "" },
  },
  plain("ldap.name", "Colleagues", "LDAP_Corp_Dir_Name", ""),
  plain("ldap.base", "ou=people,dc=example,dc=com", "LDAP_Search_Base", ""),
  {
    setting: "ldap.user",
    value: "cn=phones,dc=example,dc=com",
    reads: { LDAP_Client_DN: "cn=phones,dc=example,dc=com", LDAP_Auth_Method: "Simple" },
    without: { LDAP_Client_DN: "", LDAP_Auth_Method: "None" },
  },
  plain("ldap.password", "s3cret & co", "LDAP_Password"),
  ...onOff("ldap.startTls", "LDAP_StartTLS_Enable"),
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
  },
  { setting: "ldap.number", value: "mobile", reads: { LDAP_Display_Attrs: "a=givenName;a=sn;a=mobile,t=p" } },
];

const provisioning: readonly Reading[] = [
  {
    setting: "provision.rule",
    value: "{phones}/here/$MA.xml",
    reads: { Profile_Rule_B: "http://prov.example.com/here/$MA.xml", Profile_Rule: "/$PSN.xml" },
    without: { Profile_Rule_B: "http://prov.example.com/$MA.xml" },
  },
  plain("provision.resync", 7200, "Resync_Periodic", "86400"),
  {
    setting: "provision.randomDelay",
    value: 100,
    reads: { Resync_Random_Delay: "5" },
    without: { Resync_Random_Delay: "0" },
  },
  { setting: "provision.errorRetry", value: [30, 90], reads: { Resync_Error_Retry_Delay: "30,90" } },
  ...onOff("provision.fromSip", "Resync_From_SIP"),
  plain("provision.resyncAt", "0330", "Resync_At__HHmm_", ""),
  plain("provision.resyncSpread", 1200, "Resync_At_Random_Delay", "600"),
  ...onOff("provision.askPassword", "Auth_Resync-Reboot_1_"),
  ...onOff("provision.onboarding", "Webex_Onboard_Enable"),
  {
    setting: "provision.report",
    value: "https://reports.example.com/in",
    reads: { Report_Rule: "https://reports.example.com/in", Report_To_Server: "On Local Change" },
    without: {
      Report_Rule: "http://prov.example.com/report/{mac}.xml",
      Report_To_Server: "On Local Change",
    },
  },
  ...onOff("firmware.sharing", "Peer_Firmware_Sharing"),
  plain("location.companyId", "07072db6-2dd5", "Company_UUID_1_", ""),
  plain("location.server", "https://held.example.com/held", "Primary_Request_URL_1_", ""),
  plain("location.assetId", "INV-0042", "Asset_ID", ""),
];

/** Screen, access, network, directory and provisioning, as both firmwares are told. */
export const phoneReadings: readonly Reading[] = [...phone, ...network, ...directory, ...provisioning];
