import type { Logger } from "pino";
import type { Campaigns } from "./campaigns/campaigns.ts";
import type { PushTransport } from "./domain/push.ts";
import { createRotations, type RotationParts } from "./office/rotations/rotations.ts";

export interface RotationPlace extends Omit<RotationParts, "tell" | "writeSecrets" | "log"> {
  readonly transports: readonly PushTransport[];
  readonly campaigns: Pick<Campaigns, "start">;
  readonly log: Pick<Logger, "warn">;
}

/** For a hundred lines at a PBX. */
const patienceMs = 120_000;

/** Rotation of secrets; phones are told by a campaign, with its pace and its retries. Nothing goes on until `begin`. */
export function openRotations({ campaigns, transports, ...parts }: RotationPlace) {
  return createRotations({
    ...parts,
    async tell(organization, devices, by) {
      // The PBX has the new secrets already: a campaign that stops and reverts would lock phones out for good.
      // Also in a call: its PBX knows the new password only, and would not let it register again in the middle of one.
      const request = { select: { devices }, critical: false, duringCalls: true };
      const { id } = await campaigns.start(organization, request, by);
      return id;
    },
    async writeSecrets(connection, secrets, signal) {
      const side = transports.find(({ pbx }) => pbx?.kind === connection.kind)?.pbx;
      const within = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
      const written = await side?.writeSecrets?.(connection, secrets, within);
      return written ?? secrets.map(() => ({ result: "refused", reason: `${connection.kind} takes no secrets` }));
    },
  });
}
