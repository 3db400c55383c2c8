import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything, macOf, type Report } from "../support/admin-phones.ts";

let admin: AdminOffice;
const ten = macOf(1);
const five = macOf(2);
const old = macOf(3);

beforeAll(async () => {
  admin = await openAdminOffice();
  await addLines(admin, ["201", "202"]);
  await admin.ok("POST", "/sites", { id: "split" });
  await admin.ok("POST", "/presets", { id: "lobby", settings: { "time.ntp": "lobby.example" } });
  await admin.ok("POST", "/devices", { mac: ten, model: "cisco/8851-3pcc", lines: ["201"], label: "Gate" });
  await admin.ok("POST", "/devices", { mac: five, model: "cisco/8851", site: "split", lines: ["202"] });
  await admin.ok("POST", "/devices", { mac: old, model: "cisco/7960", preset: "lobby", site: "split" });
});
afterAll(() => admin.close());

const bulk = (body: object) => admin.call<Report & ProblemBody>("POST", "/devices/bulk", body);
const zone = { settings: { "time.zone": "Europe/Zagreb" } };

describe("a selection", () => {
  test.each([
    [{ all: true }, [ten, five, old]],
    [{ macs: ["02:AA:00:00:00:02", ten] }, [ten, five]],
    [{ site: "split" }, [five, old]],
    [{ model: "cisco/7960" }, [old]],
    [{ family: "cisco/mpp" }, [ten]],
    [{ preset: "lobby" }, [old]],
    [{ state: "staged" }, [old]],
    [{ q: "gate" }, [ten]],
    [{ q: "202" }, [five]],
    [{ site: "split", state: "ready" }, [five]],
    [{ site: "main", preset: "lobby" }, []],
  ])("%j is of %j", async (select, macs) => {
    const { json } = await bulk({ select, change: zone, dryRun: true });
    expect(json.phones.map(({ mac }) => mac)).toEqual(macs);
    expect(json.totals["selected"]).toBe(macs.length);
  });

  test.each([
    ["of nobody", {}, "/select"],
    ["of all but not quite", { all: false }, "/select/all"],
    ["by a field there is not", { colour: "red" }, "/select/colour"],
    ["by a blank search", { q: " " }, "/select/q"],
    ["of something that is no MAC", { macs: [ten, "phone"] }, "/select/macs/1"],
    ["of a device that is not there", { macs: [ten, macOf(99)] }, "/select/macs/1"],
    ["of a site that is not there", { site: "moon" }, "/select/site"],
    ["of a preset that is not there", { preset: "moon" }, "/select/preset"],
    ["of a model that is not there", { model: "cisco/8851-3pc" }, "/select/model"],
    ["of a family that is not there", { family: "cisco" }, "/select/family"],
    ["of more than 5,000 MACs", { macs: Array.from({ length: 5001 }, () => ten) }, "/select/macs"],
  ])("%s is refused", async (_name, select, pointer) => {
    const before = await everything(admin);
    const { status, json } = await bulk({ select, change: zone });
    expect([status, json.errors.map((each) => each.pointer)]).toEqual([422, [pointer]]);
    expect(await everything(admin)).toEqual(before);
  });
});

