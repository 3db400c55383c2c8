import { expect, onTestFinished, test } from "vitest";
import { type Target, targetKind } from "../../server/domain/campaign.ts";
import type { Json } from "../support/admin-office.ts";
import { type AmiCase, type AmiContact, type AmiServer, startAmi } from "../support/ami-server.ts";
import { type CampaignOffice, openCampaignOffice, openFleet, type PhoneFleet } from "../support/campaign-office.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

interface Answer {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly endedAt?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly { mac: string; state: string; reason?: string; attempts: number }[];
}

/** An Asterisk that knows which phones are in a call, and an office with it. */
async function openPbx({ admin }: CampaignOffice, given: AmiCase = {}) {
  const devices: Record<string, string> = {};
  const server = await startAmi({ devices, ...given });
  const connection = { kind: "asterisk-ami", host: "127.0.0.1", user: "offhook", secret: "ami-secret" };
  await admin.ok("POST", "/pbx-connections", { ...connection, port: server.port });
  return {
    server,
    begins: (...lines: string[]) => {
      for (const line of lines) devices[`PJSIP/${line}`] = "INUSE";
    },
    ends: (line: string) => {
      devices[`PJSIP/${line}`] = "NOT_INUSE";
    },
  };
}

const start = ({ admin }: CampaignOffice, body: Json = {}) =>
  admin.ok<Answer>("POST", "/campaigns", { select: { all: true }, pace: { perSecond: 500 }, ...body });
const read = ({ admin }: CampaignOffice, id: string) => admin.ok<Answer>("GET", `/campaigns/${id}`);
const patience = { timeout: 10_000, interval: 20 };

async function ended(office: CampaignOffice, id: string): Promise<Answer> {
  await expect.poll(async () => (await read(office, id)).endedAt, patience).toBeDefined();
  return await read(office, id);
}

/** `9001 up-to-date 1`, …: line, state, how often it was told. */
const results = ({ devices }: Answer) =>
  devices.map(({ mac, state, attempts }) => `${mac.slice(-4)} ${state} ${attempts}`);

/** Resolves when the phone was found in a call and others had the time to be told. */
async function held(office: CampaignOffice, id: string, line: string): Promise<void> {
  const reasonOf = async () => (await read(office, id)).devices.find(({ mac }) => mac.endsWith(line))?.reason;
  await expect.poll(reasonOf, patience).toBe("it is in a call");
}

/** As they are on the disk. */
async function targetsOf({ admin }: CampaignOffice): Promise<readonly Target[]> {
  const kept = await admin.office.stores.config.find<Target>({ kind: targetKind });
  return kept.map(({ body }) => body);
}

/** Resolves when the PBX was asked so many times more. */
const asksAgain = ({ actions, came }: AmiServer, times: number) =>
  came("Getvar", actions.filter((name) => name === "Getvar").length + times);

async function open(count: number, times = {}, comeMs = 5000): Promise<[CampaignOffice, PhoneFleet]> {
  const office = await openCampaignOffice(comeMs, {}, times);
  return [office, await openFleet(office, count)];
}

test("a phone in a call is told when the call is over; it holds up nobody else", async () => {
  const [office, fleet] = await open(4);
  const pbx = await openPbx(office);
  pbx.begins("9001", "9003");
  const { id } = await start(office, { pace: { perSecond: 500, perSite: 1 } });
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"], patience).toBe(2);
  await held(office, id, "9003");
  const meanwhile = await read(office, id);
  expect(results(meanwhile)).toEqual(["9001 pending 0", "9002 up-to-date 1", "9003 pending 0", "9004 up-to-date 1"]);
  expect(meanwhile).toMatchObject({ state: "running", devices: [{ reason: "it is in a call" }, {}, {}, {}] });
  expect(fleet.notices()).toEqual({ 9001: 0, 9002: 1, 9003: 0, 9004: 1 });
  pbx.ends("9003");
  await expect.poll(() => fleet.notices()["9003"], patience).toBe(1);
  expect(fleet.notices()["9001"]).toBe(0);
  pbx.ends("9001");
  const over = await ended(office, id);
  expect(over.state).toBe("done");
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 up-to-date 1", "9003 up-to-date 1", "9004 up-to-date 1"]);
  expect(over.devices[0]?.reason).toBeUndefined();
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 1, 9004: 1 });
});

