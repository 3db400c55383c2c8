import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, macOf } from "../support/admin-phones.ts";

interface Change {
  readonly id: string;
  readonly by: string;
  readonly action: string;
  readonly what: readonly { readonly kind: string; readonly id: string }[];
  readonly documents: number;
  readonly undoableUntil: string | null;
  readonly reason?: string;
}

let now = Date.now();
let admin: AdminOffice;
const model = "cisco/8851-3pcc";

beforeAll(async () => {
  admin = await openAdminOffice({}, () => now);
  await admin.ok("PATCH", "/sites/main", { settings: { "sip.server": "pbx.example.com" } });
  await addLines(admin, ["201", "202", "203", "204"]);
  await admin.ok("POST", "/devices", { mac: macOf(1), model, lines: ["201"], settings: { "time.ntp": "one" } });
});
afterAll(() => admin.close());

const changes = async () => (await admin.ok<{ items: Change[] }>("GET", "/changes")).items;
const newest = async () => (await changes())[0] as Change;
const undo = (id: string) => admin.call<Change & ProblemBody>("POST", `/changes/${id}/undo`);
const undoNewest = async () => await undo((await newest()).id);
const device = (n = 1) => admin.ok("GET", `/devices/${macOf(n)}`);
const fileOf = async (n = 1) => (await admin.call("GET", `/devices/${macOf(n)}/files/${macOf(n)}.xml`)).text;
/** What is stored, without versions: those only grow. */
const stored = async () =>
  (await admin.documents()).filter(({ kind }) => kind !== "revision").map(({ version: _, ...each }) => each);

const edits: readonly [name: string, method: string, path: string, body?: object][] = [
  ["a change of a device", "PATCH", `/devices/${macOf(1)}`, { label: "Gate", settings: { "time.ntp": "two" } }],
  ["a device that was added", "POST", "/devices", { mac: macOf(2), model }],
  ["a device that was removed", "DELETE", `/devices/${macOf(1)}`],
  ["a change of a line, its secret included", "PATCH", "/lines/201", { secret: "another-secret", displayName: "Ana" }],
  ["a change of an extension", "PATCH", "/lines/201", { extension: "299" }],
  ["a line that was added", "POST", "/lines", { id: "205", extension: "205" }],
  ["a line that was removed", "DELETE", "/lines/204"],
  ["a change of a site", "PATCH", "/sites/main", { settings: { "time.zone": "Europe/Zagreb" } }],
  [
    "a preset that was added",
    "POST",
    "/presets",
    { id: "desk", keys: [{ position: 2, type: "blf", target: { line: "202" } }] },
  ],
  ["a change of the organization", "PATCH", "/organizations/default/settings", { settings: { "time.ntp": "all" } }],
  [
    "a change in bulk",
    "POST",
    "/devices/bulk",
    { select: { all: true }, change: { settings: { "time.ntp": "bulk" } } },
  ],
  [
    "devices added in bulk",
    "POST",
    "/devices/bulk-add",
    {
      devices: [
        { mac: macOf(5), model },
        { mac: macOf(6), model },
      ],
    },
  ],
];

describe("what is undone", () => {
  test.each(edits)("%s is as if it had never been", async (_name, method, path, body) => {
    const before = await stored();
    const file = await fileOf();
    await admin.ok(method, path, body);
    expect(await stored()).not.toEqual(before);
    expect((await undoNewest()).status).toBe(200);
    expect(await stored()).toEqual(before);
    expect(await fileOf()).toBe(file);
  });

  test("gives the devices below a revision that says so", async () => {
    const { revision: first } = await device();
    await admin.ok("PATCH", "/sites/main", { settings: { "time.ntp": null, "time.ntpBackup": "backup.example.com" } });
    const { id } = await newest();
    await undo(id);
    const { revision } = (await device()) as { revision: Json };
    expect(revision).toMatchObject({ n: Number((first as Json)["n"]) + 2, by: "root-token", why: `change.undo ${id}` });
    expect(revision["digest"]).toBe((first as Json)["digest"]);
  });

  test("is audited for each document", async () => {
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: "Attic" });
    await undoNewest();
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=1");
    expect(items).toMatchObject([{ actor: "root-token", action: "change.undo", kind: "device", id: macOf(1) }]);
  });

  test("can be undone itself", async () => {
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: "Cellar" });
    await undoNewest();
    expect(await newest()).toMatchObject({ action: "change.undo" });
    expect((await undoNewest()).status).toBe(200);
    expect(await device()).toMatchObject({ label: "Cellar" });
  });

  test("goes back step by step", async () => {
    for (const label of ["a", "b", "c"]) await admin.ok("PATCH", `/devices/${macOf(1)}`, { label });
    const [third, second, first] = (await changes()) as [Change, Change, Change];
    for (const { id } of [third, second]) expect((await undo(id)).status).toBe(200);
    expect(await device()).toMatchObject({ label: "a" });
    expect((await undo(first.id)).status).toBe(200);
    expect(await device()).toMatchObject({ label: "Cellar" });
  });

  test("keeps a removed device's revisions to go back to", async () => {
    const before = await admin.office.revisions.snapshot("default", macOf(1) as never, 1);
    await admin.ok("DELETE", `/devices/${macOf(1)}`);
    expect(await admin.office.revisions.snapshot("default", macOf(1) as never, 1)).toBeUndefined();
    await undoNewest();
    expect(await admin.office.revisions.snapshot("default", macOf(1) as never, 1)).toEqual(before);
  });
});

