import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { addLines, everything, macOf } from "../support/admin-phones.ts";

interface Difference {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly secret?: true;
}
interface Group {
  readonly family: string;
  readonly effect: string;
  readonly count: number;
  readonly macs: readonly string[];
  readonly parameters: readonly string[];
  readonly sample: {
    readonly mac: string;
    readonly model: string;
    readonly parameters: readonly Difference[];
    readonly file?: { readonly name: string; readonly text?: string; readonly reason?: string };
  };
}
interface Plan {
  readonly totals: Readonly<Record<string, number>>;
  readonly groups: readonly Group[];
  readonly moreGroups: number;
}

let admin: AdminOffice;
const mpp = "cisco/8851-3pcc";
const [first, second, enterprise, old] = [macOf(1), macOf(2), macOf(3), macOf(4)];

beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("PATCH", "/sites/main", { settings: { "sip.server": "pbx.example.com" } });
  await admin.ok("POST", "/sites", { id: "split" });
  await admin.ok("POST", "/presets", { id: "desk" });
  await addLines(admin, ["201", "202", "203", "204", "205"]);
  await admin.ok("POST", "/devices", { mac: first, model: mpp, lines: ["201"], preset: "desk" });
  await admin.ok("POST", "/devices", { mac: second, model: mpp, lines: ["202"] });
  await admin.ok("POST", "/devices", { mac: enterprise, model: "cisco/8851", lines: ["203"] });
  await admin.ok("POST", "/devices", { mac: old, model: "cisco/7960", lines: ["204"] });
});
afterAll(() => admin.close());

const plan = (change: object) => admin.ok<Plan>("POST", "/plans-of-change", { change });
const refused = async (change: object) => {
  const { status, json } = await admin.call<ProblemBody>("POST", "/plans-of-change", { change });
  return { status, code: json.code, errors: json.errors };
};

describe("a plan of a change", () => {
  test("groups phones by family and by what changes, with a sample of each", async () => {
    const { totals, groups, moreGroups } = await plan({
      kind: "site",
      id: "main",
      settings: { "time.ntp": "ntp.example.com" },
    });
    expect(totals).toEqual({ devices: 4, changed: 4, silent: 3, registers: 0, restarts: 1 });
    expect(moreGroups).toBe(0);
    expect(groups[0]).toMatchObject({
      family: "cisco/mpp",
      effect: "silent",
      count: 2,
      macs: [first, second],
      parameters: ["Primary_NTP_Server"],
      sample: { mac: first, model: mpp, parameters: [{ name: "Primary_NTP_Server", after: "ntp.example.com" }] },
    });
    expect(groups.map(({ family, count }) => [family, count])).toEqual([
      ["cisco/mpp", 2],
      ["cisco/enterprise", 1],
      ["cisco/sip79xx", 1],
    ]);
  });

  test("shows the difference in the phone's own file", async () => {
    const { groups } = await plan({ kind: "device", mac: first, settings: { "phone.label": "Gate" } });
    const { file } = groups[0]?.sample ?? {};
    expect(file?.name).toContain(first);
    const changed = (file?.text ?? "").split("\n").filter((line) => /^[+-][^+-]/.test(line));
    expect(changed).toEqual([
      expect.stringMatching(/^-.*Station_Display_Name.*/),
      expect.stringMatching(/^\+.*Station_Display_Name.*Gate/),
    ]);
  });

  test.each<[string, string, object]>([
    ["a preset", "/presets/desk", { settings: { "time.zone": "Europe/Zagreb", "sip.transport": "tcp" } }],
    ["a line", "/lines/201", { extension: "291", displayName: "Ana", settings: { "voice.codecs": ["g722"] } }],
    ["lines of a device", `/devices/${first}`, { lines: ["201", "205"] }],
    [
      "keys and modules",
      `/devices/${first}`,
      { modules: ["BEKEM"], keys: [{ position: 3, type: "blf", target: { line: "204" } }] },
    ],
    ["raw values over the mapping", `/devices/${first}`, { raw: { Primary_NTP_Server: "raw", Dial_Tone: "350@-19" } }],
    [
      "a setting below a raw value",
      `/devices/${first}`,
      { settings: { "time.ntp": "unseen", "time.ntpBackup": "seen" } },
    ],
    ["what a raw value hid", `/devices/${first}`, { raw: { Primary_NTP_Server: null } }],
  ])("names exactly what then changes: %s", async (_name, path, change) => {
    const [, group = "", id = ""] = path.split("/");
    const kind = group.slice(0, -1);
    const { groups } = await plan({ kind, ...(kind === "device" ? { mac: id } : { id }), ...change });
    const told = await parametersOf(first);
    await admin.ok("PATCH", path, change);
    const now = await parametersOf(first);
    const names = [...new Set([...told.keys(), ...now.keys()])].filter((name) => told.get(name) !== now.get(name));
    const masked = groups[0]?.sample.parameters.filter(({ secret }) => secret).map(({ name }) => name) ?? [];
    expect(groups.map(({ macs }) => macs)).toEqual([[first]]);
    expect(new Set(groups[0]?.parameters)).toEqual(new Set([...names, ...masked]));
    expect(names.length).toBeGreaterThan(0);
  });

  test.each<[string, object, Partial<Record<"silent" | "registers" | "restarts", string[]>>]>([
    ["a new secret", { kind: "line", id: "202", secret: "MARKER-plan-1" }, { registers: [second] }],
    ["the proxy", { kind: "device", mac: enterprise, settings: { "sip.server": "b" } }, { registers: [enterprise] }],
    ["a codec of MPP", { kind: "device", mac: second, settings: { "voice.codecs": ["g711u"] } }, { silent: [second] }],
    [
      "a codec of an enterprise phone",
      { kind: "device", mac: enterprise, settings: { "voice.codecs": ["g711u"] } },
      { registers: [enterprise] },
    ],
    ["a VLAN", { kind: "device", mac: second, settings: { "network.vlan": 7 } }, { restarts: [second] }],
    ["anything on a 7960", { kind: "device", mac: old, settings: { "phone.label": "x" } }, { restarts: [old] }],
    ["a raw value", { kind: "device", mac: second, raw: { Proxy_Fallback_Intvl_1_: "9" } }, { registers: [second] }],
    ["a label that no phone is told", { kind: "device", mac: enterprise, label: "Attic" }, {}],
  ])("says what phones do for %s", async (_name, change, expected) => {
    const { totals, groups } = await plan(change);
    const byEffect = Object.fromEntries(groups.map(({ effect, macs }) => [effect, macs]));
    expect(byEffect).toEqual(expected);
    expect(totals).toMatchObject({ devices: 1, changed: Object.keys(expected).length });
  });

  test("hides secrets, and says that they differ", async () => {
    const change = { kind: "line", id: "202", secret: "MARKER-plan-2", displayName: "Ana" };
    const { text, json } = await admin.call<Plan>("POST", "/plans-of-change", { change });
    expect(text).not.toContain("MARKER");
    const [group] = json.groups;
    expect(group?.sample.parameters).toContainEqual({
      name: "Password_1_",
      before: "********",
      after: "********",
      secret: true,
    });
    expect(group?.sample.file?.text).toContain("Ana");
  });

  test("says where nothing but a secret differs, in the file by the name that the phone asks first", async () => {
    const { groups } = await plan({ kind: "line", id: "202", secret: "MARKER-plan-3" });
    expect(groups[0]?.sample.file).toEqual({
      name: `${groups[0]?.sample.mac}.xml`,
      reason: "only secrets differ, which are masked here",
    });
  });

  test("of another model gives names and no text", async () => {
    const { groups } = await plan({ kind: "device", mac: second, model: "cisco/8851" });
    expect(groups[0]?.sample.file).toMatchObject({ reason: "more than 400 lines differ" });
    expect(groups[0]?.parameters.length).toBeGreaterThan(100);
    expect(groups[0]?.sample.parameters.length).toBe(200);
  });

  test("changes nothing, whatever it is of", async () => {
    const before = await everything(admin);
    await plan({ kind: "organization", id: "default", settings: { "time.ntp": "x" } });
    await plan({ kind: "device", mac: first, lines: [], state: "disabled" });
    await plan({ kind: "line", id: "201", extension: "299" });
    expect(await everything(admin)).toEqual(before);
    expect((await admin.ok<{ items: Json[] }>("GET", "/changes?limit=1")).items).not.toMatchObject([{ documents: 0 }]);
  });
});

