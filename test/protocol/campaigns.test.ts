import { expect, onTestFinished, test, vi } from "vitest";
import type { Campaign } from "../../server/domain/campaign.ts";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import { type CampaignOffice, change, macOf, openCampaignOffice, openFleet } from "../support/campaign-office.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

interface Answer {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly endedAt?: string;
  readonly total: number;
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly {
    readonly mac: string;
    readonly state: string;
    readonly reason?: string;
    readonly transport?: string;
    readonly attempts: number;
  }[];
}

const fast = { perSecond: 500 };
const start = ({ admin }: CampaignOffice, body: Json) =>
  admin.ok<Answer>("POST", "/campaigns", { pace: fast, ...body });
const read = ({ admin }: CampaignOffice, id: string) => admin.ok<Answer>("GET", `/campaigns/${id}`);

async function ended(office: CampaignOffice, id: string): Promise<Answer> {
  await expect.poll(async () => (await read(office, id)).endedAt, { timeout: 10_000, interval: 20 }).toBeDefined();
  return await read(office, id);
}

/** `9001 up-to-date 1`, …: line, state, how often it was told. */
const results = ({ devices }: Answer) =>
  devices.map(({ mac, state, attempts }) => `${mac.slice(-4)} ${state} ${attempts}`);

test("phones are told, come, and are up to date; each is told once", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 4);
  const { id, state, counts, total } = await start(office, { select: { all: true } });
  expect({ state, total, pending: counts["pending"] }).toEqual({ state: "running", total: 4, pending: 4 });
  const over = await ended(office, id);
  expect(over.state).toBe("done");
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 up-to-date 1", "9003 up-to-date 1", "9004 up-to-date 1"]);
  expect(over.devices[0]).toMatchObject({ transport: "sip-notify" });
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 1, 9004: 1 });
  expect(fleet.events).toEqual(["resync", "resync", "resync", "resync"]);
  for (const mac of fleet.macs)
    expect(await office.admin.ok("GET", `/devices/${mac}`)).toMatchObject({ sync: { state: "up-to-date" } });
});

test("one that answers and never comes is late, one that is off unreachable, with the reason; both are told again", async () => {
  const office = await openCampaignOffice(150);
  const fleet = await openFleet(office, 3, ["9003"]);
  fleet.comes = (line) => line === "9001";
  const { id } = await start(office, { select: { devices: fleet.macs }, retries: 1 });
  const over = await ended(office, id);
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 late 2", "9003 unreachable 2"]);
  expect(over.counts).toMatchObject({ "up-to-date": 1, late: 1, unreachable: 1, pending: 0, sent: 0 });
  expect(over.devices[1]?.reason).toContain("did not come in time");
  expect(over.devices[2]?.reason).toContain("Nothing listens for SIP");
  expect(fleet.notices()).toMatchObject({ 9001: 1, 9002: 2 });
});

test("a phone that came by itself is not told", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 2);
  await fleet.fetchFile("9001");
  const over = await ended(office, (await start(office, { select: { all: true } })).id);
  expect(results(over)).toEqual(["9001 skipped 0", "9002 up-to-date 1"]);
  expect(over.devices[0]?.reason).toBe("it has what it should have");
  expect(fleet.notices()).toEqual({ 9001: 0, 9002: 1 });
});

test("one that is switched off, staged or removed meanwhile is skipped with the reason", async () => {
  const office = await openCampaignOffice(5000);
  const { admin } = office;
  const fleet = await openFleet(office, 4);
  const { id } = await start(office, { select: { all: true }, window: closedHours() });
  await admin.ok("PATCH", `/devices/${macOf("9001")}`, { state: "disabled" });
  await admin.ok("PATCH", `/devices/${macOf("9002")}`, { lines: [], state: "retired" });
  await admin.ok("DELETE", `/devices/${macOf("9003")}`);
  expect(fleet.notices()).toEqual({ 9001: 0, 9002: 0, 9003: 0, 9004: 0 });
  await admin.ok("POST", `/campaigns/${id}/cancel`);
  await ended(office, id);
  const over = await ended(
    office,
    (await start(office, { select: { devices: fleet.macs.filter((_, at) => at !== 2) } })).id,
  );
  expect(over.devices.map(({ reason, state }) => reason ?? state)).toEqual([
    "it is switched off",
    "it is retired",
    "up-to-date",
  ]);
});

