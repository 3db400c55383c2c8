import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything, macOf } from "../support/admin-phones.ts";

let admin: AdminOffice;
const there = macOf(900);
const elsewhere = macOf(901);

beforeAll(async () => {
  admin = await openAdminOffice();
  await addLines(admin, ["201", "202", "203"]);
  await admin.ok("POST", "/sites", { id: "split" });
  await admin.ok("POST", "/devices", { mac: there, model: "cisco/8851" });
  const { config } = admin.office.stores;
  await config.transaction((transaction) =>
    transaction.put({ organization: "acme", kind: "device", id: elsewhere }, {}, { unique: [`mac:${elsewhere}`] }),
  );
});
afterAll(() => admin.close());

interface Report {
  readonly totals: Json;
  readonly devices: readonly {
    readonly mac: string;
    readonly errors: readonly Json[];
    readonly warnings: readonly { readonly name: string }[];
  }[];
}

const add = (devices: unknown, query = "") =>
  admin.call<Report & ProblemBody>("POST", `/devices/bulk-add${query}`, { devices });
const model = "cisco/8851-3pcc";
const plain = (n: number) => ({ mac: macOf(n), model });

describe("devices added in bulk", () => {
  test("are what adding each alone would have made of them", async () => {
    const given = { model, site: "split", lines: ["201"], label: "Gate", settings: { "time.zone": "Europe/Zagreb" } };
    const alone = await admin.ok("POST", "/devices", { mac: macOf(1), ...given });
    await admin.ok("DELETE", `/devices/${macOf(1)}`);
    const { status, json } = await add([
      { mac: "02:AA:00:00:00:01", ...given },
      { mac: macOf(2), model: "cisco/7960" },
    ]);
    expect([status, json.totals]).toEqual([200, { given: 2, added: 2, refused: 0 }]);
    expect(json.devices).toEqual([
      { mac: "02aa00000001", errors: [], warnings: alone["warnings"] },
      { mac: "02aa00000002", errors: [], warnings: [] },
    ]);
    expect(await admin.ok("GET", `/devices/${macOf(1)}`)).toEqual(alone);
    expect(await admin.ok("GET", `/devices/${macOf(2)}`)).toMatchObject({ state: "staged", revision: { n: 1 } });
  });

  test("are audited one by one, with the names of what was given", async () => {
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=2");
    expect(items).toMatchObject([
      { actor: "root-token", action: "device.bulk-add", id: macOf(2), detail: { fields: ["model"] } },
      { id: macOf(1), detail: { fields: ["model", "site", "lines", "label", "settings"] } },
    ]);
  });

  test("get their files as soon as the answer is there, and are strangers no more", async () => {
    const path = `/${macOf(3)}.xml`;
    const ask = () => admin.provision({ via: "http", path, address: "10.0.0.1" });
    await expect(ask()).rejects.toMatchObject({ code: "NOT_PROVEN" });
    admin.office.strangers.note({
      mac: macOf(3) as never,
      address: "10.0.0.1",
      name: path,
      at: "2026-01-01T00:00:00Z",
    });
    await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 5 });
    expect((await add([{ ...plain(3), lines: ["202"] }])).status).toBe(200);
    const reply = await ask();
    expect(String("body" in reply && reply.body)).toContain(">202<");
    expect(admin.office.strangers.list().map(({ mac }) => mac)).not.toContain(macOf(3));
  });

  test("keep secrets sealed, and let unknown names pass by force", async () => {
    const secret = "MARKER-7f3a-bulk";
    const devices = [{ ...plain(4), settings: { "phone.adminPassword": secret }, raw: { Future_Option: secret } }];
    expect((await add(devices)).json.errors).toMatchObject([{ pointer: "/devices/0/raw/Future_Option" }]);
    const { status, text } = await add(devices, "?force=true");
    expect([status, text.includes(secret)]).toEqual([200, false]);
    expect(JSON.stringify(await admin.documents())).not.toContain(secret);
  });

  test("may be 1,000 in one call", async () => {
    const devices = Array.from({ length: 1000 }, (_, index) => plain(5000 + index));
    const { json } = await add(devices);
    expect(json.totals).toEqual({ given: 1000, added: 1000, refused: 0 });
    expect(json.devices.map(({ mac }) => mac)).toEqual(devices.map(({ mac }) => mac));
    for (const { mac } of [devices[0], devices[999]] as Json[]) {
      expect(await admin.ok("GET", `/devices/${mac}`)).toMatchObject({ version: 1, revision: { n: 1 } });
    }
  });
});

