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
      const troubles: unknown[] = [];
      let asked = 0;
      for (const organization of new Set(found.map((device) => device.organization))) {
        if (signal.aborted) break;
        const devices = found.filter((device) => device.organization === organization).map(({ body }) => body.mac);
        try {
          await campaigns.start(organization, { select: { devices }, action: "report" }, `schedule ${name}`);
          asked += devices.length;
        } catch (error) {
          // Of one organization: it keeps none of the others.
          troubles.push(error);
        }
      }
      const words = found.length === 0 ? "no phone here can report" : `${asked} phones are asked`;
      if (troubles.length > 0) throw new Error(`${words}; ${found.length - asked} are not`, { cause: troubles[0] });
      return words;
    },
  };
}

function reports(catalogue: Catalogue, { body }: StoredDocument<Device>): boolean {
  const model = catalogue.model(body.model);
  return (
    body.state === "ready" && model !== undefined && catalogue.family(model.family).push.notify.report !== undefined
  );
}
