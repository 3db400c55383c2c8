import pg from "pg";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { DocumentKey, Store, StoreChange } from "../../server/domain/ports.ts";
import { openStore } from "../../server/store/open-store.ts";
import { openPostgresStores } from "../../server/store/postgres-open.ts";
import { openWay } from "../support/cuttable-way.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { describeStore } from "./store.contract.ts";

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

const log = pino({ level: "silent" });
const key = (id: string): DocumentKey => ({ organization: "default", kind: "device", id });

describeStore("the PostgreSQL store", async () => () => openStore({ dataFolder: "unused", databaseUrl, log }));

describe("nodes that share one database", () => {
  const openNode = async (url = databaseUrl): Promise<Store> => {
    const stores = await openPostgresStores({ databaseUrl: url, log, beatMilliseconds: 100 });
    onTestFinished(async () => {
      await Promise.all([stores.config.close(), stores.presence.close()]);
    });
    return stores.config;
  };

  /** Runs one statement as the database's administrator. */
  const administer = async (sql: string) => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };

  /** What a node's listeners are told, and a wait for a change of one document. */
  const listen = (node: Store) => {
    const told: StoreChange[] = [];
    let wake: () => void = () => undefined;
    node.watch((changes) => {
      told.push(...changes);
      wake();
    });
    const heard = async (id: string): Promise<StoreChange> => {
      for (;;) {
        const change = told.find((candidate) => candidate.id === id);
        if (change !== undefined) {
          return change;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    };
    return { told, heard };
  };

  test("start side by side on a new database", async () => {
    const nodes = await Promise.all([openNode(), openNode(), openNode()]);
    await Promise.all(nodes.map((node) => node.ping()));
  });

  test("tell each other what they commit, in order", async () => {
    const [here, there] = [await openNode(), await openNode()];
    const { told, heard } = listen(there);
    await here.transaction((transaction) => transaction.put(key("a"), { n: 1 }));
    await heard("a");
    await here.transaction((transaction) => transaction.delete(key("a")));
    await here.transaction((transaction) => transaction.put(key("b"), { n: 1 }));
    await heard("b");
    expect(told).toEqual([
      { ...key("a"), version: 1, body: { n: 1 } },
      { ...key("a"), version: 1 },
      { ...key("b"), version: 1, body: { n: 1 } },
    ]);
  });

  test("count together without losing one", async () => {
    const nodes = [await openNode(), await openNode()];
    const count = (node: Store) =>
      node.transaction(async (transaction) => {
        const counter = await transaction.get<{ n: number }>(key("counter"));
        await transaction.put(key("counter"), { n: (counter?.body.n ?? 0) + 1 });
      });
    await Promise.all(Array.from({ length: 25 }, () => nodes.map(count)).flat());
    expect(await nodes[0]?.get(key("counter"))).toMatchObject({ version: 50, body: { n: 50 } });
  });

  test("hear what they missed while their connection was lost", async () => {
    const node = await openNode();
    await node.transaction((transaction) => transaction.put(key("gone"), {}));
    const { told, heard } = listen(node);
    await administer(`
      BEGIN;
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND query NOT LIKE 'x%';
      DELETE FROM documents WHERE id = 'gone';
      INSERT INTO removals (store, kind, organization, id, version) VALUES ('config', 'device', 'default', 'gone', 1);
      INSERT INTO documents (store, kind, organization, id, version, body)
        VALUES ('config', 'device', 'default', 'missed', 1, '{"n":1}');
      COMMIT;`);
    expect(await heard("missed")).toEqual({ ...key("missed"), version: 1, body: { n: 1 } });
    await heard("gone");
    expect(told).toContainEqual({ ...key("gone"), version: 1 });
    await node.transaction((transaction) => transaction.put(key("after"), {}));
    expect(await heard("after")).toMatchObject({ version: 1 });
  });

  test("know that they hear nothing of each other, until they have been told what they missed", async () => {
    const way = await openWay(databaseUrl);
    const [here, there] = [await openNode(way.url), await openNode()];
    expect([here.hears?.(), there.hears?.()]).toEqual([true, true]);
    way.cut();
    await expect.poll(() => here.hears?.()).toBe(false);
    await there.transaction((transaction) => transaction.put(key("missed"), {}));
    let heardWhen: boolean | undefined;
    here.watch((changes) => {
      if (changes.some(({ id }) => id === "missed")) heardWhen ??= here.hears?.();
    });
    way.mend();
    await expect.poll(() => here.hears?.(), { timeout: 15_000 }).toBe(true);
    expect(heardWhen).toBe(false);
    expect(there.hears?.()).toBe(true);
  });

  test("fail with STORE_UNAVAILABLE, and the driver's error as the cause, when a connection breaks", async () => {
    const node = await openNode();
    const broken = node.transaction(async (transaction) => {
      await transaction.put(key("a"), {});
      await administer(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND state = 'idle in transaction'`);
      await transaction.put(key("b"), {});
    });
    await expect(broken).rejects.toMatchObject({ code: "STORE_UNAVAILABLE", cause: expect.any(Error) });
    expect(await node.find({ kind: "device" })).toEqual([]);
    await node.transaction((transaction) => transaction.put(key("a"), {}));
  });
});

describe("a database that cannot be used", () => {
  const open = (url: string) => openStore({ dataFolder: "unused", databaseUrl: url, log });

  test("that does not answer is STORE_UNAVAILABLE and says so", async () => {
    await expect(open("postgres://nobody:secret@127.0.0.1:1/none")).rejects.toMatchObject({
      code: "STORE_UNAVAILABLE",
      message: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("whose address is no URL is refused without showing its password", async () => {
    const thrown = await open("postgres//nobody:secret@x").catch((error) => error);
    expect(thrown).toMatchObject({ code: "STORE_UNAVAILABLE" });
    expect(thrown.cause).toBeUndefined();
    expect(thrown.message).not.toContain("secret");
  });

  test("that a newer Offhook has changed is refused", async () => {
    const stores = await open(databaseUrl);
    await Promise.all([stores.config.close(), stores.presence.close()]);
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query("INSERT INTO schema_migrations (name) VALUES ('999-future')");
    await client.end();
    await expect(open(databaseUrl)).rejects.toThrow("newer Offhook (999-future)");
  });
});
