import type { Key } from "../../../server/domain/device.ts";
import { callReadings } from "./multiplatform-calls.ts";
import { lineReadings } from "./multiplatform-lines.ts";
import { phoneReadings } from "./multiplatform-phone.ts";
import type { KeyReading, Reading } from "./reading.ts";

/** What the phones of both firmwares are told in the same way. */
export const multiplatform: readonly Reading[] = [...lineReadings, ...callReadings, ...phoneReadings];

/** Keys that both firmwares have, on the phone's second key. */
export function multiplatformKeys(model: string): readonly KeyReading[] {
  const key = (type: Key["type"], rest: Omit<Key, "type" | "position">, script: string): KeyReading => ({
    key: { position: 2, type, ...rest },
    model,
    reads: { Extension_2_: "Disabled", Share_Call_Appearance_2_: "private", Extended_Function_2_: script },
  });
  return [
    {
      key: { position: 2, type: "line", target: { line: "9721" } },
      model,
      reads: {
        Extension_1_: "Disabled",
        Extension_2_: "1",
        Short_Name_2_: "9721",
        Share_Call_Appearance_2_: "private",
        Extended_Function_2_: "",
        Share_Ext_1_: "No",
        Shared_User_ID_1_: "",
      },
    },
    {
      key: { position: 2, type: "shared-line", target: { line: "9721" }, label: "Desk" },
      model,
      reads: {
        Extension_2_: "1",
        Short_Name_2_: "Desk",
        Share_Call_Appearance_2_: "shared",
        Extended_Function_2_: "",
        Share_Ext_1_: "Yes",
        Shared_User_ID_1_: "9721",
      },
    },
    key(
      "speed-dial",
      { target: { number: "0038514567890" }, label: "Taxi" },
      "fnc=sd;ext=0038514567890@$PROXY;nme=Taxi",
    ),
    key("blf", { target: { line: "9722" } }, "fnc=sd+blf+cp;sub=9722@$PROXY;nme=Ivan Horvat"),
    key("park", { target: { number: "701" }, label: "Park 1" }, "fnc=sd+blf+cp;sub=701@$PROXY;nme=Park 1"),
    {
      ...key("park", { target: { number: "701" }, label: "Park 1" }, "fnc=prk;sub=701@$PROXY;nme=Park 1"),
      also: { "blf.server": "broadsoft" },
    },
    {
      ...key("intercom", { target: { line: "9722" } }, "fnc=sd;ext=*809722@$PROXY;nme=Ivan Horvat"),
      also: { "call.intercomCode": "*80" },
    },
    key("mwi", { target: { number: "800" }, label: "Sales" }, "fnc=mwi;sub=800@$PROXY;vid=1;nme=Sales"),
    key("dnd", {}, "fnc=dnd"),
    key("dnd", { label: "Quiet" }, "fnc=dnd;nme=Quiet"),
    key("forward", { label: "Away" }, "fnc=cfwd;nme=Away"),
    key("directory", { label: "People" }, "fnc=shortcut;url=directories;nme=People"),
  ];
}

/** The same on the first key of a module. */
export function moduleKeys(model: string, module: string): readonly KeyReading[] {
  const key = { module: 1, position: 1, label: "Ivan" } as const;
  return [
    {
      key: { ...key, type: "blf", target: { line: "9722" } },
      model,
      modules: [module],
      reads: {
        Number_of_Units: "1",
        KEM_Type: module,
        Unit_1_Extension_1_: "Disabled",
        Unit_1_Key_1_: "fnc=sd+blf+cp;sub=9722@$PROXY;nme=Ivan",
        Unit_1_Key_2_: "",
      },
    },
    {
      key: { ...key, type: "line", target: { line: "9721" } },
      model,
      modules: [module],
      reads: { Unit_1_Extension_1_: "1", Unit_1_Key_1_: "", Unit_1_Short_Name_1_: "Ivan" },
    },
  ];
}
