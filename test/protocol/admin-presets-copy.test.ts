import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything, type Report } from "../support/admin-phones.ts";

let admin: AdminOffice;
const source = "02aa00000001";
const twin = "02aa00000002";
const enterprise = "02aa00000003";
const old = "02aa00000004";
const password = "MARKER-7f3a-admin";
const keys = [
  { position: 1, type: "line", target: { line: "201" } },
  { position: 2, type: "line", target: { line: "202" } },
  { position: 3, type: "blf", target: { line: "300" } },
  { position: 4, module: 1, type: "speed-dial", target: { number: "112" } },
  { position: 8, type: "directory" },
];

beforeAll(async () => {
  admin = await openAdminOffice();
  await addLines(admin, ["201", "202", "203", "204", "205", "300"]);
  await admin.ok("POST", "/presets", { id: "lobby" });
  await admin.ok("POST", "/devices", {
    mac: source,
    model: "cisco/8851-3pcc",
    preset: "lobby",
    lines: ["201", "202"],
    modules: ["BEKEM"],
    keys,
    settings: { "time.zone": "Europe/Zagreb", "phone.adminPassword": password },
    raw: { GPP_SA: `${password}-raw` },
  });
  const settings = { "time.ntp": "own.example" };
  await admin.ok("POST", "/devices", { mac: twin, model: "cisco/8851-3pcc", lines: ["203", "204"], settings });
  await admin.ok("POST", "/devices", { mac: enterprise, model: "cisco/8851", lines: ["205"] });
  await admin.ok("POST", "/devices", { mac: old, model: "cisco/7960" });
});
afterAll(() => admin.close());

const all = ["keys", "settings", "raw", "modules", "preset"];

