/** What a key can do. */
export const keyTypes = [
  "line",
  "shared-line",
  "speed-dial",
  "blf",
  "park",
  "intercom",
  "mwi",
  "dnd",
  "forward",
  "directory",
  "service",
  "acd",
] as const;
export type KeyType = (typeof keyTypes)[number];

/** What a key may point at. */
export type TargetKind = "line" | "number" | "url";

interface Need {
  readonly targets: readonly TargetKind[];
  readonly required: boolean;
}

const number: Need = { targets: ["line", "number"], required: true };
const nothing: Need = { targets: [], required: false };

/** What each type of key points at, and whether it must. */
export const keyNeeds: Readonly<Record<KeyType, Need>> = {
  line: { targets: ["line"], required: true },
  "shared-line": { targets: ["line"], required: true },
  "speed-dial": number,
  blf: number,
  park: number,
  intercom: number,
  // A key without a target shows the messages of the phone's own lines.
  mwi: { ...number, required: false },
  dnd: nothing,
  // With a target it forwards to it at once; without one it asks.
  forward: { ...number, required: false },
  directory: nothing,
  service: { targets: ["url"], required: true },
  acd: nothing,
};

/** Keys that are a line of the phone itself. */
export function isLineKey(type: KeyType): boolean {
  return type === "line" || type === "shared-line";
}
