import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CampaignOffice, openCampaignOffice, openFleet } from "../support/campaign-office.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

interface Answer {
  readonly id: string;
  readonly state: string;
  readonly endedAt?: string;
  readonly counts: Readonly<Record<string, number>>;
}

test("two nodes on PostgreSQL: one runs it, the other hears of it, obeys a pause, and takes over", async () => {
  const OFFHOOK_MASTER_KEY = randomBytes(32).toString("base64");
  const env = { OFFHOOK_DATABASE_URL: await postgres.createDatabase(), OFFHOOK_MASTER_KEY };
  const first = await openCampaignOffice(20_000, env, { leaseMs: 1500 }, "many");
  const second = await openCampaignOffice(20_000, env, { leaseMs: 1500 }, "many");
  const fleet = await openFleet(first, 6);
  fleet.comes = (line) => line !== "9003";
  const read = ({ admin }: CampaignOffice) => admin.ok<Answer>("GET", `/campaigns/${id}`);
  const wish = { select: { all: true }, pace: { perSecond: 500, perSite: 1 } };
  const { id } = await first.admin.ok<Answer>("POST", "/campaigns", wish);
  await expect.poll(() => fleet.notices()["9003"], { timeout: 10_000 }).toBe(1);

  // Whoever asks, and whomever, is told the same.
  await second.admin.ok("POST", `/campaigns/${id}/pause`);
  fleet.office = second;
  await fleet.fetchFile("9003");
  await expect.poll(async () => (await read(second)).counts["up-to-date"], { timeout: 10_000 }).toBe(3);
  expect(fleet.notices()).toMatchObject({ 9004: 0 });
  await first.close();
  await second.admin.ok("POST", `/campaigns/${id}/resume`);
  await expect.poll(async () => (await read(second)).endedAt, { timeout: 20_000 }).toBeDefined();
  expect(await read(second)).toMatchObject({ state: "done", counts: { "up-to-date": 6 } });
  expect(Object.values(fleet.notices())).toEqual([1, 1, 1, 1, 1, 1]);
}, 60_000);