/** A window that opens in twelve hours. */
function closedHours(): Json {
  return { cron: `0 ${(new Date().getUTCHours() + 12) % 24} * * *`, minutes: 60, zone: "UTC" };
}

test("outside of its window nobody is told, and it says so", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 1);
  const { id } = await start(office, { select: { all: true }, window: closedHours() });
  await expect.poll(async () => (await read(office, id)).state).toBe("waiting");
  expect((await read(office, id)).reason).toMatch(
    /^waits for its window, which opens at \d{4}-\d\d-\d\d \d\d:00 in UTC$/,
  );
  expect(fleet.notices()).toEqual({ 9001: 0 });
});

test("it begins when its window opens; who was not told when it closes waits for the next time", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-23T20:59:59Z") });
  onTestFinished(() => void vi.useRealTimers());
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 2);
  const window = { cron: "0 22 * * 1-5", minutes: 420, zone: "Europe/Prague" };
  const { id } = await start(office, { select: { all: true }, pace: { perSecond: 0.1 }, window });
  const reasonIs = (reason: string | undefined) =>
    expect.poll(async () => (await read(office, id)).reason, { timeout: 5000 }).toBe(reason);
  await reasonIs("waits for its window, which opens at 2026-11-23 22:00 in Europe/Prague");
  expect(total(fleet.notices())).toBe(0);

  vi.setSystemTime("2026-11-23T21:00:00Z");
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"], { timeout: 5000 }).toBe(1);
  vi.setSystemTime("2026-11-24T04:00:00Z");
  await reasonIs("waits for its window, which opens at 2026-11-24 22:00 in Europe/Prague");
  expect(await read(office, id)).toMatchObject({ state: "waiting", window, counts: { pending: 1, "up-to-date": 1 } });
  expect(total(fleet.notices())).toBe(1);

  vi.setSystemTime("2026-11-24T21:00:00Z");
  expect((await ended(office, id)).state).toBe("done");
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1 });
});

test("a paused campaign tells nobody until it is resumed; a cancelled one never", async () => {
  const office = await openCampaignOffice(5000);
  const { admin } = office;
  const fleet = await openFleet(office, 6);
  const { id } = await start(office, { select: { all: true }, pace: { perSecond: 500, perSite: 1 } });
  fleet.comes = () => false;
  await expect.poll(() => total(fleet.notices())).toBeGreaterThan(0);
  expect((await admin.ok<Answer>("POST", `/campaigns/${id}/pause`)).state).toBe("paused");
  const told = Object.entries(fleet.notices()).flatMap(([line, times]) => (times > 0 ? [line] : []));
  fleet.comes = () => true;
  for (const line of told) await fleet.fetchFile(line);
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"]).toBe(told.length);
  expect(total(fleet.notices())).toBe(told.length);
  expect((await read(office, id)).state).toBe("paused");

  expect((await admin.ok<Answer>("POST", `/campaigns/${id}/resume`)).state).toBe("running");
  const over = await ended(office, id);
  expect(over.counts["up-to-date"]).toBe(6);
  expect(total(fleet.notices())).toBe(6);

  await change(office, 2);
  fleet.comes = () => false;
  const second = await start(office, { select: { all: true }, pace: { perSecond: 500, perSite: 2 } });
  await expect.poll(() => total(fleet.notices())).toBe(8);
  expect((await admin.ok<Answer>("POST", `/campaigns/${second.id}/cancel`)).state).toBe("cancelled");
  const again = await admin.call<ProblemBody>("POST", `/campaigns/${second.id}/resume`);
  expect([again.status, again.json.code]).toEqual([409, "CONFLICT"]);
  for (const line of Object.keys(fleet.notices())) await fleet.fetchFile(line);
  const cancelled = await ended(office, second.id);
  expect(cancelled.counts).toMatchObject({ "up-to-date": 2, skipped: 4 });
  expect(cancelled.devices.filter(({ state }) => state === "skipped").map(({ reason }) => reason)).toEqual(
    Array.from({ length: 4 }, () => "the campaign was cancelled"),
  );
  expect(total(fleet.notices())).toBe(8);
  const audit = (await admin.office.stores.config.readAudit({ limit: 100 })).map(({ action }) => action);
  expect(audit.filter((each) => each.startsWith("campaign."))).toEqual([
    ...["campaign.cancel", "campaign.start", "campaign.resume", "campaign.pause", "campaign.start"],
  ]);
});

