import { expect, test } from "vitest";
import type { Line } from "../../server/domain/device.ts";
import type { Json } from "../support/admin-office.ts";
import { type CampaignOffice, macOf } from "../support/campaign-office.ts";
import {
  type CampaignAnswer,
  type MovedOffice,
  moveAll,
  openMovedOffice,
  registersAgain,
  toldInAll,
} from "../support/moved-office.ts";

const forbidden = { status: 403, reason: "Forbidden" };
const taken = { status: 200, reason: "OK" };

const setAll = ({ admin }: CampaignOffice, settings: Json) =>
  admin.ok("PATCH", "/organizations/default/settings", { settings });
const changeClocks = (office: CampaignOffice) => setAll(office, { "time.ntp": "10.0.0.99" });

/** One is led to another PBX; what changes of the others can lose nobody. */
async function moveFirst(office: CampaignOffice): Promise<void> {
  await office.admin.ok("PATCH", `/devices/${macOf("9001")}`, { settings: { "sip.server": "new-pbx.example" } });
  await changeClocks(office);
}

async function phonesOf({ office }: MovedOffice, id: string): Promise<Readonly<Record<string, Json>>> {
  const { devices } = await office.admin.ok<{ devices: Json[] }>("GET", `/campaigns/${id}`);
  return Object.fromEntries(devices.map((each) => [String(each["mac"]).slice(-4), each]));
}

const asked = ({ fleet }: MovedOffice) => fleet.sip.requests.filter(({ method }) => method === "OPTIONS").length;

/** What is kept of it can't be opened any more, so nothing that has it can be worked out. */
async function breakLine({ office: { admin } }: MovedOffice, id: string): Promise<void> {
  await admin.office.stores.config.transaction(async (transaction) => {
    const key = { organization: "default", kind: "line", id };
    const found = await transaction.get<Line>(key);
    await transaction.put(key, { ...found?.body, secret: "broken" });
  });
}

/** A campaign that nobody runs yet; `goOn` has it run. */
async function beginAsleep(moved: MovedOffice, body: Json = {}) {
  await moved.office.campaigns.close();
  const begun = await moved.begin(body);
  return { ...begun, goOn: () => moved.office.openOtherNode().begin() };
}

test("a change of server while a harmless campaign runs loses nobody: who is not told yet is left out", async () => {
  const moved = await openMovedOffice(changeClocks);
  const { id } = await moved.begin({ pace: { perSecond: 1 } });
  await expect.poll(() => toldInAll(moved), { timeout: 5000 }).toBe(1);
  await moveAll(moved.office);
  const over = await moved.ended(id);
  expect([over.state, over.critical]).toEqual(["done", undefined]);
  expect(over.counts).toMatchObject({ "up-to-date": 1, skipped: 2 });
  expect(toldInAll(moved)).toBe(1);
  const left = Object.values(await phonesOf(moved, id)).filter(({ state }) => state === "skipped");
  const reason =
    "how it finds its PBX was changed since this campaign began, and another campaign has to prove that it does";
  expect(left).toMatchObject([{ reason }, { reason }]);
});

test("where the caller said that nobody has to prove anything, that holds for later changes as well", async () => {
  const moved = await openMovedOffice(changeClocks);
  const { critical, goOn, id } = await beginAsleep(moved, { critical: false });
  expect(critical).toBe(false);
  await moveAll(moved.office);
  goOn();
  expect((await moved.ended(id)).counts).toMatchObject({ "up-to-date": 3 });
});

test("of a canary only those register again that are led to their PBX in another way", async () => {
  const moved = await openMovedOffice(moveFirst);
  const { fleet, known } = moved;
  fleet.comes = (line) => {
    void fleet.fetchFile(line).then(() => {
      if (line === "9001") known[line] = [{ URI: "sip:9001@127.0.0.1:5060", CallID: "after", RegExpire: "1" }];
    });
    return false;
  };
  const over = await moved.ended((await moved.begin({ canary: { count: 2 } })).id);
  expect([over.state, over.counts["up-to-date"], over.reason]).toEqual(["done", 3, undefined]);
});

test("those of a canary that had nothing to prove make up for nobody who was lost", async () => {
  const moved = await openMovedOffice(moveFirst);
  const over = await moved.ended((await moved.begin({ canary: { count: 2, success: 0.5 } })).id);
  expect(over.reason).toContain("0 of 1 phones came, and 50 % of them should have; 00562b049001 is up-to-date");
  expect([over.state, over.counts["skipped"]]).toEqual(["stopped", 1]);
});

test("another one proves it where the phone of the canary came by itself before its turn", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  const { goOn, id } = await beginAsleep(moved);
  await moved.fleet.fetchFile("9001");
  goOn();
  expect((await moved.ended(id)).counts).toMatchObject({ "up-to-date": 2, skipped: 1 });
  expect(Object.values(await phonesOf(moved, id)).filter(({ canary }) => canary)).toHaveLength(2);
});