test.each<[string, Json, string]>([
  ["`duringCalls: true`", { duringCalls: true }, "9001 up-to-date 1"],
  ["a report, which disturbs nobody,", { action: "report" }, "9001 sent 1"],
])("with %s phones are told in a call, and the PBX is not asked", async (_what, body, result) => {
  const [office] = await open(1);
  const pbx = await openPbx(office);
  pbx.begins("9001");
  const started = await start(office, body);
  expect(started).toMatchObject(body);
  expect(results(await ended(office, started.id))).toEqual([result]);
  expect(pbx.server.actions).not.toContain("Getvar");
});

test.each<[string, AmiCase]>([
  ["can't tell", { missingFunctions: ["DEVICE_STATE"] }],
  ["may not tell", { write: ["system", "command"] }],
  ["does not answer", { deafTo: ["Getvar"] }],
  ["lets nobody in", { secret: "another" }],
])("a PBX that %s is no hindrance", async (_what, given) => {
  const [office] = await open(2);
  const pbx = await openPbx(office, given);
  pbx.begins("9001", "9002");
  const over = await ended(office, (await start(office)).id);
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 up-to-date 1"]);
  expect(pbx.server.actions).toContain("Login");
});

test("neither is one that is away", async () => {
  const [office] = await open(2);
  const pbx = await openPbx(office);
  await pbx.server.close();
  expect((await ended(office, (await start(office)).id)).counts["up-to-date"]).toBe(2);
});

test("one that came by itself in its call is not told after it", async () => {
  const [office, fleet] = await open(1);
  const pbx = await openPbx(office);
  pbx.begins("9001");
  const { id } = await start(office);
  await held(office, id, "9001");
  await fleet.fetchFile("9001");
  const over = await ended(office, id);
  expect(over.devices).toMatchObject([{ state: "skipped", reason: "it has what it should have" }]);
  expect(fleet.notices()).toEqual({ 9001: 0 });
});

test("one that is never seen without a call is given up: nothing was sent", async () => {
  const [office, fleet] = await open(2, { callMs: 20, mostCallMs: 60 });
  const pbx = await openPbx(office);
  pbx.begins("9002");
  const over = await ended(office, (await start(office)).id);
  expect(over.state).toBe("done");
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 skipped 0"]);
  expect(over.devices[1]?.reason).toBe("it was in a call each time that it could have been told, 4 times");
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 0 });
});

test("one that did not come, and is in a call then, is told again after it", async () => {
  const [office, fleet] = await open(1, {}, 100);
  const pbx = await openPbx(office);
  fleet.comes = () => false;
  const { id } = await start(office, { retries: 1 });
  await expect.poll(() => fleet.notices()["9001"], patience).toBe(1);
  pbx.begins("9001");
  await held(office, id, "9001");
  expect(results(await read(office, id))).toEqual(["9001 late 1"]);
  fleet.comes = () => true;
  pbx.ends("9001");
  expect(results(await ended(office, id))).toEqual(["9001 up-to-date 2"]);
});

test("who waits for the end of a call still does after a broken process", async () => {
  const { path, remove } = await createTemporaryFolder();
  onTestFinished(remove);
  const first = await openCampaignOffice(5000, { OFFHOOK_DATA: path }, { callMs: 1000 });
  const fleet = await openFleet(first, 2);
  const pbx = await openPbx(first);
  pbx.begins("9001");
  const { id } = await start(first);
  await expect.poll(async () => (await read(first, id)).counts["up-to-date"], patience).toBe(1);
  await held(first, id, "9001");
  const [waiting] = await targetsOf(first);
  expect(waiting).toMatchObject({ state: "pending", attempts: 0, nextAt: expect.any(Number) });
  await first.close();

  const second = await openCampaignOffice(5000, { OFFHOOK_DATA: path }, { callMs: 1000 });
  fleet.office = second;
  await asksAgain(pbx.server, 1);
  expect(Date.now()).toBeGreaterThanOrEqual(waiting?.nextAt ?? Number.NaN);
  expect(results(await read(second, id))).toEqual(["9001 pending 0", "9002 up-to-date 1"]);
  pbx.ends("9001");
  expect(results(await ended(second, id))).toEqual(["9001 up-to-date 1", "9002 up-to-date 1"]);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1 });
});

