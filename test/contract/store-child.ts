/**
 * A process of its own that commits one counter after another and prints each that was answered, until it is killed.
 * Arguments: the data folder.
 */
import { pino } from "pino";
import type { Store } from "../../server/domain/ports.ts";
import { openEmbeddedStores } from "../../server/store/embedded-open.ts";

const dataFolder = process.argv[2] ?? "";
const log = pino({ level: "silent" });
const { config, presence } = await openEmbeddedStores({ dataFolder, log, foldAt: () => 20_000 });

async function commitForever(store: Store, id: string): Promise<void> {
  const key = { organization: "default", kind: "counter", id };
  for (;;) {
    const { version } = await store.transaction(async (transaction) => {
      transaction.audit({ at: "", organization: "default", actor: "child", action: "count", kind: "counter", id });
      return transaction.put(key, { padding: "x".repeat(500) });
    });
    process.stdout.write(`${id} ${version}\n`);
  }
}

await Promise.all([...["a", "b", "c"].map((id) => commitForever(config, id)), commitForever(presence, "d")]);
