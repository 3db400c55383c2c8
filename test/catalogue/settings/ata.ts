import { adapterPorts } from "./adapter-ports.ts";
import { choices, type KeyReading, onOff, plain, type Reading } from "./reading.ts";
import { smallBusiness } from "./small-business.ts";

const encryption = (value: string, offered: string, option: string): Reading => ({
  setting: "voice.encryption",
  value,
  reads: { Secure_Call_Serv_1_: offered, Secure_Call_Setting_1_: offered, Secure_Call_Option_1_: option },
});

const own: readonly Reading[] = [
  {
    setting: "time.zone",
    value: "Europe/Athens",
    reads: {
      "router-configuration/Time_Setup/Time_Zone": "+02 2 2",
      "router-configuration/Time_Setup/Auto_Adjust_Clock": "1",
      "router-configuration/Time_Setup/Daylight_Saving_Time_Rule":
        "start=3/-1/7/03:00:00;end=10/-1/7/04:00:00;save=1:00",
      Time_Zone: undefined,
    },
    without: {
      "router-configuration/Time_Setup/Time_Zone": "+00 2 2",
      "router-configuration/Time_Setup/Auto_Adjust_Clock": "0",
      "router-configuration/Time_Setup/Daylight_Saving_Time_Rule": "",
    },
  },
  { setting: "access.webAdmin", value: false, reads: { "router-configuration/Web_Management/Admin_Access": "0" } },
  { setting: "access.webAdmin", value: true, reads: { "router-configuration/Web_Management/Admin_Access": "1" } },
  { setting: "access.ssh", value: true, reads: { "router-configuration/SSH/SSH_ACCESS": "1" } },
  { setting: "access.ssh", value: false, reads: { "router-configuration/SSH/SSH_ACCESS": "0" } },
  plain("access.sshUser", "service", "router-configuration/SSH/SSH_User_ID", ""),
  plain("access.sshPassword", "Ssh-Pass-99", "router-configuration/SSH/SSH_Password"),
  ...choices("network.ipVersion", "router-configuration/WAN_Basic_Setting/WAN_Stack_Mode", {
    ipv4: "0",
    ipv6: "1",
    dual: "2",
  }),
  plain("phone.syslog", "192.0.2.7", "router-configuration/Log_Configuration/Syslog_Server_IP", ""),
  plain(
    "diag.problemReport",
    "https://prt.example.com/up",
    "router-configuration/Log_Configuration/PRT_Upload_Url",
    "",
  ),
  ...choices("sip.callerIdFrom", "Caller_ID_Header", {
    "pai-rpid-from": "PAID-RPID-FROM",
    "pai-from": "PAID-FROM",
    "rpid-pai-from": "RPID-PAID-FROM",
    "rpid-from": "RPID-FROM",
    from: "FROM",
  }),
  ...onOff("sip.verifyTls", "TLS_Name_Validate_1_"),
  encryption("off", "No", "Optional"),
  encryption("optional", "Yes", "Optional"),
  encryption("required", "Yes", "Required"),
  ...onOff("call.featureSync", "Feature_Key_Sync_1_"),
  plain("location.companyId", "4f1c-77", "Company_UUID_1_", ""),
  plain("location.server", "https://held.example.com/v1", "Primary_Request_URL_1_", ""),
];

export const readings: readonly Reading[] = [...smallBusiness, ...adapterPorts, ...own];

export const keyReadings: readonly KeyReading[] = [];
