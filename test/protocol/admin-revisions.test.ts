import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, macOf } from "../support/admin-phones.ts";

interface Listed {
  readonly n: number;
  readonly digest: string;
  readonly by: string;
  readonly why: string;
  readonly current: boolean;
  readonly served: boolean;
}
interface Difference {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly secret?: true;
}
interface Compared {
  readonly before: Listed;
  readonly after: Listed;
  readonly sameDocuments: boolean;
  readonly parameters: readonly Difference[];
}
interface Reverted {
  readonly documents: readonly { readonly kind: string; readonly id: string }[];
  readonly parameters: readonly Difference[];
  readonly exact: boolean;
  readonly since: readonly Listed[];
}

let admin: AdminOffice;
let count = 0;
let mac = "";
let line = "";
const model = "cisco/8851-3pcc";

beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("PATCH", "/sites/main", { settings: { "sip.server": "pbx.example.com" } });
});
afterAll(() => admin.close());

/** Each test has a phone and a line of its own. */
beforeEach(async () => {
  count++;
  mac = macOf(count);
  line = String(200 + count);
  await addLines(admin, [line]);
  await admin.ok("POST", "/devices", { mac, model, lines: [line], settings: { "phone.label": "First" } });
});

const change = (body: object) => admin.ok("PATCH", `/devices/${mac}`, body);
const list = async () => (await admin.ok<{ items: Listed[] }>("GET", `/devices/${mac}/revisions`)).items;
const compare = (path: string) => admin.ok<Compared>("GET", `/devices/${mac}/revisions/${path}`);
const revert = (n: number, body: object = {}) =>
  admin.call<Reverted & ProblemBody>("POST", `/devices/${mac}/revisions/${n}/revert`, body);
const file = async () => (await admin.call("GET", `/devices/${mac}/files/${mac}.xml`)).text;
const device = () => admin.ok("GET", `/devices/${mac}`);

describe("the revisions of a device", () => {
  test("say who made each, why, and which one the phone has", async () => {
    await change({ settings: { "phone.label": "Second" } });
    const [second, first] = (await list()) as [Listed, Listed];
    admin.office.presence.note("default", mac as never, { served: { ...first, at: new Date().toISOString() } });
    expect(await list()).toEqual([
      { ...second, n: 2, by: "root-token", why: `device.change ${mac}`, current: true, served: false },
      { ...first, n: 1, by: "root-token", why: `device.add ${mac}`, current: false, served: true },
    ]);
  });

  test("differ by parameter, with secrets masked", async () => {
    await change({ settings: { "phone.label": "Second", "phone.adminPassword": "MARKER-secret-1" } });
    await admin.ok("PATCH", `/lines/${line}`, { secret: "MARKER-secret-2", displayName: "Ana" });
    const answer = await admin.call<Compared>("GET", `/devices/${mac}/revisions/1`);
    expect(answer.text).not.toContain("MARKER");
    expect(answer.json).toMatchObject({ before: { n: 1 }, after: { n: 3 }, sameDocuments: false });
    expect(answer.json.parameters).toEqual(
      expect.arrayContaining([
        { name: "Station_Display_Name", before: "First", after: "Second" },
        { name: "Admin_Password", after: "********", secret: true },
        { name: "Display_Name_1_", before: line, after: "Ana" },
        { name: "Password_1_", before: "********", after: "********", secret: true },
      ]),
    );
    expect((await compare("2?against=1")).parameters).toContainEqual({
      name: "Station_Display_Name",
      before: "Second",
      after: "First",
    });
    expect((await compare("2?against=3")).parameters.map(({ name }) => name)).not.toContain("Station_Display_Name");
  });

  test("are said to differ by a layer where the device and its lines are the same", async () => {
    await admin.ok("PATCH", "/sites/main", { settings: { "time.ntp": `ntp${count}.example.com` } });
    expect(await compare("1")).toMatchObject({
      before: { n: 1 },
      after: { n: 2 },
      sameDocuments: true,
      parameters: [],
    });
  });

  test("are not there beyond the last twenty", async () => {
    for (let n = 2; n <= 22; n++) await change({ settings: { "phone.label": `Label ${n}` } });
    expect((await list()).map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, at) => 22 - at));
    const { status, json } = await admin.call<ProblemBody>("GET", `/devices/${mac}/revisions/2`);
    expect([status, json.detail]).toEqual([404, "there is no revision 2; the last twenty are kept"]);
    expect((await revert(2)).status).toBe(404);
    expect((await admin.call("GET", `/devices/${mac}/revisions/0`)).status).toBe(422);
  });
});

