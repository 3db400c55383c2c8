import type { Reading } from "./reading.ts";

const line = (name: string) => `device/sipProfile/sipLines/line[button=1]/${name}`;
const sip = (name: string) => `device/sipProfile/${name}`;
const features = (name: string) => sip(`sipCallFeatures/${name}`);

/** The n-th soft key of the file: rest 1 to 6, lifted 7 to 11, typing 14, ringing out 16, talking 18, held 28, ringing 31. */
const softKey = (n: number) => `softKeyCfg/softKeySets/softKeySet/softKey@keyID${n === 1 ? "" : `#${n}`}`;
/** The n-th feature of the policy. */
const policy = (n: number) => `featurePolicy/featureDef/enable${n === 1 ? "" : `#${n}`}`;

/** One switch, spelled otherwise in each series (cisco.md C.1, value semantics). */
function switches(setting: string, parameter: string, usual: boolean): Reading[] {
  const forms = [
    ["cisco/8851", "1", "0"],
    ["cisco/7841", "1", "0"],
    ["cisco/7965", "1", "0"],
    ["cisco/6941", "3", "0"],
    ["cisco/8945", "3", "0"],
    ["cisco/9971", "3", "0"],
  ] as const;
  const plain = forms.flatMap(([model, on, off]): Reading[] => [
    { setting, value: true, model, reads: { [parameter]: on }, without: { [parameter]: usual ? on : off } },
    { setting, value: false, model, reads: { [parameter]: off } },
  ]);
  const fixed = [
    [true, "3"],
    [false, "2"],
  ] as const;
  const locked = fixed.map(
    ([value, written]): Reading => ({
      setting,
      value,
      model: "cisco/7965",
      also: { "access.menu": "none" },
      reads: { [parameter]: written },
    }),
  );
  return [...plain, ...locked];
}

const parameters: readonly Reading[] = [
  ...switches("call.waiting", line("callWaiting"), true),
  ...switches("call.hideNumber", features("callerIdBlocking"), false),
  ...switches("call.rejectAnonymous", features("anonymousCallBlock"), false),
  { setting: "call.blindTransfer", value: false, reads: { [features("semiAttendedTransfer")]: "false" } },
  { setting: "call.blindTransfer", value: true, reads: { [features("semiAttendedTransfer")]: "true" } },
  { setting: "call.forward", value: false, reads: { [features("localCfwdEnable")]: "false" } },
  { setting: "call.forward", value: true, reads: { [features("localCfwdEnable")]: "true" } },
  { setting: "call.dnd", value: false, reads: { [features("dndControl")]: "1" } },
  { setting: "call.dnd", value: true, reads: { [features("dndControl")]: "0" } },
  { setting: "call.onHookTransfer", value: true, reads: { [sip("transferOnhookEnabled")]: "true" } },
  { setting: "call.onHookTransfer", value: false, reads: { [sip("transferOnhookEnabled")]: "false" } },
  // Its capital letter is the vendor's (cisco.md C.1, capitalisation traps).
  { setting: "call.missedLog", value: false, reads: { "device/MissedCallLoggingOption": "0" } },
  { setting: "call.missedLog", value: true, reads: { "device/MissedCallLoggingOption": "1" } },
  {
    setting: "call.appearances",
    value: 6,
    reads: { [line("maxNumCalls")]: "6", [line("busyTrigger")]: "5" },
    without: { [line("maxNumCalls")]: "4", [line("busyTrigger")]: "3" },
  },
  { setting: "call.appearances", value: 1, reads: { [line("maxNumCalls")]: "1", [line("busyTrigger")]: "1" } },
  {
    setting: "call.autoAnswer",
    value: true,
    at: "line",
    reads: {
      [line("autoAnswer/autoAnswerEnabled")]: "1",
      [line("autoAnswer/autoAnswerMode")]: "Auto Answer with Speakerphone",
    },
    without: { [line("autoAnswer/autoAnswerEnabled")]: "0", [line("autoAnswer/autoAnswerMode")]: undefined },
  },
  {
    setting: "sound.device",
    value: "headset",
    also: { "call.autoAnswer": true },
    reads: { [line("autoAnswer/autoAnswerMode")]: "Auto Answer with Headset" },
    without: { [line("autoAnswer/autoAnswerMode")]: "Auto Answer with Speakerphone" },
  },
  { setting: "call.barge", value: true, reads: { "device/singleButtonBarge": "1" } },
  { setting: "call.barge", value: false, reads: { "device/singleButtonBarge": "0" } },
  { setting: "call.recording", value: true, reads: { [line("recordingOption")]: "enable" } },
  { setting: "call.recording", value: false, reads: { [line("recordingOption")]: "disable" } },
  {
    setting: "codes.groupPickup",
    value: "*8",
    reads: { [features("callPickupURI")]: "*8" },
    without: { [features("callPickupURI")]: undefined },
  },
  // Said with the keys that need it: keyReadings of enterprise.ts.
  { setting: "codes.unpark", value: "*86", reads: { [line("retrievalPrefix")]: undefined } },
  { setting: "call.intercomCode", value: "*80", reads: { [line("speedDialNumber")]: undefined } },
  { setting: "blf.pickup", value: true, reads: { [line("featureOptionMask")]: undefined } },
  {
    setting: "blf.sound",
    value: true,
    reads: {
      "device/blfAudibleAlertSettingOfIdleStation": "1",
      "device/blfAudibleAlertSettingOfBusyStation": "1",
    },
    without: {
      "device/blfAudibleAlertSettingOfIdleStation": "0",
      "device/blfAudibleAlertSettingOfBusyStation": "0",
    },
  },
];