test("who can be lost is asked before it is told, others are not", async () => {
  const moved = await openMovedOffice(moveFirst);
  registersAgain(moved);
  moved.fleet.asked = (line) => (line === "9001" ? taken : forbidden);
  const over = await moved.ended((await moved.begin({ retries: 0 })).id);
  expect(over.counts).toMatchObject({ "up-to-date": 3 });
  // Before it starts, and right before it is told.
  expect(asked(moved)).toBe(2);
});

test("where the caller says that it is critical every phone is asked, whatever changes", async () => {
  const moved = await openMovedOffice(changeClocks);
  registersAgain(moved);
  moved.fleet.asked = (line) => (line === "9001" ? taken : forbidden);
  const over = await moved.ended((await moved.begin({ critical: true, retries: 0 })).id);
  expect(over.counts).toMatchObject({ "up-to-date": 1, unreachable: 2 });
});

test.each([
  [{}, "our own trouble: what it is to be told could not be worked out"],
  [
    { critical: true },
    "it could not be reached without its PBX, and this change could lose it: our own trouble: it could not be asked",
  ],
])("a phone that can't be worked out ends after its repeats, and holds up nobody else: %j", async (body, reason) => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  const { goOn, id } = await beginAsleep(moved, { retries: 1, ...body });
  await breakLine(moved, "9003");
  goOn();
  const over: CampaignAnswer = await moved.ended(id);
  expect([over.state, over.counts]).toMatchObject(["done", { "up-to-date": 2, unreachable: 1 }]);
  expect((await phonesOf(moved, id))["9003"]).toMatchObject({ attempts: 2, reason });
});

test("a campaign begins though one of its phones can't be worked out", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  await breakLine(moved, "9001");
  const { critical, id } = await moved.begin({ retries: 0 });
  expect(critical).toBe(true);
  expect((await moved.ended(id)).counts).toMatchObject({ "up-to-date": 2, unreachable: 1 });
});

test("what is pushed by itself leaves out whom nobody could prove, all of them, and goes on with the rest", async () => {
  const moved = await openMovedOffice(moveFirst);
  moved.fleet.asked = () => forbidden;
  const { campaigns } = moved.office;
  const request = { select: { all: true }, leavesUnproven: true } as const;
  const { body, id, taken: inHand, unproven } = await campaigns.start("default", request, "test");
  expect([unproven, inHand, body.plan.critical]).toEqual([[macOf("9001")], [], undefined]);
  expect((await moved.ended(id)).counts).toMatchObject({ "up-to-date": 2, skipped: 1 });
  expect((await phonesOf(moved, id))["9001"]?.["reason"]).toMatch(
    /^this changes how phones reach their PBX .*: 0 of 1 that were asked can prove/,
  );
});

test("where nothing else is left of such a push, no campaign begins", async () => {
  const moved = await openMovedOffice(moveAll);
  moved.fleet.asked = () => forbidden;
  const { campaigns } = moved.office;
  const begin = campaigns.start("default", { select: { all: true }, leavesUnproven: true }, "test");
  await expect(begin).rejects.toMatchObject({ code: "INVALID" });
  expect(await campaigns.list("default")).toEqual([]);
});

test("a person who cancels it while the canary gets back what it had learns what was put back", async () => {
  const moved = await openMovedOffice(moveAll, { patienceMs: 1000 });
  const { admin } = moved.office;
  let told = 0;
  moved.fleet.comes = () => told++ === 0;
  const { id } = await moved.begin();
  const read = () => admin.ok<CampaignAnswer>("GET", `/campaigns/${id}`);
  await expect.poll(async () => (await read()).counts["up-to-date"], { timeout: 5000, interval: 5 }).toBe(1);
  // So that it lasts until nobody waits for an answer any more.
  moved.fleet.answers = false;
  await expect.poll(async () => (await read()).reason, { timeout: 5000, interval: 5 }).toContain("gets back");
  await admin.ok("POST", `/campaigns/${id}/cancel`, {});
  const over = await moved.ended(id);
  expect([over.state, over.reason]).toEqual(["cancelled", expect.stringContaining("sip.server of")]);
});

test("a person who cancels it while the canary is lost learns that it is, and how it is put back", async () => {
  const moved = await openMovedOffice(moveAll);
  const { admin } = moved.office;
  const { id } = await moved.begin();
  const read = () => admin.ok<CampaignAnswer>("GET", `/campaigns/${id}`);
  await expect.poll(async () => (await read()).counts["up-to-date"], { timeout: 5000, interval: 5 }).toBe(1);
  await admin.ok("POST", `/campaigns/${id}/cancel`, {});
  const over = await moved.ended(id);
  const reason = expect.stringMatching(
    /^the canary was not put back: 00562b049001 .*POST \/devices\/\{mac\}\/revisions\/\{n\}\/revert/,
  );
  expect([over.state, over.reason]).toEqual(["cancelled", reason]);
  expect(await admin.ok("GET", "/organizations/default")).toMatchObject({
    settings: { "sip.server": "new-pbx.example" },
  });
});
