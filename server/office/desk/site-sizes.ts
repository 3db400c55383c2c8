import type { Device } from "../../domain/device.ts";
import type { Store, StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { SettingsLayer } from "../../domain/settings.ts";
import { byOffhook } from "../editing.ts";
import type { Revisions } from "../revisions/revisions.ts";

/** What the number of phones decides at a site, where nobody set it. Stored, so that all nodes say the same. */
interface SiteSize {
  /** Seconds over which phones that come up together spread their requests. */
  readonly spread: number;
}

const kind = "site-size";

/**
 * Up to so many phones, so many seconds: at most 25 ask in a second. In steps of 20 s, which is how phones count them, and
 * few of them, since each step is a new file for every phone of the site.
 */
const steps = [
  [250, 0],
  [750, 20],
  [1500, 60],
  [3000, 120],
  [6000, 240],
  [Number.POSITIVE_INFINITY, 480],
] as const;

export function spreadFor(devices: number): number {
  return steps.find(([most]) => devices <= most)?.[1] ?? 0;
}

/** Below all that people set. */
export async function sizeLayer(
  reader: StoreReader,
  organization: string,
  site: string,
): Promise<SettingsLayer | undefined> {
  const size = await reader.get<SiteSize>({ organization, kind, id: site });
  if (!size) return undefined;
  return { layer: "site", id: site, settings: { "provision.randomDelay": size.body.spread } };
}

export interface SiteSizeParts {
  readonly store: Store;
  readonly revisions: Revisions;
  readonly log: { error(fields: object, message: string): void };
  /** How long changes are gathered before the phones are counted. */
  readonly gatherMs?: number;
}

/** Counts the phones of each site when devices came or went; gives its end. */
export function watchSiteSizes({ store, revisions, log, gatherMs = 10_000 }: SiteSizeParts) {
  let timer: NodeJS.Timeout | undefined;
  const unwatch = store.watch((changes) => {
    if (timer === undefined && changes.some((change) => change.kind === "device")) begin();
  });

  function begin(): void {
    timer = setTimeout(() => {
      timer = undefined;
      void count().catch((error: unknown) => log.error({ err: error }, "the phones of the sites could not be counted"));
    }, gatherMs);
    timer.unref();
  }

  async function count(): Promise<void> {
    const sites = new Map<string, StoredDocument<Device>[]>();
    for (const device of await store.find<Device>({ kind: "device" })) {
      const key = `${device.organization}/${device.body.site}`;
      const others = sites.get(key);
      if (others) others.push(device);
      else sites.set(key, [device]);
    }
    for (const devices of sites.values()) if (await resized(store, devices)) await revisions.refresh(devices, cause);
  }

  return {
    count,
    close(): void {
      unwatch();
      clearTimeout(timer);
    },
  };
}

const cause = byOffhook("the site has another number of phones");

/** True where these phones of one site make another step, which is then written. */
async function resized(store: Store, devices: readonly StoredDocument<Device>[]): Promise<boolean> {
  const [first] = devices;
  if (!first) return false;
  const key = { organization: first.organization, kind, id: first.body.site };
  const spread = spreadFor(devices.length);
  const known = await store.get<SiteSize>(key);
  if ((known?.body.spread ?? 0) === spread) return false;
  await store.transaction((transaction) => transaction.put<SiteSize>(key, { spread }));
  return true;
}
