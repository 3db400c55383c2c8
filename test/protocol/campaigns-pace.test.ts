import { expect, test } from "vitest";
import type { Json } from "../support/admin-office.ts";
import { type CampaignOffice, macOf, openCampaignOffice, openFleet } from "../support/campaign-office.ts";

interface Answer {
  readonly id: string;
  readonly endedAt?: string;
  readonly counts: Readonly<Record<string, number>>;
}

const start = ({ admin }: CampaignOffice, pace: Json) =>
  admin.ok<Answer>("POST", "/campaigns", { select: { all: true }, pace });
const read = ({ admin }: CampaignOffice, id: string) => admin.ok<Answer>("GET", `/campaigns/${id}`);

async function ended(office: CampaignOffice, id: string): Promise<Answer> {
  await expect.poll(async () => (await read(office, id)).endedAt, { timeout: 10_000, interval: 20 }).toBeDefined();
  return await read(office, id);
}

test("at most so many phones a second are told", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 4);
  const toldAt: number[] = [];
  fleet.comes = () => toldAt.push(Date.now()) > 0;
  const begun = Date.now();
  const { id } = await start(office, { perSecond: 5 });
  expect((await ended(office, id)).counts["up-to-date"]).toBe(4);
  // A slow machine makes it later, nothing may make it sooner: the first has its turn at once, each other 200 ms after.
  for (const [n, at] of toldAt.entries()) expect(at - begun).toBeGreaterThanOrEqual(200 * n - 5);
  expect(toldAt).toHaveLength(4);
});

test("at most so many of a /24 are under way at once, and the next has its turn when one came", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 4);
  const { presence } = office.admin.office;
  const addresses = { 9001: "10.9.0.3", 9002: "10.9.1.3", 9003: "10.9.1.200", 9004: "10.9.0.200" };
  for (const [line, address] of Object.entries(addresses)) presence.note("default", macOf(line) as never, { address });
  fleet.comes = (line) => line !== "9001";
  const { id } = await start(office, { perSecond: 500, perNetwork: 1 });
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"], { timeout: 5000 }).toBe(2);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 1, 9004: 0 });
  await fleet.fetchFile("9001");
  expect((await ended(office, id)).counts["up-to-date"]).toBe(4);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 1, 9004: 1 });
});