const total = (notices: Readonly<Record<string, number>>) =>
  Object.values(notices).reduce((sum, each) => sum + each, 0);

test("the rest is told when the canary came", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 5);
  fleet.comes = () => false;
  const { id } = await start(office, { select: { all: true }, canary: { count: 2 } });
  const now = async () => await read(office, id);
  await expect.poll(async () => (await now()).reason, { timeout: 5000 }).toBe("waits for the canary to come");
  // It waits as soon as both were chosen; the notices may still be on their way.
  await expect.poll(async () => (await now()).counts["sent"], { timeout: 5000 }).toBe(2);
  expect(total(fleet.notices())).toBe(2);
  fleet.comes = () => true;
  for (const [line, times] of Object.entries(fleet.notices())) if (times > 0) await fleet.fetchFile(line);
  const over = await ended(office, id);
  expect([over.state, over.counts["up-to-date"], total(fleet.notices())]).toEqual(["done", 5, 5]);
});

test("when the canary does not come the campaign stops, says why, and never tells the rest", async () => {
  const office = await openCampaignOffice(150);
  const fleet = await openFleet(office, 5);
  let first: string | undefined;
  fleet.comes = (line) => {
    first ??= line;
    return line === first;
  };
  const { id } = await start(office, { select: { all: true }, canary: { count: 2 } });
  const over = await ended(office, id);
  expect(over.state).toBe("stopped");
  expect(over.reason).toMatch(
    /^the canary failed: 1 of 2 phones came, and 100 % of them should have; 00562b04900\d is late: sip-notify: .*; the phone did not come in time$/,
  );
  expect(over.counts).toMatchObject({ "up-to-date": 1, late: 1, skipped: 3 });
  expect(total(fleet.notices())).toBe(2);
  const [entry] = await office.admin.office.stores.config.readAudit({ limit: 1 });
  expect(entry).toMatchObject({ action: "campaign.stop", actor: "offhook", id });
});

test("too many failures stop it, once ten phones are decided", async () => {
  const office = await openCampaignOffice(30);
  const fleet = await openFleet(office, 12);
  fleet.comes = () => false;
  const wish = { select: { all: true }, stopAt: 0.5, retries: 0, pace: { perSecond: 500, perSite: 1 } };
  const over = await ended(office, (await start(office, wish)).id);
  expect([over.state, over.reason]).toEqual(["stopped", "too many failures: 10 of 10 phones, and 50 % stop it"]);
  expect(over.counts).toMatchObject({ late: 10, skipped: 2 });
  expect(total(fleet.notices())).toBe(10);
});

test("at most so many of a site are under way at once", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 4);
  const waiting: string[] = [];
  let most = 0;
  fleet.comes = (line) => {
    waiting.push(line);
    most = Math.max(most, waiting.length);
    setImmediate(() => void fleet.fetchFile(line).then(() => waiting.splice(waiting.indexOf(line), 1)));
    return false;
  };
  const { id } = await start(office, { select: { site: "main" }, pace: { perSecond: 500, perSite: 1 } });
  expect((await ended(office, id)).counts["up-to-date"]).toBe(4);
  expect(most).toBe(1);
});

test("after a broken process it goes on by itself, and tells nobody twice who came", async () => {
  const { path, remove } = await createTemporaryFolder();
  onTestFinished(remove);
  const first = await openCampaignOffice(5000, { OFFHOOK_DATA: path });
  const fleet = await openFleet(first, 8);
  fleet.comes = (line) => line !== "9002" && line !== "9003";
  const { id } = await start(first, { select: { all: true }, pace: { perSecond: 500, perSite: 2 } });
  // Two stay away, so that nobody else has a turn.
  await expect.poll(() => fleet.notices()["9002"] === 1 && fleet.notices()["9003"] === 1).toBe(true);
  const came = (await read(first, id)).counts["up-to-date"] ?? 0;
  await first.close();
  const before = fleet.notices();
  expect(total(before)).toBe(came + 2);

  const second = await openCampaignOffice(5000, { OFFHOOK_DATA: path });
  fleet.office = second;
  expect((await read(second, id)).counts["up-to-date"]).toBe(came);
  fleet.comes = () => true;
  await fleet.fetchFile("9002");
  await fleet.fetchFile("9003");
  const over = await ended(second, id);
  expect(over.counts["up-to-date"]).toBe(8);
  expect(Object.values(fleet.notices())).toEqual(Array.from({ length: 8 }, () => 1));
});