describe("a change", () => {
  test.each([
    ["of nothing", {}, "/change"],
    ["of lines", { lines: [] }, "/change/lines"],
    ["to an unknown setting", { settings: { "sip.sever": "x" } }, "/change/settings/sip.sever"],
    ["to a wrong value", { settings: { "sip.port": "x" } }, "/change/settings/sip.port"],
    ["to a setting of another layer", { settings: { "provision.rule": "x" } }, "/change/settings/provision.rule"],
    ["to a site that is not there", { site: "moon" }, "/change/site"],
    ["to a preset that is not there", { preset: "moon" }, "/change/preset"],
  ])("%s is refused as a whole, also when it is only tried", async (_name, change, pointer) => {
    const before = await everything(admin);
    for (const dryRun of [true, false]) {
      const { status, json } = await bulk({ select: { all: true }, change, dryRun });
      expect([status, json.errors.map((each) => each.pointer)]).toEqual([422, [pointer]]);
    }
    expect(await everything(admin)).toEqual(before);
  });

  test.each([
    [{ settings: { "sip.transport": "tls" } }, five, "/settings/sip.transport", "not-carried"],
    [{ raw: { Station_Name: "x" } }, five, "/raw/Station_Name", "form"],
    [{ raw: { Station_Name: "x" } }, old, "/raw/Station_Name", "unknown-parameter"],
    [{ state: "ready" }, old, "/state", "not-possible"],
    [{ state: "staged" }, ten, "/state", "not-possible"],
  ])("%j is refused for all because of phone %s, which is named", async (change, mac, pointer, code) => {
    const before = await everything(admin);
    const tried = await bulk({ select: { all: true }, change, dryRun: true });
    const phone = tried.json.phones.find((each) => each.mac === mac);
    expect(phone).toMatchObject({ changes: false, errors: [{ pointer, code }] });
    expect(tried.json.totals["refused"]).toBe(tried.json.phones.filter(({ errors }) => errors.length > 0).length);
    const { status, json } = await bulk({ select: { all: true }, change });
    expect([status, json.code]).toEqual([422, "INVALID"]);
    expect(json.errors).toContainEqual(expect.objectContaining({ pointer: `/phones/${mac}${pointer}`, code }));
    expect(await everything(admin)).toEqual(before);
  });

  test("that is only tried says which phones change, and how, and changes nothing", async () => {
    await admin.ok("PATCH", `/devices/${ten}`, zone);
    const before = await everything(admin);
    const { json } = await bulk({ select: { all: true }, change: { ...zone, label: "Gate" }, dryRun: true });
    expect(json.totals).toEqual({
      selected: 3,
      changed: 2,
      unchanged: 1,
      refused: 0,
      newRevisions: 2,
      restarting: 1,
    });
    expect(json.phones).toMatchObject([
      { mac: five, changes: true, newRevision: true, restarts: false },
      // cisco.md E.2: a 7960 reboots to take anything.
      { mac: old, changes: true, newRevision: true, restarts: true },
      { mac: ten, changes: false, newRevision: false, parameters: [] },
    ]);
    expect(json.phones[0]?.parameters).toContain("device/devicePool/dateTimeSetting/timeZone");
    expect(json.phones[0]?.parameters).not.toContain("device/versionStamp");
    expect(await everything(admin)).toEqual(before);
  });

  test("is made, audited at each phone that it changed, and gives these their revision", async () => {
    const { status, json } = await bulk({ select: { all: true }, change: { ...zone, label: "Gate" } });
    expect([status, json.totals["changed"]]).toEqual([200, 2]);
    for (const mac of [ten, five, old]) {
      const device = await admin.ok("GET", `/devices/${mac}`);
      expect(device).toMatchObject({ label: "Gate", ...zone, version: 2, revision: { n: 2 } });
    }
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=3");
    expect(items.map(({ action, id }) => `${action} ${id}`)).toEqual([
      `device.bulk-change ${old}`,
      `device.bulk-change ${five}`,
      `device.change ${ten}`,
    ]);
    expect(items[0]).toMatchObject({ actor: "root-token", detail: { fields: ["settings", "label"] } });
  });

  test("may only be about the device, and leave what its phone is told as it is", async () => {
    const { json } = await bulk({ select: { macs: [five] }, change: { label: "Door", state: "disabled" } });
    expect(json.phones).toMatchObject([{ changes: true, newRevision: false, parameters: [] }]);
    expect(await admin.ok("GET", `/devices/${five}`)).toMatchObject({ state: "disabled", revision: { n: 2 } });
  });

  test("gives values back with null", async () => {
    await bulk({ select: { all: true }, change: { settings: { "time.zone": null }, preset: null, label: null } });
    const device = await admin.ok("GET", `/devices/${old}`);
    expect(device["settings"]).toEqual({});
    expect([device["preset"], device["label"]]).toEqual([undefined, undefined]);
  });

  test("never shows a secret, and seals it for each phone", async () => {
    const secret = "MARKER-7f3a-door";
    const change = { settings: { "phone.adminPassword": secret }, raw: { GPP_SA: `${secret}-raw` } };
    const select = { family: "cisco/mpp" };
    for (const dryRun of [true, false]) {
      const { status, text, json } = await bulk({ select, change, dryRun });
      expect([status, text.includes(secret), text.includes("sealed:")]).toEqual([200, false, false]);
      expect(json.phones[0]?.parameters).toEqual(expect.arrayContaining(["Admin_Password", "GPP_SA"]));
    }
    expect(JSON.stringify(await admin.documents())).not.toContain(secret);
    expect((await bulk({ select, change })).json.totals).toMatchObject({ changed: 0, unchanged: 1 });
    const desk = await admin.ok<{ parameters: Json[] }>("GET", `/devices/${ten}/parameters`);
    expect(desk.parameters).toContainEqual({ name: "GPP_SA", value: "********", secret: true });
  });

  test("says which phones restart, where their profile says so", async () => {
    const { mapping } = admin.office.catalogue.family("cisco/mpp");
    const target = mapping.find(({ to }) => to === "Primary_NTP_Server");
    if (!target) throw new Error("no row to plant on");
    target.restarts = true;
    const change = { settings: { "time.ntp": "restart.example" } };
    const { json } = await bulk({ select: { all: true }, change, dryRun: true });
    delete target.restarts;
    expect(json.totals["restarting"]).toBe(2);
    expect(json.phones.filter(({ restarts }) => restarts).map(({ mac }) => mac)).toEqual([ten, old]);
  });
});