const refused: readonly [name: string, device: object, pointer: string, code: string][] = [
  ["a MAC of eleven digits", { mac: "02aa0000001", model }, "/mac", "mac"],
  ["the MAC of another one in the call", { mac: "02-AA-00-00-00-64", model }, "/mac", "doubled"],
  ["a MAC that is there already", { mac: there, model }, "/mac", "taken"],
  ["a MAC of another organization", { mac: elsewhere, model }, "/mac", "taken"],
  ["a model that is not there", { mac: macOf(101), model: "cisco/8851-3pc" }, "/model", "unknown-model"],
  ["a line that is not there", { mac: macOf(103), model, lines: ["201", "299"] }, "/lines/1", "not-found"],
  ["a site that is not there", { mac: macOf(104), model, site: "moon" }, "/site", "not-found"],
  [
    "a setting that its phone can't be told",
    { mac: macOf(105), model: "cisco/8851", settings: { "sip.transport": "tls" } },
    "/settings/sip.transport",
    "not-carried",
  ],
];

describe("one device that is refused keeps all from being added", () => {
  test.each(refused)("%s", async (_name, device, pointer, code) => {
    const before = await everything(admin);
    const { status, json } = await add([plain(100), device, plain(102)]);
    expect([status, json.code]).toEqual([422, "INVALID"]);
    expect(json.errors).toMatchObject([{ pointer: `/devices/1${pointer}`, code }]);
    expect(await everything(admin)).toEqual(before);
  });

  test("and each of them is named at once", async () => {
    const { json } = await add([plain(100), ...refused.map(([, device]) => device)]);
    expect(json.errors.map(({ pointer }) => pointer)).toEqual(
      refused.map(([, , pointer], at) => `/devices/${at + 1}${pointer}`),
    );
  });

  test("while a dry run reports every one, and adds none", async () => {
    const before = await everything(admin);
    const { status, json } = await add([plain(100), ...refused.map(([, device]) => device)], "?dryRun=true");
    expect([status, json.totals]).toEqual([200, { given: 9, added: 1, refused: 8 }]);
    expect(json.devices[0]).toMatchObject({ mac: macOf(100), errors: [] });
    refused.forEach(([, , pointer, code], at) => {
      expect(json.devices[at + 1]?.errors).toMatchObject([{ pointer, code }]);
    });
    expect(await everything(admin)).toEqual(before);
  });
});

test.each([
  ["nobody", { devices: [] }, "/devices"],
  ["no list", {}, "/devices"],
  ["more than 1,000", { devices: Array.from({ length: 1001 }, (_, index) => plain(index)) }, "/devices"],
  ["a field that is none", { devices: [plain(100), { ...plain(101), colour: 4 }] }, "/devices/1/colour"],
  ["a MAC that is a number", { devices: [{ mac: 7, model }] }, "/devices/0/mac"],
])("%s is refused", async (_name, body, pointer) => {
  const before = await everything(admin);
  for (const query of ["", "?dryRun=true"]) {
    const { status, json } = await admin.call<ProblemBody>("POST", `/devices/bulk-add${query}`, body);
    expect([status, json.errors.map((each) => each.pointer)]).toEqual([422, [pointer]]);
  }
  expect(await everything(admin)).toEqual(before);
});

test("a body may be larger than of other calls, up to 2 MiB", async () => {
  const raw = { GPP_A: "x".repeat(4000) };
  const { status, json } = await add([...Array(400)].map((_, index) => ({ ...plain(index), mac: macOf(8000), raw })));
  expect([status, json.errors[0]?.code]).toEqual([422, "doubled"]);
  expect((await add([...Array(600)].map(() => ({ ...plain(100), raw })))).status).toBe(413);
});

test("a MAC that somebody else takes while it is checked is refused, and the others with it", async () => {
  const { config } = admin.office.stores;
  const transaction = config.transaction.bind(config);
  vi.spyOn(config, "transaction").mockImplementationOnce(async (work) => {
    await admin.ok("POST", "/devices", plain(201));
    return await transaction(work);
  });
  const { json } = await add([plain(200), plain(201)]);
  vi.restoreAllMocks();
  expect(json.errors).toMatchObject([{ pointer: "/devices/1/mac", code: "taken" }]);
  expect((await admin.call("GET", `/devices/${macOf(200)}`)).status).toBe(404);
});
