import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Grant } from "../../server/domain/grant.ts";
import { expiredWindowsJob } from "../../server/schedule/jobs/expired-windows.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

let postgres: TestPostgres;
let nodes: readonly [Office, Office];
let now = Date.parse("2026-03-02T09:00:00Z");

beforeAll(async () => {
  postgres = await startPostgres();
  const env = { OFFHOOK_DATABASE_URL: await postgres.createDatabase(), OFFHOOK_MASTER_KEY: "11".repeat(32) };
  nodes = [await openTestOffice(env, () => now), await openTestOffice(env, () => now)];
});
afterAll(async () => {
  for (const node of nodes ?? []) await node.close();
  await postgres?.stop();
});

const wish = { name: "Ana", may: "read", minutes: 60 } as const;

describe("a grant where two nodes share a database", () => {
  it("lets its holder in at both, and at neither as soon as one has ended it", async () => {
    const [one, two] = nodes;
    const { grant, token } = await one.grants.give(edit, wish);
    const caller = { actor: "grant:Ana", operator: false, grant: { organization: "default", may: "read" } };
    for (const { grants } of nodes) expect(await grants.callerOf(`Bearer ${token}`)).toEqual(caller);
    await two.grants.end(edit, grant.id);
    for (const { grants } of nodes) expect(await grants.callerOf(`Bearer ${token}`)).toBeUndefined();
  });

  it("is ended once when both find its time over", async () => {
    const [one] = nodes;
    const given = [];
    for (let n = 0; n < 20; n++) given.push((await one.grants.give(edit, wish)).grant.id);
    now += 60 * 60_000;
    const { signal } = new AbortController();
    const run = ({ stores }: Office) => {
      const job = expiredWindowsJob({ store: stores.config, clock: () => now });
      return job.run({ slot: now, asked: false, signal });
    };
    const told = (await Promise.all(nodes.map(run))).map((text) => Number(/(\d+) grants ended$/.exec(text)?.[1]));
    expect(told.reduce((sum, count) => sum + count)).toBe(20);
    const entries = await one.stores.config.readAudit({ organization: "default", limit: 500 });
    const expired = entries.filter(({ action }) => action === "grant.expire").map(({ id }) => id);
    expect(expired.sort()).toEqual(given.sort());
    const grants = await one.stores.config.find<Grant>({ kind: "grant" });
    expect(grants.filter(({ body }) => body.endedBy === "schedule")).toHaveLength(20);
  });
});
