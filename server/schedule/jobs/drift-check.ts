import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Store, StoredDocument } from "../../domain/ports.ts";
import type { Job } from "../job.ts";

export interface DriftCheckParts {
  readonly store: Store;
  readonly catalogue: Catalogue;
  readonly campaigns: {
    start(
      organization: string,
      request: { readonly select: { readonly devices: readonly Mac[] }; readonly action: "report" },
      by: string,
    ): Promise<unknown>;
  };
}

/**
 * Phones tell what was changed on them when it happens; one that could not be heard then is asked again. What they answer
 * comes as a report of each.
 */
export function driftCheckJob({ campaigns, catalogue, store }: DriftCheckParts): Job {
  const name = "drift-check";
  return {
    name,
    text: "Asks phones that can report to tell what they have set, so that changes made on the phone itself are seen.",
    cron: "40 4 * * 0",
    enabled: false,
    async run({ signal }) {
      const found = (await store.find<Device>({ kind: "device" })).filter((device) => reports(catalogue, device));
      const organizations = new Set(found.map(({ organization }) => organization));
      for (const organization of organizations) {
        if (signal.aborted) break;
        const its = found.filter((device) => device.organization === organization);
        await campaigns.start(
          organization,
          { select: { devices: its.map(({ body }) => body.mac) }, action: "report" },
          `schedule ${name}`,
        );
      }
      return found.length === 0 ? "no phone here can report" : `${found.length} phones are asked`;
    },
  };
}

function reports(catalogue: Catalogue, { body }: StoredDocument<Device>): boolean {
  const model = catalogue.model(body.model);
  return (
    body.state === "ready" && model !== undefined && catalogue.family(model.family).push.notify.report !== undefined
  );
}
