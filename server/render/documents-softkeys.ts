import { createHash } from "node:crypto";
import { create } from "xmlbuilder2";
import type { ResolvedSettings } from "../domain/settings.ts";
import { enterpriseSoftKeys, type SoftKeyState } from "../domain/soft-keys.ts";

/** Number and event of each soft key, by its name in the file (usecallmanager.nz, soft-keys). */
const definitions: Readonly<Record<string, readonly [tag: number, event: number]>> = {
  Undefined: [0, 0],
  Redial: [1, 1],
  NewCall: [2, 2],
  Hold: [3, 3],
  Transfer: [4, 4],
  CFwdAll: [5, 5],
  "<<": [8, 8],
  EndCall: [9, 9],
  Resume: [10, 10],
  Answer: [11, 11],
  Confrn: [13, 13],
  Park: [14, 14],
  PickUp: [17, 17],
  GPickUp: [18, 18],
  DND: [63, 69],
  Select: [78, 29],
  ConfList: [79, 30],
  iDivert: [80, 31],
  Record: [7747, 74],
};

interface SoftKeySet {
  readonly keys: readonly string[];
  /** The setting that chooses other keys. */
  readonly chosenBy?: SoftKeyState;
  /** What may stand in it, where that is less than the setting may name. */
  readonly takes?: readonly string[];
  /** What must stand in it. */
  readonly needs?: string;
}

/** The keys of each call state as Offhook brings them. */
const sets: Readonly<Record<string, SoftKeySet>> = {
  "On Hook": {
    keys: ["Redial", "NewCall", "CFwdAll", "PickUp", "GPickUp", "DND"],
    chosenBy: "softkeys.idle",
    needs: "NewCall",
  },
  "Off Hook": {
    keys: ["Redial", "EndCall", "CFwdAll", "PickUp", "GPickUp"],
    chosenBy: "softkeys.dialling",
    takes: ["Redial", "EndCall", "DND", "CFwdAll", "PickUp", "GPickUp"],
  },
  "Off Hook With Feature": { keys: ["Redial", "EndCall"] },
  "Digits After First": {
    keys: ["<<", "EndCall"],
    chosenBy: "softkeys.dialling",
    takes: ["EndCall", "<<", "DND"],
    needs: "<<",
  },
  "Ring Out": { keys: ["EndCall", "Transfer"] },
  Connected: {
    keys: ["Hold", "EndCall", "Transfer", "Confrn"],
    chosenBy: "softkeys.connected",
    needs: "EndCall",
  },
  "Connected No Feature": { keys: ["EndCall"] },
  "Connected Transfer": { keys: ["Transfer", "EndCall"], needs: "Transfer" },
  "Connected Conference": { keys: ["Confrn", "EndCall", "Hold"], needs: "Confrn" },
  "On Hold": { keys: ["Resume", "NewCall", "EndCall"], chosenBy: "softkeys.held", needs: "Resume" },
  "Ring In": { keys: ["Answer", "DND"], chosenBy: "softkeys.ringing" },
};

/** Features that people may be kept from, and the soft key that goes with each. */
const features: Readonly<Record<string, string>> = {
  "call.transfer": "Transfer",
  "call.conference": "Confrn",
  "call.park": "Park",
  "call.pickup": "PickUp",
  "call.groupPickup": "GPickUp",
  "call.recording": "Record",
  "call.forward": "CFwdAll",
  "call.dnd": "DND",
};

/** `softkeys-<MAC>.xml`: the keys of each call state, without those of features that are switched off. */
export function softKeysXml(settings: ResolvedSettings): string {
  const shown = shownIn(settings);
  const root = create({ version: "1.0", encoding: "UTF-8" }).ele("softKeyCfg");
  root.ele("versionStamp").txt(stampOf(shown));
  const types = root.ele("typeSoftKey");
  for (const [keyID, [tag, event]] of Object.entries(definitions)) {
    const help = event === 0 ? 0 : 300 + event;
    const definition = types.ele("softKeyDef", { keyID });
    for (const [name, value] of Object.entries({ tag, eventID: event, helpID: help })) {
      definition.ele(name).txt(String(value));
    }
  }
  const list = root.ele("softKeySets");
  for (const [id, keys] of shown) {
    const set = list.ele("softKeySet", { id });
    for (const keyID of keys) set.ele("softKey", { keyID });
  }
  return root.end({ prettyPrint: true });
}

/** Changes with the keys, so that a phone that is told to look reads them again. */
export function softKeysStamp(settings: ResolvedSettings): string {
  return stampOf(shownIn(settings));
}

type Shown = readonly (readonly [state: string, keys: readonly string[]])[];

function stampOf(shown: Shown): string {
  return createHash("sha256").update(JSON.stringify(shown)).digest("hex").slice(0, 16);
}

function shownIn(settings: ResolvedSettings): Shown {
  const off = new Set(
    Object.entries(features).flatMap(([name, key]) => (settings.get(name)?.value === false ? [key] : [])),
  );
  return Object.entries(sets).map(([id, set]) => [id, keysOf(set, settings, off)] as const);
}

function keysOf(set: SoftKeySet, settings: ResolvedSettings, off: ReadonlySet<string>): readonly string[] {
  const chosen = set.chosenBy === undefined ? undefined : chosenKeys(set.chosenBy, settings);
  const own = chosen?.filter((key) => set.takes?.includes(key) ?? true);
  const keys = own && own.length > 0 ? own : [...set.keys, ...withCallManager(set, settings)];
  const left = keys.filter((key) => !off.has(key) || key === set.needs);
  return set.needs === undefined || left.includes(set.needs) ? left : [...left, set.needs];
}

function chosenKeys(state: SoftKeyState, settings: ResolvedSettings): readonly string[] | undefined {
  const chosen = settings.get(state)?.value as readonly string[] | undefined;
  return chosen?.flatMap((key) => enterpriseSoftKeys[state][key] ?? []);
}

/** Keys that only a call manager answers. */
function withCallManager({ chosenBy }: SoftKeySet, settings: ResolvedSettings): readonly string[] {
  if (chosenBy !== "softkeys.connected" || settings.get("sip.callManager")?.value !== true) return [];
  return ["ConfList", "Park", "Record"];
}
