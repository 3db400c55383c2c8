import type { BadInput } from "./admin-bad-input.ts";

/** The phones that are there when these are tried: a cisco/8851 with the line `anna`. */
export const knownMac = "00562B043615";
const mac = "001721820542";
const model = "cisco/8851-3pcc";

/** Devices that nobody may add. */
export const badDevices: readonly BadInput[] = [
  [
    "an unknown model, with the nearest offered",
    "POST /devices",
    { mac, model: "cisco/8851-3pc" },
    "422 INVALID",
    "/model",
    'there is no model "cisco/8851-3pc"; did you mean "cisco/8851-3pcc"?',
  ],
  [
    "a model as people call it, with those that are meant",
    "POST /devices",
    { mac, model: "8845" },
    "422 INVALID",
    "/model",
    'there is no model "8845"; did you mean "cisco/8845" or "cisco/8845-3pcc"?',
  ],
  ["a MAC of 11 digits", "POST /devices", { mac: "00172182054", model }, "422 INVALID", "/mac"],
  ["a MAC of 13 digits", "POST /devices", { mac: "0017218205421", model }, "422 INVALID", "/mac"],
  ["no MAC", "POST /devices", { model }, "422 INVALID", "/mac", "is missing"],
  ["a MAC that is a number", "POST /devices", { mac: 1721820542, model }, "422 INVALID", "/mac"],
  ["a doubled MAC", "POST /devices", { mac: "00:56:2b:04:36:15", model }, "409 CONFLICT", "/mac"],
  ["an unknown field", "POST /devices", { mac, model, colour: "red" }, "422 INVALID", "/colour"],
  ["a wrong type", "POST /devices", { mac, model, lines: "anna" }, "422 INVALID", "/lines"],
  [
    "a number as text",
    "POST /devices",
    { mac, model, keys: [blf({ position: "1" })] },
    "422 INVALID",
    "/keys/0/position",
  ],
  ["a site that is not there", "POST /devices", { mac, model, site: "moon" }, "422 INVALID", "/site"],
  ["a preset that is not there", "POST /devices", { mac, model, preset: "moon" }, "422 INVALID", "/preset"],
  ["a line that is not there", "POST /devices", { mac, model, lines: ["nobody"] }, "422 INVALID", "/lines/0"],
  ["a line twice", "POST /devices", { mac, model, lines: ["anna", "anna"] }, "422 INVALID", "/lines/1"],
  ["a state that there is not", "POST /devices", { mac, model, state: "lost" }, "422 INVALID", "/state"],
  ["a control character", "POST /devices", { mac, model, label: "a\u0007b" }, "422 INVALID", "/label"],
  ["a line break", "POST /devices", { mac, model, label: "a\nb" }, "422 INVALID", "/label"],
  [
    "half a character",
    "POST /devices",
    `{"mac":"${mac}","model":"${model}","label":"\\ud83d"}`,
    "422 INVALID",
    "/label",
  ],
  [
    "NUL in a raw value",
    "POST /devices",
    { mac, model, raw: { Station_Name: "a\u0000" } },
    "422 INVALID",
    "/raw/Station_Name",
  ],
  [
    "a key position the phone lacks",
    "POST /devices",
    { mac, model, keys: [blf({ position: 11 })] },
    "422 INVALID",
    "/keys/0/position",
  ],
  ["a module it has not", "POST /devices", { mac, model, keys: [blf({ module: 1 })] }, "422 INVALID", "/keys/0/module"],
  [
    "a kind of key it has not",
    "POST /devices",
    { mac, model: "cisco/7960", keys: [blf({})] },
    "422 INVALID",
    "/keys/0/type",
  ],
  ["two keys at a place", "POST /devices", { mac, model, keys: [blf({}), blf({})] }, "422 INVALID", "/keys/1/position"],
  [
    "an unknown setting, with the nearest offered",
    "POST /devices",
    { mac, model, settings: { "sip.sever": "pbx" } },
    "422 INVALID",
    "/settings/sip.sever",
    'there is no setting "sip.sever"; did you mean "sip.server"?',
  ],
  [
    "a value of the wrong kind",
    "POST /devices",
    { mac, model, settings: { "sip.port": "5060" } },
    "422 INVALID",
    "/settings/sip.port",
  ],
  [
    "a time zone there is not",
    "POST /devices",
    { mac, model, settings: { "time.zone": "Mars/Base" } },
    "422 INVALID",
    "/settings/time.zone",
  ],
  [
    "a setting of another layer",
    "POST /devices",
    { mac, model, settings: { "provision.rule": "x" } },
    "422 INVALID",
    "/settings/provision.rule",
  ],
  [
    "a setting that the family has not",
    "POST /devices",
    { mac, model: "cisco/7960", settings: { "phone.adminPassword": "12345678" } },
    "422 INVALID",
    "/settings/phone.adminPassword",
  ],
  [
    "a value that the family can't carry",
    "POST /devices",
    { mac, model: "cisco/8851", settings: { "sip.transport": "tls" } },
    "422 INVALID",
    "/settings/sip.transport",
  ],
  [
    "a secret that is too long for the family",
    "POST /devices",
    { mac, model: "cisco/8851", lines: ["long"] },
    "422 INVALID",
    "/lines/0",
  ],
  [
    "an unknown raw parameter, with the nearest offered",
    "POST /devices",
    { mac, model, raw: { Station_Nam: "x" } },
    "422 INVALID",
    "/raw/Station_Nam",
    'cisco/mpp has no parameter "Station_Nam"; did you mean "Station_Name"?',
  ],
  [
    "a raw parameter that Offhook owns",
    "POST /devices",
    { mac, model, raw: { Profile_Rule: "/x" } },
    "422 INVALID",
    "/raw/Profile_Rule",
  ],
  [
    "an owned raw parameter, also by force",
    "POST /devices?force=true",
    { mac, model, raw: { Password_2_: "x" } },
    "422 INVALID",
    "/raw/Password_2_",
  ],
  [
    "a raw name that no file can hold, also by force",
    "POST /devices?force=true",
    { mac, model, raw: { "A><B": "x" } },
    "422 INVALID",
    "/raw/A><B",
  ],
  [
    "a secret setting that is a deep list",
    "POST /devices",
    { mac, model, settings: { "phone.adminPassword": JSON.parse("[".repeat(20) + "]".repeat(20)) } },
    "422 INVALID",
    "/settings/phone.adminPassword",
  ],
];

/** Changes of devices that nobody may make. */
export const badDeviceChanges: readonly BadInput[] = [
  ["a MAC in a change", `PATCH /devices/${knownMac}`, { mac }, "422 INVALID", "/mac"],
  ["a bad MAC in the path", "PATCH /devices/00172182054", {}, "422 INVALID", "/mac"],
  [
    "a value its family can't carry",
    `PATCH /devices/${knownMac}`,
    { settings: { "sip.transport": "tls" } },
    "422 INVALID",
    "/settings/sip.transport",
  ],
  [
    "a label too long for the family's keys",
    `PATCH /devices/${knownMac}`,
    { keys: [blf({ position: 2, label: "x".repeat(31) })] },
    "422 INVALID",
    "/keys/0/label",
  ],
];

function blf(more: object): object {
  return { position: 1, type: "blf", target: { number: "200" }, ...more };
}
