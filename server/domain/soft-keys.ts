/** Call states that people choose soft keys for, by the setting. */
export const softKeyStates = [
  "softkeys.idle",
  "softkeys.dialling",
  "softkeys.ringing",
  "softkeys.connected",
  "softkeys.held",
] as const;
export type SoftKeyState = (typeof softKeyStates)[number];

/**
 * What enterprise phones call the soft keys of a state. A key that is not here does not work there
 * (usecallmanager.nz, soft-keys: valid soft keys of each set).
 */
export const enterpriseSoftKeys: Readonly<Record<SoftKeyState, Readonly<Record<string, string>>>> = {
  "softkeys.idle": {
    redial: "Redial",
    "new-call": "NewCall",
    dnd: "DND",
    forward: "CFwdAll",
    pickup: "PickUp",
    "group-pickup": "GPickUp",
  },
  "softkeys.dialling": {
    redial: "Redial",
    end: "EndCall",
    delete: "<<",
    dnd: "DND",
    forward: "CFwdAll",
    pickup: "PickUp",
    "group-pickup": "GPickUp",
  },
  "softkeys.ringing": { answer: "Answer", divert: "iDivert", dnd: "DND" },
  "softkeys.connected": {
    hold: "Hold",
    end: "EndCall",
    transfer: "Transfer",
    park: "Park",
    conference: "Confrn",
    record: "Record",
    divert: "iDivert",
    dnd: "DND",
  },
  "softkeys.held": { resume: "Resume", "new-call": "NewCall", divert: "iDivert", dnd: "DND" },
};

/** Soft keys that people chose for a state and that do nothing there on an enterprise phone. */
export function uselessSoftKeys(state: SoftKeyState, chosen: readonly string[]): readonly string[] {
  return chosen.filter((key) => enterpriseSoftKeys[state][key] === undefined);
}