describe("a plan of a change that would be refused is refused alike", () => {
  test.each<[string, object, number, string]>([
    ["a kind that is none", { kind: "user", id: "x" }, 422, "/change/kind"],
    ["no id", { kind: "site", settings: {} }, 422, "/change/id"],
    ["no MAC", { kind: "device", id: "x" }, 422, "/change/mac"],
    ["a field that is none", { kind: "line", id: "201", model: "x" }, 422, "/change/model"],
    [
      "a value that is not possible",
      { kind: "site", id: "main", settings: { "sip.port": 0 } },
      422,
      "/settings/sip.port",
    ],
    ["an extension that is taken", { kind: "line", id: "201", extension: "202" }, 409, "/extension"],
    ["a stale version", { kind: "site", id: "main", version: 99 }, 409, "/version"],
  ])("%s", async (_name, change, status, pointer) => {
    const answer = await refused(change);
    expect([answer.status, answer.errors[0]?.pointer]).toEqual([status, pointer]);
  });

  test("a document that is not there", async () => {
    for (const change of [
      { kind: "site", id: "moon" },
      { kind: "device", mac: macOf(99) },
      { kind: "line", id: "9" },
    ])
      expect((await refused(change)).status).toBe(404);
    expect((await refused({ kind: "organization", id: "acme", settings: {} })).status).toBe(404);
  });
});

describe("a plan over 5,000 phones", () => {
  test("has every phone, and lets others have their turn", async () => {
    for (let from = 0; from < 5000; from += 1000) {
      const devices = Array.from({ length: 1000 }, (_, at) => ({
        mac: macOf(10_000 + from + at),
        model: mpp,
        site: "split",
      }));
      await admin.ok("POST", "/devices/bulk-add", { devices });
    }
    const change = { kind: "site", id: "split", settings: { "time.ntp": "crowd.example.com" } };
    let answered = 0;
    let isDone = false;
    const planned = plan(change).finally(() => {
      isDone = true;
    });
    for (; !isDone; answered++) await admin.call("GET", "//healthz");
    const { totals, groups } = await planned;
    expect(totals).toMatchObject({ devices: 5000, changed: 5000, silent: 5000 });
    expect([groups.length, groups[0]?.count, groups[0]?.macs.length]).toEqual([1, 5000, 50]);
    expect(answered).toBeGreaterThan(5);
  }, 60_000);
});

async function parametersOf(mac: string): Promise<Map<string, string>> {
  const { parameters } = await admin.ok<{ parameters: { name: string; value: string }[] }>(
    "GET",
    `/devices/${mac}/parameters`,
  );
  return new Map(parameters.map(({ name, value }) => [name, value]));
}
