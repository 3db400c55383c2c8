import type { Device, Line } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { sealLineSecret } from "../../server/office/sealing.ts";
import { edit, plainDevice, type Stage } from "./stage.ts";

/** The n-th phone that is there from the start. */
export function populatedMac(index: number): Mac {
  return `02bf${index.toString(16).padStart(8, "0")}` as Mac;
}

/** Phones of six models at one site, each with a line of its own, straight into the store: adding is measured elsewhere. */
export async function populate({ app }: Stage, site: string, count: number): Promise<void> {
  const { layers, stores, refreshRevisions } = app.office;
  await layers.add(edit, "site", { id: site, name: site });
  for (let from = 0; from < count; from += 250) {
    await stores.config.transaction(async (transaction) => {
      for (let index = from; index < Math.min(from + 250, count); index++) {
        const line = lineOf(app, index);
        const key = { organization: edit.organization, kind: "line", id: line.id };
        await transaction.put<Line>(key, line);
        const mac = populatedMac(index);
        const { mac: _, lines: __, ...plain } = plainDevice(index);
        const device: Device = { ...blank, ...plain, mac, born: mac, site, lines: [line.id] };
        const unique = [`mac:${mac}`];
        await transaction.put({ organization: edit.organization, kind: "device", id: mac }, device, { unique });
      }
    });
  }
  await refreshRevisions();
}

function lineOf({ office }: Stage["app"], index: number): Line {
  const id = `large-${index}`;
  const key = { organization: edit.organization, kind: "line", id };
  const extension = String(100_000 + index);
  const secret = sealLineSecret(office.sealer, key, `secret-${index}`);
  return { id, extension, userId: extension, secret, displayName: `Colleague ${index}`, settings: {} };
}

const blank = { modules: [], settings: {}, raw: {}, state: "ready", wasReady: true } as const;
