import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything } from "../support/admin-phones.ts";

let admin: AdminOffice;
const ten = "001721820542";
const five = "00562b043615";
const six = "000e84abcdef";

/** Two lines of the phone's own, what the office shares, and a key that only a large phone has room for. */
const reception = [
  { position: 1, type: "line", target: { own: 1 } },
  { position: 2, type: "line", target: { own: 2 } },
  { position: 3, type: "blf", target: { line: "300" }, label: "Boss" },
  { position: 4, type: "speed-dial", target: { number: "*97" } },
  { position: 5, type: "service", target: { url: "http://intranet.example/menu.xml" } },
  { position: 9, type: "blf", target: { number: "301" } },
];

beforeAll(async () => {
  admin = await openAdminOffice();
  await addLines(admin, ["201", "202", "203", "300"]);
  await admin.ok("POST", "/presets", { id: "reception", keys: reception });
  await admin.ok("POST", "/devices", { mac: ten, model: "cisco/8851-3pcc", lines: ["201", "202"] });
  await admin.ok("POST", "/devices", { mac: five, model: "cisco/8851", lines: ["203"] });
  await admin.ok("POST", "/devices", { mac: six, model: "cisco/7960", lines: ["201"] });
});
afterAll(() => admin.close());

describe("the keys of a preset", () => {
  test("come back as they were given, are replaced as a whole, and go with null", async () => {
    const keys = [{ position: 1, module: 1, type: "line", target: { own: 2 }, label: "Mine" }];
    expect(await admin.ok("POST", "/presets", { id: "own", keys })).toMatchObject({ keys });
    expect(await admin.ok("PATCH", "/presets/own", { name: "Own" })).toMatchObject({ keys, name: "Own" });
    const other = [{ position: 3, type: "dnd" }];
    expect((await admin.ok("PATCH", "/presets/own", { keys: other }))["keys"]).toEqual(other);
    expect(await admin.ok("PATCH", "/presets/own", { keys: null })).not.toHaveProperty("keys");
  });

  test.each([
    ["a line key for a line by its id", [{ ...line(1), target: { line: "201" } }], "/keys/0/target", "not-possible"],
    ["a line key for a number", [line(1), { ...line(2), target: { number: "200" } }], "/keys/1/target", "not-possible"],
    ["a line key for nothing", [{ position: 1, type: "line" }], "/keys/0/target", "missing"],
    [
      "a BLF for the phone's own line",
      [{ position: 1, type: "blf", target: { own: 1 } }],
      "/keys/0/target",
      "not-possible",
    ],
    [
      "a service at a number",
      [{ position: 1, type: "service", target: { number: "1" } }],
      "/keys/0/target",
      "not-possible",
    ],
    ["two keys at one place", [line(1), line(1)], "/keys/1/position", "doubled"],
    [
      "a line that is not there",
      [{ position: 1, type: "blf", target: { line: "nobody" } }],
      "/keys/0/target/line",
      "not-found",
    ],
    ["a line number 0", [{ position: 1, type: "line", target: { own: 0 } }], "/keys/0/target/own", "minimum"],
    ["a type that there is not", [{ position: 1, type: "rocket" }], "/keys/0/type", "enum"],
  ])("refuse %s", async (_name, keys, pointer, code) => {
    const before = await everything(admin);
    for (const [method, path] of [
      ["POST", "/presets"],
      ["PATCH", "/presets/reception"],
    ] as const) {
      const { status, json } = await admin.call<ProblemBody>(method, path, { keys });
      expect([status, json.code]).toEqual([422, "INVALID"]);
      expect(json.errors).toContainEqual(expect.objectContaining({ pointer, code }));
    }
    expect(await everything(admin)).toEqual(before);
  });

  test("are for presets alone", async () => {
    const { json } = await admin.call<ProblemBody>("PATCH", "/sites/main", { keys: [] });
    expect(json.errors).toMatchObject([{ pointer: "/keys", code: "unknown" }]);
  });

  test("keep the lines that they name", async () => {
    const { json } = await admin.call<ProblemBody>("DELETE", "/lines/300");
    expect(json).toMatchObject({ status: 409, code: "CONFLICT", detail: expect.stringContaining("preset reception") });
  });
});

function line(position: number) {
  return { position, type: "line", target: { own: 1 } };
}