test("cancelled, a campaign never tells who was in a call", async () => {
  const [office, fleet] = await open(1);
  const pbx = await openPbx(office);
  pbx.begins("9001");
  const { id } = await start(office);
  await held(office, id, "9001");
  await office.admin.ok("POST", `/campaigns/${id}/cancel`);
  const over = await ended(office, id);
  expect(over.devices).toMatchObject([{ state: "skipped", reason: "the campaign was cancelled" }]);
  expect(fleet.notices()).toEqual({ 9001: 0 });
});

test("a canary is not judged while phones that could be of it are in a call", async () => {
  const [office, fleet] = await open(3, {}, 100);
  const pbx = await openPbx(office);
  pbx.begins("9001", "9003");
  fleet.comes = (line) => line !== "9002";
  const { id } = await start(office, { canary: { count: 2, success: 0.5 }, retries: 0 });
  await expect.poll(async () => (await read(office, id)).counts["late"], patience).toBe(1);
  await asksAgain(pbx.server, 4);
  expect(results(await read(office, id))).toEqual(["9001 pending 0", "9002 late 1", "9003 pending 0"]);
  pbx.ends("9003");
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"], patience).toBe(1);
  pbx.ends("9001");
  const over = await ended(office, id);
  expect(over.state).toBe("done");
  expect(results(over)).toEqual(["9001 up-to-date 1", "9002 late 1", "9003 up-to-date 1"]);
});

test("one that comes while its PBX is asked is up to date, whatever the PBX says", async () => {
  const [office, fleet] = await open(1, { callMs: 60_000 }, 100);
  const deafTo: string[] = [];
  const { ends, server } = await openPbx(office, { deafTo });
  ends("9001");
  fleet.comes = () => false;
  const { id } = await start(office, { retries: 1 });
  await expect.poll(() => fleet.notices()["9001"], patience).toBe(1);
  deafTo.push("Getvar");
  await server.came("Getvar", 2);
  await fleet.fetchFile("9001");
  await expect.poll(async () => (await read(office, id)).counts["up-to-date"], patience).toBe(1);
  const question = server.received().split("Action: Getvar\r\n").at(-1);
  server.say(`Response: Success\r\n${question?.split("\r\n")[0]}\r\nVariable: a\r\nValue: INUSE\r\n\r\n`);
  expect(results(await ended(office, id))).toEqual(["9001 up-to-date 1"]);
  expect(await targetsOf(office)).toEqual([expect.not.objectContaining({ calls: 1 })]);
  expect(fleet.notices()).toEqual({ 9001: 1 });
});

test("the canary of a critical change waits for the end of its call, and all others for it", async () => {
  const [office, fleet] = await open(3);
  const endpoints: Record<string, AmiContact[]> = {};
  const register = (line: string, callId: string) => {
    endpoints[line] = [{ URI: `sip:${line}@127.0.0.1:5060`, CallID: callId, RegExpire: "1" }];
  };
  for (const line of ["9001", "9002", "9003"]) {
    await fleet.fetchFile(line);
    register(line, "before");
  }
  const pbx = await openPbx(office, { endpoints });
  await office.admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "new.example" } });
  pbx.begins("9001", "9002", "9003");
  fleet.comes = (line) => {
    void fleet.fetchFile(line).then(() => register(line, "after"));
    return false;
  };
  const { id } = await start(office, { critical: true });
  await expect
    .poll(async () => (await read(office, id)).devices.map(({ reason }) => reason), patience)
    .toContain("it is in a call");
  const { devices, state } = await read(office, id);
  const [canary] = devices.filter(({ reason }) => reason === "it is in a call").map(({ mac }) => mac.slice(-4));
  expect(state).toBe("waiting");
  for (const line of ["9001", "9002", "9003"]) if (line !== canary) pbx.ends(line);
  await asksAgain(pbx.server, 3);
  expect(fleet.notices()).toEqual({ 9001: 0, 9002: 0, 9003: 0 });
  pbx.ends(canary ?? "");
  expect((await ended(office, id)).counts["up-to-date"]).toBe(3);
  expect(fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 1 });
});