test("one that was told when the process broke is awaited, not told again", async () => {
  const { path, remove } = await createTemporaryFolder();
  onTestFinished(remove);
  const first = await openCampaignOffice(3000, { OFFHOOK_DATA: path });
  const fleet = await openFleet(first, 1);
  fleet.answers = false;
  const { id } = await start(first, { select: { all: true } });
  await expect.poll(() => fleet.notices()["9001"]).toBe(1);
  await first.close();

  const second = await openCampaignOffice(3000, { OFFHOOK_DATA: path });
  Object.assign(fleet, { office: second, answers: true });
  expect((await read(second, id)).devices).toMatchObject([{ state: "pending", attempts: 1 }]);
  await fleet.fetchFile("9001");
  expect(results(await ended(second, id))).toEqual(["9001 up-to-date 1"]);
  expect(fleet.notices()).toEqual({ 9001: 1 });
});

test("of two nodes one runs a campaign, and the other takes it over when that one is gone", async () => {
  const office = await openCampaignOffice(5000, {}, { leaseMs: 600 }, "many");
  const other = office.openOtherNode();
  other.begin();
  const fleet = await openFleet(office, 6);
  fleet.comes = (line) => line !== "9003";
  const { id } = await start(office, { select: { all: true }, pace: { perSecond: 500, perSite: 1 } });
  await expect.poll(() => fleet.notices()["9003"]).toBe(1);
  await office.campaigns.close();
  expect(total(fleet.notices())).toBe(3);
  await fleet.fetchFile("9003");
  expect(results(await ended(office, id))).toEqual(fleet.macs.map((mac) => `${mac.slice(-4)} up-to-date 1`));
  expect(Object.values(fleet.notices())).toEqual([1, 1, 1, 1, 1, 1]);
});

test("progress is told live: where the campaign stands, and what became of each phone", async () => {
  const office = await openCampaignOffice(5000);
  await openFleet(office, 2);
  const events = new AbortController();
  onTestFinished(() => events.abort());
  const { headers, url } = office.admin;
  const stream = await fetch(`${url}/api/v1/events`, { headers, signal: events.signal });
  const heard = (async () => {
    let text = "";
    for await (const chunk of stream.body as AsyncIterable<Uint8Array>) {
      text += Buffer.from(chunk).toString();
      if (text.includes('"state":"done"')) return text;
    }
    return text;
  })();
  const { id } = await start(office, { select: { all: true } });
  const text = await heard;
  expect(text).toContain(`event: campaign\ndata: {"id":"${id}","state":"done","total":2,"counts":{"pending":0,`);
  expect(text).toContain(
    `event: campaign-device\ndata: {"campaign":"${id}","mac":"00562b049001","state":"up-to-date","transport":"sip-notify","attempts":1}`,
  );
});

test("a phone is in one campaign at a time", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 2);
  const first = await start(office, { select: { devices: [macOf("9001")] }, window: closedHours() });
  const over = await ended(office, (await start(office, { select: { all: true } })).id);
  expect(results(over)).toEqual(["9001 skipped 0", "9002 up-to-date 1"]);
  expect(over.devices[0]?.reason).toBe(`campaign ${first.id} has it in hand`);
  expect(fleet.notices()).toEqual({ 9001: 0, 9002: 1 });
});

test("a phone that a cancelled campaign had not told is free for the next one at once", async () => {
  const office = await openCampaignOffice(5000);
  const fleet = await openFleet(office, 2);
  const first = await start(office, { select: { all: true }, window: closedHours() });
  await office.admin.ok("POST", `/campaigns/${first.id}/cancel`);
  const next = await ended(office, (await start(office, { select: { all: true } })).id);
  expect(results(next)).toEqual(["9001 up-to-date 1", "9002 up-to-date 1"]);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1 });
});

