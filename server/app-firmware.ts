import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import type { Config } from "./config.ts";
import type { Device } from "./domain/device.ts";
import type { Clock, Store } from "./domain/ports.ts";
import { createDigests } from "./firmware/digests.ts";
import { createShelf } from "./firmware/shelf.ts";
import { createUploads } from "./firmware/uploads.ts";
import { byOffhook } from "./office/editing.ts";
import { createRunningFirmware } from "./office/firmware/running.ts";
import type { Revisions } from "./office/revisions/revisions.ts";

interface FirmwarePlace {
  readonly config: Config;
  /** The store of presence. */
  readonly presence: Store;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The shelf, what comes to it, and what phones run. */
export type FirmwareMemory = Awaited<ReturnType<typeof openFirmware>>;

export async function openFirmware({ config, presence, clock, log }: FirmwarePlace) {
  await mkdir(config.firmware, { recursive: true });
  // Before the shelf is read: it puts back what a crash left.
  const uploads = await createUploads({ root: config.firmware, clock });
  return {
    shelf: await createShelf(config.firmware),
    digests: await createDigests({ path: join(config.data, "shelf-digests.json"), log }),
    uploads,
    running: await createRunningFirmware(presence),
  };
}

const shelfEveryMs = 10_000;

/**
 * People put files on the shelf while Offhook runs: a load that became whole changes what phones are told. So does another
 * load that a phone runs. `look` reads the shelf now.
 */
export function watchFirmware(
  { shelf, digests, running }: FirmwareMemory,
  { store, revisions, log }: { readonly store: Store; readonly revisions: Revisions; readonly log: Logger },
) {
  const trying = (work: () => Promise<unknown>, trouble: string) => async () => {
    try {
      await work();
    } catch (error) {
      log.error({ err: error }, trouble);
    }
  };
  const look = trying(async () => {
    const isChanged = await shelf.refresh();
    void digests.work(shelf.files);
    if (isChanged)
      await revisions.refresh(await store.find<Device>({ kind: "device" }), byOffhook("the shelf changed"));
  }, "the shelf could not be read; what was read before is still served");
  running.watch((seen) => {
    const renew = trying(async () => {
      const keys = seen.map(({ organization, mac }) => ({ organization, kind: "device", id: mac }));
      const found = await Promise.all(keys.map((key) => store.get<Device>(key)));
      await revisions.refresh(
        found.filter((device) => device !== undefined),
        byOffhook("the phone runs another load"),
      );
    }, "phones run other loads, and their revisions could not be made");
    void renew();
  });
  void digests.work(shelf.files);
  const timer = setInterval(() => void look(), shelfEveryMs);
  timer.unref();
  return {
    look,
    async close() {
      clearInterval(timer);
      running.close();
      await digests.close();
    },
  };
}
