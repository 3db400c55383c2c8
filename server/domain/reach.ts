import type { DeskFacts, LineFacts } from "./mapping/scope.ts";
import type { ResolvedSetting } from "./settings.ts";

const ofLine = ["sip.server", "sip.port", "sip.transport", "sip.outboundProxy", "sip.outboundPort"];
const ofPhone = ["network.vlan"];

/** How a phone finds its PBX, and what said so. Holds no secret. */
export interface Way {
  /** `reachOf` it. */
  readonly digest: string;
  /** What decides it and has a value for the whole phone; a line may say otherwise. */
  readonly settings: Readonly<Record<string, ResolvedSetting>>;
}

type WayFacts = Pick<DeskFacts, "lines" | "settings">;
/** Hex digits that nobody can try secrets on who lacks the master key. */
type Fingerprint = (text: string) => string;

/**
 * Digest of what decides whether a phone finds its PBX and is let in: server, transport, secret, VLAN. Where it differs
 * from what the phone has, the phone may be lost to the old PBX. 16 hex digits.
 */
export function reachOf({ lines, settings }: WayFacts, fingerprint: Fingerprint): string {
  const said = lines.map(({ authId, secret, settings: own, userId }) => {
    return [userId, authId, secret, ...ofLine.map((name) => own.get(name)?.value ?? null)];
  });
  const text = JSON.stringify([...ofPhone.map((name) => settings.get(name)?.value ?? null), said]);
  return fingerprint(text).slice(0, 16);
}

export function wayOf(facts: WayFacts, fingerprint: Fingerprint): Way {
  const settings: Record<string, ResolvedSetting> = {};
  for (const name of [...ofLine, ...ofPhone]) {
    const found = facts.settings.get(name);
    if (found !== undefined) settings[name] = found;
  }
  return { digest: reachOf(facts, fingerprint), settings };
}

/** The settings in which the phone as a whole decides it: all that not every line says for itself. */
export function sharedWay({ lines }: { readonly lines: readonly Pick<LineFacts, "settings">[] }): readonly string[] {
  const isShared = (name: string) => lines.some(({ settings }) => settings.get(name)?.layer !== "line");
  return [...ofLine.filter(isShared), ...ofPhone];
}