const keyFiles: readonly Reading[] = [
  {
    setting: "softkeys.idle",
    value: ["dnd", "redial"],
    file: "soft-keys",
    reads: { [softKey(1)]: "DND", [softKey(2)]: "Redial", [softKey(3)]: "NewCall" },
    without: { [softKey(1)]: "Redial", [softKey(2)]: "NewCall", [softKey(3)]: "CFwdAll" },
  },
  {
    setting: "softkeys.dialling",
    value: ["end", "pickup", "delete"],
    file: "soft-keys",
    reads: { [softKey(7)]: "EndCall", [softKey(8)]: "PickUp", [softKey(11)]: "EndCall", [softKey(12)]: "<<" },
  },
  {
    setting: "softkeys.ringing",
    value: ["divert", "answer"],
    file: "soft-keys",
    reads: { [softKey(31)]: "iDivert", [softKey(32)]: "Answer" },
  },
  {
    setting: "softkeys.connected",
    value: ["park", "hold", "end", "record"],
    also: { "call.recording": true },
    file: "soft-keys",
    reads: { [softKey(18)]: "Park", [softKey(19)]: "Hold", [softKey(20)]: "EndCall", [softKey(21)]: "Record" },
  },
  {
    setting: "softkeys.held",
    value: ["new-call"],
    file: "soft-keys",
    reads: { [softKey(28)]: "NewCall", [softKey(29)]: "Resume" },
  },
  {
    setting: "softkeys.idle",
    value: ["redial"],
    model: "cisco/9971",
    reads: { "device/vendorConfig/softKeyControl": "1" },
    without: { "device/vendorConfig/softKeyControl": "0" },
  },
  {
    setting: "call.transfer",
    value: false,
    file: "soft-keys",
    reads: { [softKey(16)]: "EndCall", [softKey(17)]: "Hold", [softKey(19)]: "Confrn" },
    without: { [softKey(16)]: "EndCall", [softKey(17)]: "Transfer", [softKey(18)]: "Hold" },
  },
  {
    setting: "call.conference",
    value: false,
    file: "soft-keys",
    reads: { [softKey(20)]: "Transfer", [softKey(21)]: "EndCall" },
    without: { [softKey(20)]: "Transfer", [softKey(21)]: "Confrn" },
  },
  {
    setting: "call.pickup",
    value: false,
    file: "soft-keys",
    reads: { [softKey(3)]: "CFwdAll", [softKey(4)]: "GPickUp" },
  },
  {
    setting: "call.groupPickup",
    value: false,
    file: "soft-keys",
    reads: { [softKey(4)]: "PickUp", [softKey(5)]: "DND" },
  },
  {
    setting: "call.forward",
    value: false,
    file: "soft-keys",
    reads: { [softKey(2)]: "NewCall", [softKey(3)]: "PickUp" },
  },
  { setting: "call.dnd", value: false, file: "soft-keys", reads: { [softKey(5)]: "GPickUp", [softKey(6)]: "Redial" } },
  {
    setting: "call.park",
    value: false,
    also: { "softkeys.connected": ["park", "hold"] },
    file: "soft-keys",
    reads: { [softKey(18)]: "Hold", [softKey(19)]: "EndCall" },
    without: { [softKey(18)]: "Park" },
  },
  {
    setting: "call.recording",
    value: true,
    also: { "softkeys.connected": ["record", "hold"] },
    file: "soft-keys",
    reads: { [softKey(18)]: "Record" },
    without: { [softKey(18)]: "Hold" },
  },
  {
    setting: "sip.callManager",
    value: true,
    file: "soft-keys",
    reads: { [softKey(21)]: "Confrn", [softKey(22)]: "ConfList", [softKey(23)]: "Park" },
    without: { [softKey(22)]: "EndCall" },
  },
  ...policyReadings(),
];

/** On 89xx and 99xx, where a policy says which features there are. */
function policyReadings(): Reading[] {
  const places = [
    ["call.forward", 1],
    ["call.park", 2],
    ["sip.callManager", 4],
    ["call.barge", 8],
    ["call.pickup", 10],
    ["call.groupPickup", 12],
    ["diag.callStatistics", 15],
  ] as const;
  return places.flatMap(([setting, place]) =>
    [true, false].map(
      (value): Reading => ({
        setting,
        value,
        model: "cisco/9971",
        file: "feature-policy",
        reads: { [policy(place)]: String(value), [policy(7)]: "true", [policy(13)]: "false" },
      }),
    ),
  );
}

export const callReadings: readonly Reading[] = [...parameters, ...keyFiles];
