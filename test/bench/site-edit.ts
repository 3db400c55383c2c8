import type { Device, Line } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { sealLineSecret } from "../../server/office/sealing.ts";
import { watch } from "./measures.ts";
import { edit, plainDevice, type Stage } from "./stage.ts";
import type { Row } from "./table.ts";

const count = 5000;
const site = "large";

/** A setting of a site changes, and every phone there is worked out anew: until each has its revision. */
export async function measureSiteEdit(stage: Stage): Promise<Row[]> {
  const { layers, refreshRevisions } = stage.app.office;
  await layers.add(edit, "site", { id: site, name: site });
  await populate(stage);
  await refreshRevisions();
  const rounds: Row[] = [];
  for (const zone of ["Europe/Warsaw", "Europe/Athens", "Europe/Zagreb"]) {
    const { seconds, cpu, loopP99, loopMax } = await watch(() =>
      layers.change(edit, "site", site, { settings: { "time.zone": zone } }),
    );
    const what = `site edit, ${count.toLocaleString("en-GB")} phones of six models re-mapped`;
    const laws = { most: 1000, mostLate: 50 };
    rounds.push({
      what,
      who: "Offhook",
      result: seconds * 1000,
      unit: "ms",
      loopP99,
      loopMax,
      serverCpu: cpu,
      ...laws,
    });
  }
  return rounds.sort((a, b) => a.result - b.result).slice(1, 2);
}

/** Straight into the store: adding is measured elsewhere. */
async function populate({ app }: Stage): Promise<void> {
  const { sealer, stores } = app.office;
  for (let from = 0; from < count; from += 250) {
    await stores.config.transaction(async (transaction) => {
      for (let index = from; index < from + 250; index++) {
        const { mac: _, lines: __, ...plain } = plainDevice(index);
        const mac = `02bf${index.toString(16).padStart(8, "0")}` as Mac;
        const key = { organization: edit.organization, kind: "line", id: `large-${index}` };
        const extension = String(100_000 + index);
        const secret = sealLineSecret(sealer, key, `secret-${index}`);
        const displayName = `Colleague ${index}`;
        await transaction.put<Line>(key, {
          id: key.id,
          extension,
          userId: extension,
          secret,
          displayName,
          settings: {},
        });
        const device: Device = { ...blank, ...plain, mac, born: mac, site, lines: [key.id] };
        const unique = [`mac:${mac}`];
        await transaction.put({ organization: edit.organization, kind: "device", id: mac }, device, { unique });
      }
    });
  }
}

const blank = { modules: [], settings: {}, raw: {}, state: "ready", wasReady: true } as const;
