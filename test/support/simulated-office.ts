import { randomInt } from "node:crypto";
import { expect, onTestFinished } from "vitest";
import { parseMac } from "../../server/domain/mac.ts";
import { makePhones } from "../../server/simulate/phones.ts";
import type { Character, Shares } from "../../server/simulate/stay/cast.ts";
import type { StayEvent } from "../../server/simulate/stay/stay-event.ts";
import { eventLine } from "../../server/simulate/stay/stay-report.ts";
import { stayFleet } from "../../server/simulate/stay/staying-fleet.ts";
import type { StayingPhone } from "../../server/simulate/stay/staying-phone.ts";
import type { AdminOffice, Json } from "./admin-office.ts";
import { openStandingOffice } from "./standing-office.ts";

/** Not 5060: somebody may have a PBX on the machine. It is in the phones' own files, and they listen there. */
const sipPort = 25_060;
const patience = { tftpMs: Array.from({ length: 20 }, () => 500), httpMs: 15_000 };
const wordsOfChange = { settings: { "time.ntp": "10.9.8.7" } };

export interface SimulatedOffice {
  readonly admin: AdminOffice;
  readonly phones: readonly StayingPhone[];
  /** What happened at a phone since it booted. */
  eventsOf(phone: StayingPhone): readonly StayEvent[];
  /** The clock of Offhook goes forward. */
  forward(ms: number): void;
}

/**
 * Phones of all families at one site, with addresses of their own, each with its file; `models` by number. A change
 * of their site waits for all of them.
 */
export async function openSimulatedOffice(
  models: Readonly<Record<string, number>>,
  shares: Shares,
): Promise<SimulatedOffice> {
  let ahead = 0;
  const { admin, close, server } = await openStandingOffice({}, () => Date.now() + ahead);
  onTestFinished(close);
  // Elsewhere in 127.64.0.0/10 each time, so that two runs at once are not in each other's way.
  const first = parseMac((0x02_0f_00_00_00_00 + randomInt(2 ** 22 - 1000)).toString(16).padStart(12, "0"));
  const counts = Object.entries(models).map(([model, count]) => ({ model, count }));
  const simulated = makePhones(admin.office.catalogue, counts, first);
  await populate(
    admin,
    simulated.map(({ mac, model }) => ({ mac, model: model.id, family: model.family })),
  );
  let events: StayEvent[] = [];
  const boot = { concurrency: 25, ownAddresses: true, shares };
  const fleet = await stayFleet(simulated, { ...server, patience }, { ...boot, onEvent: (each) => events.push(each) });
  onTestFinished(() => fleet.close());
  expect(fleet.report.phones.flatMap(({ faults }) => faults)).toEqual([]);
  events = [];
  await admin.ok("PATCH", "/sites/hall", wordsOfChange);
  return {
    admin,
    phones: fleet.phones,
    eventsOf: ({ mac }) => events.filter((each) => each.mac === mac),
    forward(ms) {
      ahead += ms;
    },
  };
}

async function populate(admin: AdminOffice, phones: readonly PlainPhone[]) {
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false, "sip.localPort": sipPort, country: "HR" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/sites", { id: "hall" });
  const numbered = phones.map((phone, index) => ({ ...phone, extension: String(3000 + index), index }));
  await Promise.all(
    numbered.map(({ extension }) =>
      admin.office.lines.add(by, { id: extension, extension, secret: `secret-of-${extension}` }),
    ),
  );
  const devices = numbered.map(({ extension, family, index, mac, model }) => {
    return { mac, model, site: "hall", lines: [extension], settings: ownSettings(family, index) };
  });
  const { totals } = await admin.ok<{ totals: Json }>("POST", "/devices/bulk-add", { devices });
  expect(totals).toEqual({ given: phones.length, added: phones.length, refused: 0 });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
}

const by = { organization: "default", actor: "test" };

interface PlainPhone {
  readonly mac: string;
  readonly model: string;
  readonly family: string;
}

/** Three of eight don't ask for a password, of those that can; one of ten is told over TCP. */
function ownSettings(family: string, index: number): Json {
  if (family === "cisco/sip79xx") return {};
  const mayAsk = family !== "cisco/enterprise";
  return {
    ...(mayAsk && [1, 4, 6].includes(index % 8) && { "provision.askPassword": false }),
    ...(index % 10 === 4 && { "sip.transport": "tcp" }),
  };
}