describe("a revert", () => {
  test("puts the device and its lines back as a new revision", async () => {
    const before = await file();
    await change({ settings: { "phone.label": "Second", "time.ntp": "x" }, raw: { Dial_Tone: "1" }, label: "Desk" });
    await admin.ok("PATCH", `/lines/${line}`, { displayName: "Ana" });
    const { status, json } = await revert(1);
    expect([status, json.exact, json.since]).toEqual([200, true, []]);
    expect(json.documents).toEqual([
      { kind: "line", id: line },
      { kind: "device", id: mac },
    ]);
    expect(json.parameters).toContainEqual({ name: "Display_Name_1_", before: "Ana", after: line });
    expect(await file()).toBe(before);
    expect((await device())["label"]).toBeUndefined();
    const [newest, , , first] = (await list()) as [Listed, Listed, Listed, Listed];
    expect(newest).toMatchObject({ n: 4, by: "root-token", why: "device.revert 1", digest: first.digest });
  });

  test("leaves a line the secret that it has: its PBX has that one", async () => {
    await admin.ok("PATCH", `/lines/${line}`, { secret: "another-secret", displayName: "Ana" });
    const stored = async () =>
      (await admin.office.stores.config.get<Json>({ organization: "default", kind: "line", id: line }))?.body;
    const present = await stored();
    const { status, json } = await revert(1);
    expect([status, json.exact]).toEqual([200, false]);
    expect(await stored()).toEqual({ ...present, displayName: line });
  });

  test("tells in a dry run what it would do, and does nothing", async () => {
    await change({ settings: { "phone.label": "Second" } });
    const before = await admin.documents();
    const { json } = await revert(1, { dryRun: true });
    expect(json).toEqual({
      documents: [{ kind: "device", id: mac }],
      parameters: [{ name: "Station_Display_Name", before: "Second", after: "First" }],
      exact: true,
      since: [],
    });
    expect(await admin.documents()).toEqual(before);
  });

  test("says what layers changed since, which stays", async () => {
    await change({ settings: { "phone.label": "Second" } });
    await admin.ok("PATCH", "/sites/main", { settings: { "time.ntp": `later${count}.example.com` } });
    const { json } = await revert(1);
    expect(json).toMatchObject({ exact: false, since: [{ n: 3, why: "site.change main" }] });
    expect(await file()).toContain(`later${count}.example.com`);
    expect(await file()).toContain("First");
  });

  test("makes a line again that was deleted meanwhile", async () => {
    const before = await file();
    await change({ lines: [] });
    await admin.ok("DELETE", `/lines/${line}`);
    expect((await revert(1)).json).toMatchObject({ exact: true });
    expect(await file()).toBe(before);
  });

  test("can be undone", async () => {
    await change({ settings: { "phone.label": "Second" } });
    await revert(1);
    const { items } = await admin.ok<{ items: { id: string }[] }>("GET", "/changes?limit=1");
    await admin.ok("POST", `/changes/${items[0]?.id}/undo`);
    expect(await file()).toContain("Second");
  });

  test("does not bring a retired phone back", async () => {
    await change({ state: "retired", settings: { "phone.label": "Second" } });
    await revert(1);
    expect(await device()).toMatchObject({ state: "retired", settings: { "phone.label": "First" } });
  });

  test("changes nothing where nothing is different", async () => {
    const before = await admin.documents();
    expect((await revert(1)).json).toEqual({ documents: [], parameters: [], exact: true, since: [] });
    expect(await admin.documents()).toEqual(before);
  });

  test.each([
    [
      "the extension is taken",
      "line thief has the extension",
      async () => {
        await change({ lines: [] });
        await admin.ok("DELETE", `/lines/${line}`);
        await admin.ok("POST", "/lines", { id: "thief", extension: line });
      },
    ],
    [
      "another device has the line",
      "has line",
      async () => {
        await change({ lines: [] });
        await admin.ok("POST", "/devices", { mac: macOf(900), model, lines: [line] });
      },
    ],
    [
      "the site is gone",
      'there is no site "attic"',
      async () => {
        await admin.ok("POST", "/sites", { id: "attic", settings: { "sip.server": "pbx.example.com" } });
        await change({ site: "attic", settings: { "phone.label": "Attic" } });
        await change({ site: "main", settings: { "phone.label": "Down" } });
        await admin.ok("DELETE", "/sites/attic");
      },
      2,
    ],
    [
      "the version is not the one that was seen",
      "was changed meanwhile",
      async () => {
        await change({ label: "Desk" });
      },
      1,
      { version: 1 },
    ],
  ] as [string, string, () => Promise<void>, number?, object?][])(
    "is refused when %s, and changes nothing",
    async (_name, detail, prepare, n = 1, body = {}) => {
      await prepare();
      const before = await admin.documents();
      const { status, json } = await revert(n, body);
      expect([status, json.code, json.detail]).toEqual([409, "CONFLICT", expect.stringContaining(detail)]);
      expect(await admin.documents()).toEqual(before);
    },
  );
});
