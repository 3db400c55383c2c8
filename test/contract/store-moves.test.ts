import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { type BackupCounts, readBackup, writeBackup } from "../../server/store/backup-file.ts";
import { exportStores, importStores } from "../../server/store/backup-stores.ts";
import { openStore } from "../../server/store/open-store.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { auditEntry, key } from "./store-place.ts";

const log = pino({ level: "silent" });
const head = { offhookBackup: 1, at: "2026-01-01T00:00:00.000Z", by: "0.1.0" };
/** More than one page of the database. */
const devices = 1_200;

interface Place {
  readonly dataFolder: string;
  readonly databaseUrl?: string;
}

let server: TestPostgres;
let databaseUrl: string;

beforeAll(async () => {
  server = await startPostgres();
  databaseUrl = await server.createDatabase();
});

beforeEach(() => server.empty(databaseUrl));

afterAll(async () => {
  await server?.stop();
});

async function open(place: Place) {
  const stores = await openStore({ ...place, log });
  const close = async () => {
    await Promise.all([stores.config.close(), stores.presence.close()]);
  };
  onTestFinished(close);
  return { ...stores, close };
}

async function fill(place: Place): Promise<void> {
  const { config, presence, close } = await open(place);
  for (const n of [1, 2]) {
    await config.transaction(async (transaction) => {
      for (let index = 0; index < devices; index += 1) {
        const id = `device-${index}`;
        await transaction.put(
          key(id),
          { zulu: n, alpha: "Zoë “O’Neil” 😀" },
          { unique: [`mac:${index}`, `b:${index}`] },
        );
        transaction.audit({ ...auditEntry(id), ...(n === 2 && { detail: { n, index } }) });
      }
    });
  }
  await presence.transaction((transaction) => transaction.put(key("pin"), { pin: true }));
  await close();
}

/** Everything that can be asked, but for the numbers of the audit. */
async function look(place: Place) {
  const { config, presence, close } = await open(place);
  const audit = await config.readAudit({ limit: 10_000 });
  const found = {
    documents: JSON.stringify(await config.find({ kind: "device" })),
    pins: await presence.find({ kind: "device" }),
    holder: (await config.holder("b:77"))?.id,
    audit: audit.map(({ n: _n, ...entry }) => entry),
  };
  await close();
  return found;
}

async function move(from: Place, to: Place, replace = false): Promise<BackupCounts> {
  const file = join(await temporaryFolder(), "backup.gz");
  const counts = await writeBackup(file, head, exportStores(from));
  await importStores({ ...to, log, replace }, (await readBackup(file)).records);
  return counts;
}

describe("a backup moves everything", () => {
  test("from the embedded store to PostgreSQL and back, with versions, names, order of members and the audit", {
    timeout: 60_000,
  }, async () => {
    const embedded = { dataFolder: await temporaryFolder() };
    const postgres = { dataFolder: "unused", databaseUrl };
    await fill(embedded);
    const before = await look(embedded);
    expect(await move(embedded, postgres)).toEqual({ documents: devices + 1, audit: 2 * devices });
    expect(await look(postgres)).toEqual(before);
    const back = { dataFolder: await temporaryFolder() };
    expect(await move(postgres, back)).toEqual({ documents: devices + 1, audit: 2 * devices });
    expect(await look(back)).toEqual(before);
  });

  test("to a database only while no node runs on it, and over its data only where that is wanted", async () => {
    const embedded = { dataFolder: await temporaryFolder() };
    const postgres = { dataFolder: "unused", databaseUrl };
    await fill(embedded);
    const node = await open(postgres);
    await node.config.transaction((transaction) => transaction.put(key("former"), {}, { unique: ["mac:7"] }));
    await expect(move(embedded, postgres)).rejects.toThrow("Stop every node");
    await node.close();
    await expect(move(embedded, postgres)).rejects.toThrow("the database holds data. Restore into an empty one");
    async function* broken() {
      yield* exportStores(embedded);
      throw new Error("cut off");
    }
    await expect(importStores({ ...postgres, log, replace: true }, broken())).rejects.toThrow("cut off");
    const untouched = await open(postgres);
    expect((await untouched.config.find({ kind: "device" })).map(({ id }) => id)).toEqual(["former"]);
    await untouched.close();
    await move(embedded, postgres, true);
    expect((await look(postgres)).holder).toBe("device-77");
  });
});