export function ofCharacter({ phones }: SimulatedOffice, ...characters: readonly Character[]): readonly StayingPhone[] {
  return phones.filter(({ role }) => characters.includes(role.character));
}

/** Tells all of them once, at 50 a second. */
export async function startCampaign({ admin }: SimulatedOffice): Promise<string> {
  const order = { select: { site: "hall" }, transport: "sip-notify", pace: { perSecond: 50 }, retries: 0 };
  return (await admin.ok<{ id: string }>("POST", "/campaigns", order)).id;
}

interface CampaignPhone {
  readonly mac: string;
  readonly state: string;
  readonly reason?: string;
  readonly attempts: number;
}

interface CampaignResult {
  readonly state: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly CampaignPhone[];
}

async function resultOf({ admin }: SimulatedOffice, id: string): Promise<CampaignResult> {
  return await admin.ok<CampaignResult>("GET", `/campaigns/${id}?limit=500`);
}

/** All of them are up to date within a minute; whoever is not is told with what happened at it. Gives the seconds. */
export async function expectToCome(
  office: SimulatedOffice,
  id: string,
  live: readonly StayingPhone[],
): Promise<number> {
  const started = performance.now();
  const missing = async () => {
    const { devices } = await resultOf(office, id);
    const came = new Set(devices.filter(({ state }) => state === "up-to-date").map(({ mac }) => mac));
    const late = live.filter(({ mac }) => !came.has(mac));
    return late.map((phone) => [phone.model, phone.role.character, ...office.eventsOf(phone).map(eventLine)]);
  };
  await expect.poll(missing, { timeout: 60_000, interval: 250 }).toEqual([]);
  return (performance.now() - started) / 1000;
}

/**
 * One message, at most twice: without a password and with it. Nothing comes after the phone has its file. A datagram
 * that is repeated on the way is still the same one, and does not come to this.
 */
export async function expectToldOnce(office: SimulatedOffice, phone: StayingPhone): Promise<void> {
  // One that reboots has its own file some files before it is up.
  const last = () => office.eventsOf(phone).at(-1)?.event;
  await expect.poll(last, { timeout: 30_000, message: phone.mac }).toMatch(/^(?:fetched|rebooted)$/);
  const events = office.eventsOf(phone);
  const told = events.filter(({ event }) => event === "told");
  const asks = phone.values.get("Auth_Resync-Reboot_1_") === "Yes";
  expect(
    told.map(({ status }) => status),
    phone.mac,
  ).toEqual(asks ? [401, 200] : [200]);
  expect(new Set(told.map(({ callId }) => callId)).size, phone.mac).toBe(1);
  expect([...phone.values.values()], phone.mac).toContain("10.9.8.7");
}

/** RFC 3261 gives a request 32 s (timer F); until then nobody knows. */
export async function expectDead(office: SimulatedOffice, id: string, dead: readonly StayingPhone[]): Promise<void> {
  const unreachable = async () => (await resultOf(office, id)).counts["unreachable"];
  await expect.poll(unreachable, { timeout: 60_000, interval: 250 }).toBe(dead.length);
  const { devices } = await resultOf(office, id);
  for (const { mac, model, place } of dead) {
    const { reason, ...phone } = devices.find((each) => each.mac === mac) ?? expect.fail(mac);
    expect(phone).toMatchObject({ state: "unreachable", attempts: 1 });
    const isOverTcp = reason?.includes("(TCP)");
    const nothing = isOverTcp ? "Nothing listens for SIP at" : "No answer from";
    expect(reason, model).toContain(`${nothing} ${place?.address}:${place?.port}`);
  }
}

/** After the minute that a phone has to come. */
export async function expectDeaf(office: SimulatedOffice, id: string, deaf: readonly StayingPhone[]): Promise<void> {
  office.forward(60_000);
  const ended = async () => (await resultOf(office, id)).state;
  await expect.poll(ended, { timeout: 60_000, interval: 250 }).toBe("done");
  const { counts, devices } = await resultOf(office, id);
  expect(counts).toMatchObject({ late: deaf.length, pending: 0, sent: 0, refused: 0, skipped: 0 });
  for (const phone of deaf) {
    const found = devices.find(({ mac }) => mac === phone.mac);
    expect(found).toMatchObject({ state: "late", attempts: 1 });
    expect(found?.reason).toMatch(/^sip-notify: answered; the phone did not come/);
    expect(office.eventsOf(phone).at(-1)).toMatchObject({ event: "told", status: 200 });
  }
}