describe("the pin of a device that was removed", () => {
  const mac = macOf(40);
  const added = { mac, model, lines: ["203"] };
  /** Whether the phone gets its own file at this address. */
  const isServed = async (address = "10.0.7.5") => {
    const asked = admin.provision({ via: "http", path: `/${mac}.xml`, address });
    return await asked.then(
      (reply) => {
        reply.done({ completed: true, bytes: 1 });
        return true;
      },
      () => false,
    );
  };
  const enrol = async () => {
    await admin.ok("POST", "/devices", added);
    const { id } = await admin.ok<{ id: string }>("POST", "/enrolment-windows", { devices: [mac], minutes: 5 });
    expect(await isServed()).toBe(true);
    await admin.ok("DELETE", `/enrolment-windows/${id}`);
    expect(await isServed()).toBe(true);
  };
  const remove = async () => {
    await admin.ok("DELETE", `/devices/${mac}`);
    return (await newest()).id;
  };

  test("opens nothing until that is undone, and then for the same phone only", async () => {
    await enrol();
    const before = await admin.ok("GET", `/devices/${mac}`);
    const { id, what } = { ...(await newest()), id: await remove() };
    expect(what).toEqual([{ kind: "device", id: mac }]);
    expect(await isServed()).toBe(false);
    expect((await undo(id)).status).toBe(200);
    expect(await isServed("10.0.8.5")).toBe(false);
    expect(await isServed()).toBe(true);
    const after = await admin.ok("GET", `/devices/${mac}`);
    expect([after["trust"], after["sync"]]).toMatchObject([before["trust"], { state: "up-to-date" }]);
    expect(await admin.office.stores.config.find({ kind: "former-presence" })).toEqual([]);
  });

  test("is not that of one which is added in its place", async () => {
    const id = await remove();
    await admin.ok("POST", "/devices", added);
    expect(await isServed()).toBe(false);
    expect((await undo(id)).json).toMatchObject({ code: "CONFLICT" });
    expect(await isServed()).toBe(false);
    const second = await remove();
    expect((await undo(second)).status).toBe(200);
    expect(await isServed()).toBe(false);
    await remove();
    expect((await undo(id)).status).toBe(200);
    // Of the second device nothing was known that could be in its place.
    expect(await isServed()).toBe(true);
    await admin.ok("DELETE", `/devices/${mac}`);
  });

  test("opens nothing where it could not be forgotten either", async () => {
    await enrol();
    const { presence } = admin.office;
    const facts = await presence.of("default", mac as never);
    await remove();
    // As a node does that dies here, or notes late what it had seen.
    presence.note("default", mac as never, facts);
    await presence.flush();
    await admin.ok("POST", "/devices", added);
    expect(await isServed()).toBe(false);
    // One that is let in and breaks off is seen, and no more.
    const { id } = await admin.ok<{ id: string }>("POST", "/enrolment-windows", { devices: [mac], minutes: 5 });
    const reply = await admin.provision({ via: "http", path: `/${mac}.xml`, address: "10.0.9.5" });
    reply.done({ completed: false, bytes: 0 });
    await admin.ok("DELETE", `/enrolment-windows/${id}`);
    expect(await isServed()).toBe(false);
    await admin.ok("DELETE", `/devices/${mac}`);
  });

  test("comes back also when an undo was undone, and is forgotten with the change", async () => {
    await enrol();
    await remove();
    expect((await undoNewest()).status).toBe(200);
    expect(await isServed()).toBe(true);
    expect((await undoNewest()).status).toBe(200);
    expect(await isServed()).toBe(false);
    expect((await undoNewest()).status).toBe(200);
    expect(await isServed()).toBe(true);
    await remove();
    const kept = () => admin.office.stores.config.find({ kind: "former-presence" });
    expect(await kept()).toHaveLength(1);
    now += 600_000;
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: "Afterwards" });
    await expect.poll(kept).toEqual([]);
  });
});