describe("copying a device", () => {
  test("tried, tells what would happen and changes nothing", async () => {
    const before = await everything(admin);
    const wish = { to: [twin], what: all, dryRun: true };
    const { totals, phones } = await admin.ok<Report>("POST", `/devices/${source}/copy`, wish);
    expect(totals).toMatchObject({ selected: 1, changed: 1, unchanged: 0, refused: 0, newRevisions: 1 });
    expect(phones).toMatchObject([{ mac: twin, changes: true, newRevision: true, errors: [], leftOut: [] }]);
    expect(phones[0]?.parameters).toHaveLength(50);
    expect(phones[0]?.parameters).toEqual(
      expect.arrayContaining(["Time_Zone", "Admin_Password", "Primary_NTP_Server"]),
    );
    expect(await everything(admin)).toEqual(before);
  });

  test("to one of its model gives it the same, with line keys for its own lines", async () => {
    const answer = await admin.call("POST", `/devices/${source}/copy`, { to: ["02-AA-00-00-00-02"], what: all });
    expect([answer.status, answer.text.includes("MARKER")]).toEqual([200, false]);
    const device = await admin.ok("GET", `/devices/${twin}`);
    expect(device).toMatchObject({ modules: ["BEKEM"], preset: "lobby", lines: ["203", "204"], version: 2 });
    expect(device["settings"]).toEqual({ "time.zone": "Europe/Zagreb", "phone.adminPassword": "********" });
    expect((device["keys"] as Json[]).map(({ target }) => target)).toEqual([
      { line: "203" },
      { line: "204" },
      { line: "300" },
      { number: "112" },
      undefined,
    ]);
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=1");
    expect(items).toMatchObject([{ action: "device.copy", id: twin, actor: "root-token" }]);
  });

  test("seals its secrets anew: they open on the phone that got them", async () => {
    const stored = (await admin.documents()).filter(({ kind }) => kind === "device");
    const sealed = stored.flatMap(({ body }) => Object.values((body as { settings: Json }).settings));
    expect(sealed.filter((value) => String(value).startsWith("sealed:"))).toHaveLength(2);
    expect(JSON.stringify(stored)).not.toContain("MARKER");
    await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 5 });
    const reply = await admin.provision({ via: "http", path: `/${twin}.xml`, address: "10.0.0.1" });
    const file = String("body" in reply && reply.body);
    expect(file).toContain(`>${password}<`);
    expect(file).toContain(`>${password}-raw<`);
  });

  test("again changes nothing more", async () => {
    const before = await everything(admin);
    const { totals } = await admin.ok<Report>("POST", `/devices/${source}/copy`, { to: [twin], what: all });
    expect(totals).toMatchObject({ selected: 1, changed: 0, unchanged: 1 });
    expect(await everything(admin)).toEqual(before);
  });

  test("is refused for all when one phone can't have all of it, with each reason at its phone", async () => {
    const before = await everything(admin);
    const { status, json } = await admin.call<ProblemBody>("POST", `/devices/${source}/copy`, {
      to: [twin, enterprise, old],
      what: ["keys", "settings", "raw", "modules"],
    });
    expect([status, json.code]).toEqual([422, "INVALID"]);
    const found = json.errors.map(({ pointer, code }) => `${pointer} ${code}`);
    expect(found).toEqual(
      expect.arrayContaining([
        `/phones/${enterprise}/keys/1/target no-such-line`,
        `/phones/${enterprise}/keys/4/position no-such-key`,
        `/phones/${enterprise}/raw/GPP_SA form`,
        `/phones/${old}/modules/0 unknown`,
        `/phones/${old}/settings/phone.adminPassword not-carried`,
        `/phones/${old}/keys/2/type not-carried`,
      ]),
    );
    expect(found.filter((each) => each.includes(twin))).toEqual([]);
    expect(await everything(admin)).toEqual(before);
  });

  test("with fit gives each phone what it can have, and names the rest", async () => {
    const wish = { to: [enterprise, old], what: ["keys", "settings", "raw", "modules"], fit: true };
    const { totals, phones } = await admin.ok<Report>("POST", `/devices/${source}/copy`, wish);
    expect(totals).toMatchObject({ selected: 2, changed: 2, refused: 0 });
    const leftOut = (mac: string) => phones.find((phone) => phone.mac === mac)?.leftOut.map(({ pointer }) => pointer);
    expect(leftOut(enterprise)).toEqual(expect.arrayContaining(["/keys/1/target", "/keys/4/position", "/raw/GPP_SA"]));
    expect(leftOut(old)).toEqual(expect.arrayContaining(["/modules/0", "/keys/2/type", "/keys/3/position"]));
    const five = await admin.ok("GET", `/devices/${enterprise}`);
    expect(five).toMatchObject({ modules: ["BEKEM"], settings: { "time.zone": "Europe/Zagreb" }, raw: {} });
    expect(five["keys"]).toEqual([{ ...keys[0], target: { line: "205" } }, keys[2], keys[3]]);
    expect(await admin.ok("GET", `/devices/${old}`)).toMatchObject({
      modules: [],
      keys: [],
      settings: { "time.zone": "Europe/Zagreb" },
    });
  });

  test.each([
    ["nobody", [], all, "/to"],
    ["something that is no MAC", ["phone"], all, "/to/0"],
    ["a device that is not there", [twin, "02aa00000099"], all, "/to/1"],
    ["itself", [source], all, "/to/0"],
    ["one twice", [twin, twin.toUpperCase()], all, "/to/1"],
    ["nothing", [twin], [], "/what"],
    ["its lines", [twin], ["lines"], "/what/0"],
    ["a version that it has no more", [twin], all, "/version"],
  ])("to or of %s is refused", async (name, to, what, pointer) => {
    const before = await everything(admin);
    const version = name.includes("version") ? { version: 7 } : {};
    const { json } = await admin.call<ProblemBody>("POST", `/devices/${source}/copy`, { to, what, ...version });
    expect(json.errors.map((each) => each.pointer)).toEqual([pointer]);
    expect(await everything(admin)).toEqual(before);
  });

  test("needs a device to copy from", async () => {
    const { status } = await admin.call("POST", "/devices/02aa00000099/copy", { to: [twin], what: all });
    expect(status).toBe(404);
  });
});
