import { adapterPorts } from "./adapter-ports.ts";
import type { KeyReading, Reading } from "./reading.ts";
import { smallBusiness } from "./small-business.ts";
import { spa525 } from "./spa-525.ts";
import { spaDesk } from "./spa-desk.ts";
import { spaPhones } from "./spa-phones.ts";

const phone = "cisco/spa504g";
const adapter = "cisco/spa122";

/** The adapters of this family, where they are unlike an ATA 192. */
const adapters: readonly Reading[] = [
  {
    setting: "time.zone",
    value: "Europe/Athens",
    reads: {
      "router-configuration/Time_Setup/Time_Zone": "+02 2 2",
      "router-configuration/Time_Setup/Auto_Adjust_Clock": "1",
      Time_Zone: undefined,
    },
    without: { "router-configuration/Time_Setup/Auto_Adjust_Clock": "0" },
  },
  { setting: "phone.syslog", value: "log.example.com", reads: { Syslog_Server: "log.example.com" } },
  {
    setting: "access.webAdmin",
    value: false,
    reads: { Enable_Web_Admin_Access: "No", Enable_Web_Server: undefined },
  },
];

const readByKeys: readonly Reading[] = [
  {
    setting: "blf.pickup",
    value: false,
    keys: [{ position: 2, type: "blf", target: { line: "9722" } }],
    reads: { Extended_Function_2_: "fnc=sd+blf;sub=9722@$PROXY;nme=Ivan Horvat" },
    without: { Extended_Function_2_: "fnc=sd+blf+cp;sub=9722@$PROXY;nme=Ivan Horvat" },
  },
  {
    setting: "call.intercomCode",
    value: "*80",
    keys: [{ position: 2, type: "intercom", target: { number: "9722" }, label: "Shop" }],
    reads: { Extended_Function_2_: "fnc=sd;ext=*809722@$PROXY;nme=Shop" },
  },
  {
    setting: "blf.parkPrefix",
    value: "park+",
    keys: [{ position: 2, type: "park", target: { number: "*5901" }, label: "Park 1" }],
    reads: { Extended_Function_2_: "fnc=sd+blf+cp;sub=park+*5901@$PROXY;nme=Park 1" },
    without: { Extended_Function_2_: "fnc=sd+blf+cp;sub=*5901@$PROXY;nme=Park 1" },
  },
];

export const readings: readonly Reading[] = [
  ...smallBusiness,
  ...spaPhones,
  ...spaDesk,
  ...readByKeys,
  ...spa525,
  ...[...smallBusiness, ...adapterPorts, ...adapters].map((each) => ({ ...each, model: adapter })),
];

/** A key of the phone that is no line is no extension either. */
const feature = (script: string, label: string) => ({
  Extension_2_: "Disabled",
  Share_Call_Appearance_2_: "private",
  Short_Name_2_: label,
  Extended_Function_2_: script,
});

const bare = { PoE_Power_Required: "Normal", Unit_1_Enable: "No", Unit_2_Enable: "No", Unit_1_Key_3: undefined };

export const keyReadings: readonly KeyReading[] = [
  {
    key: { position: 2, type: "line", target: { line: "9721" } },
    model: phone,
    reads: {
      Extension_1_: "Disabled",
      Extension_2_: "1",
      Share_Call_Appearance_2_: "private",
      Share_Ext_1_: "private",
      Extended_Function_2_: "",
      ...bare,
    },
  },
  {
    key: { position: 1, type: "shared-line", target: { line: "9721" } },
    model: phone,
    reads: { Extension_1_: "1", Share_Call_Appearance_1_: "shared", Share_Ext_1_: "shared", Share_Ext_2_: "private" },
  },
  {
    key: { position: 2, type: "speed-dial", target: { number: "00385123" }, label: "Zagreb" },
    model: phone,
    reads: feature("fnc=sd;ext=00385123@$PROXY;nme=Zagreb", "Zagreb"),
  },
  {
    key: { position: 2, type: "blf", target: { line: "9722" } },
    model: phone,
    reads: feature("fnc=sd+blf+cp;sub=9722@$PROXY;nme=Ivan Horvat", "Ivan Horvat"),
  },
  {
    key: { position: 2, type: "intercom", target: { line: "9722" } },
    model: phone,
    also: { "call.intercomCode": "*80" },
    reads: feature("fnc=sd;ext=*809722@$PROXY;nme=Ivan Horvat", "Ivan Horvat"),
  },
  {
    key: { position: 2, type: "park", target: { number: "5901" }, label: "Park 1" },
    model: phone,
    reads: feature("fnc=sd+blf+cp;sub=5901@$PROXY;nme=Park 1", "Park 1"),
  },
  {
    key: { position: 2, type: "service", target: { url: "http://app.example.com/menu" }, label: "Menu" },
    model: phone,
    reads: feature("fnc=xml;url=http://app.example.com/menu;nme=Menu", "Menu"),
  },
  {
    key: { module: 1, position: 3, type: "blf", target: { line: "9722" } },
    model: phone,
    modules: ["SPA500S"],
    reads: {
      Unit_1_Key_3: "fnc=sd+blf+cp;sub=9722@$PROXY;nme=Ivan Horvat",
      Unit_1_Key_3_: undefined,
      Unit_1_Key_4: "",
      Unit_1_Enable: "Yes",
      Unit_2_Enable: "No",
      Server_Type: "Asterisk",
      PoE_Power_Required: "Maximum",
    },
  },
  {
    key: { module: 2, position: 32, type: "speed-dial", target: { line: "9722" } },
    model: "cisco/spa525g2",
    modules: ["SPA500S", "SPA500S"],
    reads: {
      Unit_2_Key_32: "fnc=sd;ext=9722@$PROXY;nme=Ivan Horvat",
      Unit_1_Enable: "Yes",
      Unit_2_Enable: "Yes",
      PoE_Power_Required: "Maximum",
    },
  },
];