const night = { cron: "0 22 * * 1-5", minutes: 420, zone: "Europe/Prague" };

const refused: readonly [Json, string][] = [
  [{ select: {} }, "/select"],
  [{ select: { all: true, site: "main" } }, "/select"],
  [{ select: { devices: ["not a mac"] } }, "/select/devices/0"],
  [{ select: { devices: ["00562b049999"] } }, "/select/devices/0"],
  [{ select: { site: "nowhere" } }, "/select/site"],
  [{ select: { all: true } }, "/select"],
  [{ select: { all: true }, transport: "pigeon" }, "/transport"],
  [{ select: { all: true }, window: { ...night, zone: "Mars/Olympus" } }, "/window/zone"],
  [{ select: { all: true }, window: { ...night, zone: undefined } }, "/window/zone"],
  [{ select: { all: true }, window: { ...night, minutes: 0 } }, "/window/minutes"],
  [{ select: { all: true }, window: { ...night, minutes: 10_081 } }, "/window/minutes"],
  [{ select: { all: true }, window: { ...night, from: "22:00" } }, "/window/from"],
  [{ select: { all: true }, canary: { count: 0 } }, "/canary/count"],
];

test("what can't be done is refused naming the field, and nothing is started", async () => {
  const office = await openCampaignOffice(100);
  const answers: (readonly [Json, string | undefined])[] = [];
  for (const [body] of refused) {
    const { status, json } = await office.admin.call<ProblemBody>("POST", "/campaigns", body);
    answers.push([body, status === 422 ? json.errors[0]?.pointer : String(status)]);
  }
  expect(answers).toEqual(refused);
  expect(await office.admin.ok("GET", "/campaigns")).toMatchObject({ total: 0 });
});

test.each([
  ["every night", 'is not five fields of cron, such as "30 2 * * 1-5"'],
  ["0 0 22 * * 1-5", 'is not five fields of cron, such as "30 2 * * 1-5"'],
  ["0 25 * * *", "names no time: 25 is a invalid expression for hour"],
  ["0 22 30 2 *", "names no time: 30 2 is an impossible day of month for the given month"],
  ["0 22 L-30 2 *", "names no time that ever comes in Europe/Prague"],
  // The hour that the clock leaves out there each year.
  ["30 2 * 3 0L", "names no time that ever comes in Europe/Prague"],
])("a window that never opens is refused with the reason: %s", async (cron, detail) => {
  const office = await openCampaignOffice(100);
  await openFleet(office, 1);
  const body = { select: { all: true }, window: { ...night, cron } };
  const { json, status } = await office.admin.call<ProblemBody>("POST", "/campaigns", body);
  expect({ status, errors: json.errors }).toEqual({
    status: 422,
    errors: [{ pointer: "/window/cron", code: "cron", detail }],
  });
  expect(await office.admin.ok("GET", "/campaigns")).toMatchObject({ total: 0 });
});

test("a campaign with a window that this version can't read is shown, tells nobody, and can be cancelled", async () => {
  const office = await openCampaignOffice(100);
  const fleet = await openFleet(office, 1);
  const { id } = await start(office, { select: { all: true }, window: closedHours() });
  const store = office.admin.office.stores.config;
  const key = { organization: "default", kind: "campaign", id };
  await office.campaigns.close();
  await store.transaction(async (transaction) => {
    const campaign = (await transaction.get<Campaign>(key))?.body as Campaign;
    const window = { from: "02:00", to: "05:00", zone: "UTC" };
    await transaction.put(key, { ...campaign, plan: { ...campaign.plan, window }, lease: undefined });
  });
  const other = office.openOtherNode();
  other.begin();
  await expect
    .poll(async () => (await read(office, id)).reason, { timeout: 5000 })
    .toBe("waits for its window, which can't be read");
  expect(await office.admin.ok("GET", "/campaigns")).toMatchObject({ items: [{ id, state: "waiting" }] });
  await other.control("default", id, "cancel", "test");
  expect(results(await ended(office, id))).toEqual(["9001 skipped 0"]);
  expect(fleet.notices()).toEqual({ 9001: 0 });
});
