import { expect, test } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import { type CampaignOffice, openCampaignOffice, openFleet, type PhoneFleet } from "../support/campaign-office.ts";

interface Answer {
  readonly id: string;
  readonly endedAt?: string;
  readonly devices: readonly { readonly mac: string; readonly state: string; readonly reason?: string }[];
}

interface Drift {
  readonly at: string;
  readonly answeredAt?: string;
  readonly parameters: readonly { readonly name: string }[];
}

/** Two phones that have what they should have; the first tells that its display name was changed on it. */
async function openDrifted(): Promise<{ office: CampaignOffice; fleet: PhoneFleet; mac: Mac }> {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 2);
  for (const line of ["9001", "9002"]) await fleet.fetchFile(line);
  const mac = fleet.macs[0] as Mac;
  await tell(office, mac, "My desk");
  return { office, fleet, mac };
}

async function tell({ admin }: CampaignOffice, mac: Mac, name: string): Promise<void> {
  const body = Buffer.from(`<flat-profile><Station_Display_Name>${name}</Station_Display_Name></flat-profile>`);
  await admin.office.reports.take({ mac, path: `/report/${mac}.xml`, address: "127.0.0.1", body });
}

async function resync({ admin }: CampaignOffice): Promise<readonly (readonly [string, string])[]> {
  const { id } = await admin.ok<Answer>("POST", "/campaigns", { select: { all: true }, pace: { perSecond: 500 } });
  const read = () => admin.ok<Answer>("GET", `/campaigns/${id}`);
  await expect.poll(async () => (await read()).endedAt, { timeout: 10_000, interval: 20 }).toBeDefined();
  return (await read()).devices.map(({ mac, state }) => [mac.slice(-4), state]);
}

const driftOf = ({ admin }: CampaignOffice, mac: Mac) => admin.ok<Drift>("GET", `/devices/${mac}/drift`);

test("a phone that was changed by hand is told to fetch ours again, once", async () => {
  const { fleet, mac, office } = await openDrifted();
  expect(await driftOf(office, mac)).not.toHaveProperty("answeredAt");
  expect(await resync(office)).toEqual([
    ["9001", "up-to-date"],
    ["9002", "skipped"],
  ]);
  const { answeredAt = "", at, parameters } = await driftOf(office, mac);
  expect(Date.parse(answeredAt)).toBeGreaterThan(Date.parse(at));
  expect(parameters).toMatchObject([{ name: "Station_Display_Name" }]);
  expect(await resync(office)).toEqual([
    ["9001", "skipped"],
    ["9002", "skipped"],
  ]);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 0 });
});

test("one that tells of a difference again after the push is told again", async () => {
  const { fleet, mac, office } = await openDrifted();
  await resync(office);
  await tell(office, mac, "My desk");
  expect(await driftOf(office, mac)).not.toHaveProperty("answeredAt");
  await resync(office);
  expect(fleet.notices()).toEqual({ 9001: 2, 9002: 0 });
});