describe("an undo is refused, and changes nothing", () => {
  const refused = async (id: string, code: string, detail: RegExp | string) => {
    const before = await admin.documents();
    const { json } = await undo(id);
    expect(json).toMatchObject({ code, detail: expect.stringMatching(detail) });
    expect(await admin.documents()).toEqual(before);
    return json;
  };

  test("when a document was changed since", async () => {
    await admin.ok("POST", "/devices", { mac: macOf(20), model });
    await admin.ok("POST", "/devices", { mac: macOf(21), model });
    const select = { macs: [macOf(20), macOf(21)] };
    await admin.ok("POST", "/devices/bulk", { select, change: { label: "Desk" } });
    const { id, documents } = await newest();
    await admin.ok("PATCH", `/devices/${macOf(21)}`, { label: "Mine" });
    expect(documents).toBe(2);
    const { errors } = await refused(id, "CONFLICT", `device ${macOf(21)} was changed since`);
    expect(errors).toEqual([
      { pointer: `/device/${macOf(21)}`, code: "changed", detail: `device ${macOf(21)} was changed since` },
    ]);
  });

  test("when a device has the line that would go", async () => {
    await admin.ok("POST", "/lines", { id: "230", extension: "230" });
    const { id } = await newest();
    await admin.ok("PATCH", `/devices/${macOf(20)}`, { lines: ["230"] });
    await refused(id, "CONFLICT", `line 230: device ${macOf(20)} uses it now`);
  });

  test("when the line that a device had is gone", async () => {
    await admin.ok("POST", "/lines", { id: "231", extension: "231" });
    await admin.ok("PATCH", `/devices/${macOf(21)}`, { lines: ["231"] });
    await admin.ok("PATCH", `/devices/${macOf(21)}`, { lines: [] });
    const { id } = await newest();
    await admin.ok("DELETE", "/lines/231");
    await refused(id, "CONFLICT", 'there is no line "231"');
  });

  test("when another line has taken the extension", async () => {
    await admin.ok("POST", "/lines", { id: "232", extension: "232" });
    await admin.ok("PATCH", "/lines/232", { extension: "233" });
    const { id } = await newest();
    await admin.ok("POST", "/lines", { id: "thief", extension: "232" });
    await refused(id, "CONFLICT", "line thief has the extension 232 now");
  });

  test("when it was undone already", async () => {
    await admin.ok("PATCH", "/lines/202", { displayName: "Twice" });
    const { id } = await newest();
    await undo(id);
    await refused(id, "CONFLICT", "it was undone at");
  });

  test("of a change that nobody made", async () => {
    await refused("01ARZ3NDEKTSV4RRFFQ69G5FAV", "NOT_FOUND", "there is no change");
  });

  test("when it touched too much to be kept", async () => {
    const devices = Array.from({ length: 1001 }, (_, index) => ({ mac: macOf(3000 + index), model }));
    await admin.ok("POST", "/devices/bulk-add", { devices: devices.slice(0, 1000) });
    await admin.ok("POST", "/devices/bulk-add", { devices: devices.slice(1000) });
    await admin.ok("POST", "/devices/bulk", { select: { model }, change: { label: "All" } });
    const { id, undoableUntil, what } = await newest();
    expect([undoableUntil, what.length]).toEqual([null, 50]);
    await refused(id, "CONFLICT", "it changed too much at once: ");
  });

  test("after ten minutes, and then it is forgotten with what it kept", async () => {
    const secret = "MARKER-undo-9d1";
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { settings: { "phone.adminPassword": secret } });
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: "Late" });
    const { id, undoableUntil } = await newest();
    const { config } = admin.office.stores;
    const images = () => config.find<Json>({ kind: "change-image" });
    expect(JSON.stringify(await images())).not.toContain(secret);
    now += 600_000;
    await refused(id, "CONFLICT", `it could be undone until ${undoableUntil}`);
    await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: "Later" });
    await expect.poll(async () => (await images()).length).toBe(1);
    expect((await changes()).map(({ action }) => action)).toEqual(["device.change"]);
  });
});

describe("the list of changes", () => {
  test("names who, what and until when, and never a value", async () => {
    await admin.ok("PATCH", "/lines/203", { secret: "MARKER-list-77aa" });
    const { text, json } = await admin.call<{ items: Change[] }>("GET", "/changes?limit=1");
    expect(json.items).toEqual([
      {
        id: expect.any(String),
        at: new Date(now).toISOString(),
        by: "root-token",
        action: "line.change",
        what: [{ kind: "line", id: "203" }],
        documents: 1,
        undoableUntil: new Date(now + 600_000).toISOString(),
      },
    ]);
    expect(text).not.toContain("MARKER");
  });

  test("has no dry runs, no refused changes, and none of another organization", async () => {
    const count = (await changes()).length;
    await admin.call("PATCH", "/lines/203", { extension: "202" });
    await admin.ok("PATCH", "/sites/main?dryRun=true", { settings: { "time.ntp": "dry" } });
    await admin.ok("POST", "/devices/bulk", { select: { model }, change: { label: "x" }, dryRun: true });
    expect((await changes()).length).toBe(count);
    const key = { organization: "acme", kind: "organization", id: "acme" };
    await admin.office.stores.config.transaction((transaction) =>
      transaction.put(key, { id: "acme", name: "acme", settings: {} }),
    );
    const { json } = await admin.call("GET", "/changes", undefined, { "offhook-organization": "acme" });
    expect(json).toEqual({ items: [] });
  });
});
