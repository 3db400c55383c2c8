import { createHash } from "node:crypto";
import type { DeskFacts } from "./mapping/scope.ts";

const ofLine = ["sip.server", "sip.port", "sip.transport", "sip.outboundProxy", "sip.outboundPort"];

/**
 * Digest of what decides whether a phone finds its PBX and is let in: server, transport, secret, VLAN. Where it differs
 * from what the phone has, the phone may be lost to the old PBX. 16 hex digits.
 */
export function reachOf({ lines, settings }: Pick<DeskFacts, "lines" | "settings">): string {
  const said = lines.map(({ authId, secret, settings: own, userId }) => {
    return [userId, authId, secret, ...ofLine.map((name) => own.get(name)?.value ?? null)];
  });
  const text = JSON.stringify([settings.get("network.vlan")?.value ?? null, said]);
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
