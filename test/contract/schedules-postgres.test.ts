import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Delivery } from "../../server/domain/webhook.ts";
import type { Job } from "../../server/schedule/job.ts";
import { createScheduleRecords } from "../../server/schedule/records.ts";
import { createSchedules } from "../../server/schedule/schedules.ts";
import { openStore, type Stores } from "../../server/store/open-store.ts";
import { openHookReceiver } from "../support/hook-receiver.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

let server: TestPostgres;
let databaseUrl: string;
let nodes: readonly Stores[];

beforeAll(async () => {
  server = await startPostgres();
  databaseUrl = await server.createDatabase();
  const open = () => openStore({ dataFolder: "unused", databaseUrl, log: pino({ level: "silent" }) });
  nodes = [await open(), await open(), await open()];
});
afterAll(async () => {
  for (const { config, presence } of nodes) await Promise.all([config.close(), presence.close()]);
  await server?.stop();
});

describe("nodes that share one database", () => {
  it("take a turn once, whoever comes first", async () => {
    const records = nodes.map(({ config }, n) =>
      createScheduleRecords({ store: config, clock: Date.now, node: `node ${n}` }),
    );
    for (const at of [1000, 2000, 3000]) {
      const taken = await Promise.all(records.map((each) => each.take("work", { at, once: true })));
      expect(taken.filter(Boolean)).toHaveLength(1);
      const last = { at: "2026-03-02T00:00:00Z", outcome: "done", detail: "", tookMs: 0 } as const;
      await records[taken.indexOf(true)]?.finish("work", last);
      const late = await Promise.all(records.map((each) => each.take("work", { at, once: true })));
      expect(late).toEqual([false, false, false]);
    }
  });

  it("see what another was told about a schedule", async () => {
    const job: Job = { name: "told", text: "Told.", cron: "0 3 * * *", enabled: true, run: async () => "" };
    const log = { warn: () => {}, error: () => {} };
    const [one, two] = nodes.map(({ config }, n) =>
      createSchedules({ store: config, clock: Date.now, node: `node ${n}`, jobs: [job], log }),
    );
    await one?.change("told", { enabled: false }, "ana");
    expect(await two?.of("told")).toMatchObject({ enabled: false });
    await one?.close();
    await two?.close();
  });

  it("deliver what another wrote for a web hook, once", async () => {
    const receiver = await openHookReceiver();
    const open = () =>
      openTestOffice({
        OFFHOOK_DATABASE_URL: databaseUrl,
        OFFHOOK_WEBHOOK_NETWORKS: "127.0.0.0/8",
        OFFHOOK_MASTER_KEY: "11".repeat(32),
      });
    const [one, two] = [await open(), await open()];
    await one.webhooks.add(edit, { url: receiver.url, events: ["device.added"] });
    await one.devices.add(edit, "00562b043615", { model: "cisco/8851" });
    const taken = new Promise<void>((resolve) => {
      one.stores.config.watch((changes) => {
        if (changes.some(({ kind, body }) => kind === "delivery" && (body as Delivery | undefined)?.last)) resolve();
      });
    });
    one.schedules.start();
    two.schedules.start();
    await receiver.has(1);
    await taken;
    await Promise.all([one.schedules.close(), two.schedules.close()]);
    const [delivery] = await two.stores.config.find<Delivery>({ kind: "delivery" });
    expect(delivery?.body).toMatchObject({ attempts: 1, last: { status: 204 } });
    expect(receiver.received).toHaveLength(1);
    await one.close();
    await two.close();
    await receiver.close();
  });
});