describe("a preset's layout", () => {
  test("tried on a phone, shows the phone as it would be and changes nothing", async () => {
    const before = await everything(admin);
    const tried = await admin.call("POST", `/devices/${ten}/key-layout`, { preset: "reception", dryRun: true });
    expect([tried.status, tried.headers.get("etag")]).toEqual([200, '"1"']);
    expect(tried.json).toMatchObject({ version: 1, leftOut: [] });
    expect(tried.json["keys"]).toHaveLength(6);
    expect(await everything(admin)).toEqual(before);
  });

  test("becomes the keys of a large phone, its own lines in their places", async () => {
    const laid = await admin.call("POST", `/devices/${ten}/key-layout`, { preset: "reception" });
    expect([laid.status, laid.headers.get("etag")]).toEqual([200, '"2"']);
    const [first, second, ...others] = reception;
    const keys = [{ ...first, target: { line: "201" } }, { ...second, target: { line: "202" } }, ...others];
    expect(laid.json).toMatchObject({ mac: ten, version: 2, revision: { n: 2 }, leftOut: [] });
    expect(laid.json["keys"]).toEqual(keys);
    const { leftOut: _, ...device } = laid.json;
    expect(await admin.ok("GET", `/devices/${ten}`)).toEqual(device);
    const { parameters } = await admin.ok<{ parameters: Json[] }>("GET", `/devices/${ten}/parameters`);
    expect(parameters).toContainEqual({ name: "Extension_2_", value: "2", secret: false });
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/audit?limit=2");
    expect(items.map(({ action, id }) => [action, id])).toEqual([
      ["device.key-layout", ten],
      ["preset.change", "own"],
    ]);
  });

  test("is the device's own from then on", async () => {
    await admin.ok("PATCH", "/presets/reception", { keys: reception.slice(0, 5) });
    expect((await admin.ok<{ keys: Json[] }>("GET", `/devices/${ten}`)).keys).toHaveLength(6);
    await admin.ok("PATCH", "/presets/reception", { keys: reception });
  });

  test.each([
    [five, ["/keys/1/target no-such-line", "/keys/5/position no-such-key"]],
    [
      six,
      [
        "/keys/1/target no-such-line",
        ...[2, 3, 4, 5].map((key) => `/keys/${key}/type not-carried`),
        "/keys/5/position no-such-key",
      ],
    ],
  ])("refused for %s names every key at once, as the preset counts them", async (mac, expected) => {
    const before = await everything(admin);
    const wish = { preset: "reception" };
    const { status, json } = await admin.call<ProblemBody>("POST", `/devices/${mac}/key-layout`, wish);
    expect([status, json.code]).toEqual([422, "INVALID"]);
    expect(json.errors.map(({ pointer, code }) => `${pointer} ${code}`).sort()).toEqual([...expected].sort());
    expect(await everything(admin)).toEqual(before);
  });

  test("with fit leaves out what a smaller phone has no room or line for, and says so", async () => {
    const laid = await admin.ok<{ keys: Json[]; leftOut: Json[] }>("POST", `/devices/${five}/key-layout`, {
      preset: "reception",
      fit: true,
    });
    expect(laid.keys).toEqual([{ ...reception[0], target: { line: "203" } }, ...reception.slice(2, 5)]);
    expect(laid.leftOut).toEqual([
      { pointer: "/keys/1/target", code: "no-such-line", detail: "this phone has 1 lines, and no line 2" },
      { pointer: "/keys/5/position", code: "no-such-key", detail: "cisco/8851 has 5 keys, not 9" },
    ]);
  });

  test("with fit still leaves no line of the phone without a key", async () => {
    await admin.ok("POST", "/presets", {
      id: "full",
      keys: [1, 2, 3, 4, 5].map((position) => ({ position, type: "dnd" })),
    });
    const { json } = await admin.call<ProblemBody>("POST", `/devices/${five}/key-layout`, {
      preset: "full",
      fit: true,
    });
    expect(json.errors).toMatchObject([{ pointer: "/keys", code: "no-key" }]);
  });

  test.each([
    ["a preset that is not there", ten, { preset: "nothing" }, 422, "/preset"],
    ["a preset without keys", ten, { preset: "own" }, 422, "/preset"],
    ["no preset", ten, {}, 422, "/preset"],
    ["a stale version", ten, { preset: "reception", version: 1 }, 409, "/version"],
  ])("is refused for %s", async (_name, mac, body, status, pointer) => {
    const before = await everything(admin);
    const refused = await admin.call<ProblemBody>("POST", `/devices/${mac}/key-layout`, body);
    expect([refused.status, refused.json.errors[0]?.pointer]).toEqual([status, pointer]);
    expect(await everything(admin)).toEqual(before);
  });

  test("needs a device", async () => {
    const { status } = await admin.call("POST", "/devices/02aa00000099/key-layout", { preset: "reception" });
    expect(status).toBe(404);
  });
});
