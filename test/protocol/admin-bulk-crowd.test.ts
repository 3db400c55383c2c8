import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { everything, macOf, type Report } from "../support/admin-phones.ts";

let admin: AdminOffice;
const crowd = 100;
const models = ["cisco/8851-3pcc", "cisco/9861", "cisco/8851", "cisco/7960"];

beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("POST", "/sites", { id: "crowd" });
  await admin.ok("POST", "/devices", { mac: macOf(9999), model: "cisco/8851", label: "elsewhere" });
  for (let n = 0; n < crowd; n++) {
    const extension = String(2000 + n);
    await admin.ok("POST", "/lines", { id: extension, extension });
    const model = models[n % models.length];
    await admin.ok("POST", "/devices", { mac: macOf(n), model, site: "crowd", lines: [extension] });
  }
}, 60_000);
afterAll(() => admin.close());

const select = { site: "crowd" };
const bulk = (change: object, more: object = {}) =>
  admin.call<Report & ProblemBody>("POST", "/devices/bulk", { select, change, ...more });
const zone = (name: string) => ({ settings: { "time.zone": name } });
const device = (n: number) => admin.ok<Json & { settings: Json; version: number }>("GET", `/devices/${macOf(n)}`);

test("100 phones change together, each once, and nobody else does", async () => {
  const before = await everything(admin);
  const tried = await bulk(zone("Europe/Athens"), { dryRun: true });
  expect(tried.json.totals).toMatchObject({ selected: crowd, changed: crowd, newRevisions: crowd });
  expect(await everything(admin)).toEqual(before);
  const { json } = await bulk(zone("Europe/Athens"));
  expect(json).toEqual(tried.json);
  const { items } = await admin.ok<{ items: Json[] }>("GET", "/devices?site=crowd&limit=500");
  expect(items).toHaveLength(crowd);
  for (const each of items) {
    expect(each).toMatchObject({ version: 2, revision: { n: 2 }, ...zone("Europe/Athens") });
  }
  const audit = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=101");
  expect(audit.items.filter(({ action }) => action === "device.bulk-change")).toHaveLength(crowd);
  expect(await device(9999)).toMatchObject({ version: 1, settings: {} });
});

test("a single phone that refuses keeps all 100 as they are", async () => {
  const before = await everything(admin);
  const { status, json } = await bulk({ settings: { "sip.transport": "tls" } });
  expect([status, json.code]).toEqual([422, "INVALID"]);
  expect(json.errors.length).toBeGreaterThanOrEqual(crowd / 4);
  expect(await everything(admin)).toEqual(before);
});

test("edits that come while it runs are all kept, and so is the bulk", async () => {
  const running = bulk(zone("Europe/Prague"));
  const done: number[] = [];
  let isOver = false;
  const over = running.then(() => {
    isOver = true;
  });
  for (let n = 0; !isOver && n < crowd; n++) {
    await admin.ok("PATCH", `/devices/${macOf(n)}`, { label: `Edited ${n}` });
    done.push(n);
  }
  await over;
  expect((await running).status).toBe(200);
  expect(done.length).toBeGreaterThan(1);
  for (const n of done) expect(await device(n)).toMatchObject({ label: `Edited ${n}`, ...zone("Europe/Prague") });
  expect(await device(crowd - 1)).toMatchObject(zone("Europe/Prague"));
});

/** Does something before each of the bulk's own transactions: after it was checked, before it is written. */
function beforeWriting(times: number, work: (time: number) => Promise<unknown>): void {
  const { config } = admin.office.stores;
  const transaction = config.transaction.bind(config);
  let time = 0;
  let isWorking = false;
  vi.spyOn(config, "transaction").mockImplementation(async (inside) => {
    if (!isWorking && time < times) {
      time++;
      isWorking = true;
      await work(time);
      isWorking = false;
    }
    return await transaction(inside);
  });
}

test("what was checked and is no more true when it is written is checked again", async () => {
  await admin.ok("POST", "/sites", { id: "doomed" });
  beforeWriting(1, () => admin.ok("DELETE", "/sites/doomed"));
  const { status, json } = await bulk({ site: "doomed" });
  vi.restoreAllMocks();
  expect([status, json.errors]).toMatchObject([422, [{ pointer: "/change/site", code: "not-found" }]]);
  expect(await device(0)).toMatchObject({ site: "crowd" });
});

test("a phone that leaves the selection meanwhile is left alone", async () => {
  beforeWriting(1, () => admin.ok("PATCH", `/devices/${macOf(0)}`, { site: "main" }));
  const { json } = await bulk(zone("Europe/Warsaw"));
  vi.restoreAllMocks();
  expect(json.totals["selected"]).toBe(crowd - 1);
  expect(await device(0)).toMatchObject({ site: "main", ...zone("Europe/Prague") });
  expect(await device(1)).toMatchObject(zone("Europe/Warsaw"));
  await admin.ok("PATCH", `/devices/${macOf(0)}`, { site: "crowd" });
});

test("somebody who edits without end does not keep it from being made", async () => {
  const labels: string[] = [];
  beforeWriting(4, async (time) => {
    labels.push(`round ${time}`);
    await admin.ok("PATCH", `/devices/${macOf(5)}`, { label: `round ${time}` });
  });
  const { status, json } = await bulk(zone("Europe/Madrid"));
  vi.restoreAllMocks();
  expect([status, json]).toMatchObject([200, { totals: { changed: crowd } }]);
  expect(labels).toEqual(["round 1", "round 2", "round 3", "round 4"]);
  expect(await device(5)).toMatchObject({ label: "round 4", ...zone("Europe/Madrid") });
});
