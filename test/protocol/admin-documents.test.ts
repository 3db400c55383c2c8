import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
});
afterAll(() => admin.close());

const strange = `Zoë "<&>' O’Neil 🦊 ]]> {{x}}`;

interface Versioned extends Json {
  readonly version: number;
}

const documents: readonly [path: string, id: string, body: object, change: object][] = [
  ["/sites", "zagreb", { id: "zagreb", name: "Zagreb" }, { name: "Zagreb 2" }],
  ["/presets", "lobby", { id: "lobby", name: "Lobby" }, { name: "Lobby 2" }],
  ["/lines", "zoe", { id: "zoe", extension: "201" }, { displayName: "Zoë" }],
  ["/devices", "001721820542", { mac: "00:17:21:82:05:42", model: "cisco/8851-3pcc" }, { label: "Desk" }],
];

describe.each(documents)("a document of %s", (path, id, body, change) => {
  const url = `${path}/${id}`;

  test("is added, with its place and version", async () => {
    const added = await admin.call("POST", path, body);
    expect(added.status, added.text).toBe(201);
    expect(added.headers.get("location")).toBe(`/api/v1${url}`);
    expect(added.headers.get("etag")).toBe('"1"');
    expect(added.json).toMatchObject({ version: 1 });
    const read = await admin.call("GET", url);
    expect([read.status, read.headers.get("etag")]).toEqual([200, '"1"']);
    expect(read.json).toEqual(added.json);
    expect((await admin.call("POST", path, body)).status).toBe(409);
  });

  test("is changed by whoever has seen the latest version", async () => {
    const changed = await admin.call("PATCH", url, change, { "if-match": '"1"' });
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, '"2"']);
    expect(changed.json).toMatchObject({ ...change, version: 2 });
    const stale = await admin.call<ProblemBody>("PATCH", url, change, { "if-match": '"1"' });
    expect([stale.status, stale.json.code]).toEqual([412, "STALE"]);
    const seen = await admin.call<ProblemBody>("PATCH", url, { ...change, version: 1 });
    expect([seen.status, seen.json.code, seen.json.errors[0]?.pointer]).toEqual([409, "CONFLICT", "/version"]);
    expect((await admin.ok<Versioned>("GET", url)).version).toBe(2);
    expect((await admin.ok<Versioned>("PATCH", url, { ...change, version: 2 })).version).toBe(3);
    expect((await admin.call("PATCH", url, change, { "if-match": "*" })).headers.get("etag")).toBe('"4"');
    expect((await admin.call("PATCH", url, change, { "if-match": 'W/"4"' })).headers.get("etag")).toBe('"5"');
    expect((await admin.ok<Versioned>("PATCH", url, change)).version).toBe(6);
    expect((await admin.call<ProblemBody>("PATCH", url, change, { "if-match": "6" })).json.code).toBe("MALFORMED");
  });

  test("goes, and is gone", async () => {
    expect((await admin.call("DELETE", url, undefined, { "if-match": '"1"' })).status).toBe(412);
    const gone = await admin.call("DELETE", url, undefined, { "if-match": '"6"' });
    expect([gone.status, gone.text]).toEqual([204, ""]);
    for (const method of ["GET", "DELETE"]) {
      expect((await admin.call<ProblemBody>(method, url)).json).toMatchObject({ status: 404, code: "NOT_FOUND" });
    }
    expect((await admin.call("PATCH", url, change)).status).toBe(404);
  });

  test("leaves its traces in the audit", async () => {
    const { items } = await admin.ok<{ items: { action: string; id: string; actor: string }[] }>("GET", "/audit");
    const own = items.filter((entry) => entry.id === id);
    expect(own.map(({ action }) => action.split(".")[1])).toEqual([
      "remove",
      "change",
      "change",
      "change",
      "change",
      "change",
      "add",
    ]);
    expect(own.every(({ actor }) => actor === "root-token")).toBe(true);
  });
});

describe("what is in use", () => {
  test("stays: sites, presets and lines of a device, and the site main", async () => {
    await admin.ok("POST", "/presets", { id: "used" });
    await admin.ok("POST", "/lines", { id: "used", extension: "301" });
    await admin.ok("POST", "/devices", { mac: "00562B043616", model: "cisco/8851", preset: "used", lines: ["used"] });
    for (const path of ["/presets/used", "/lines/used", "/sites/main"]) {
      expect((await admin.call<ProblemBody>("DELETE", path)).json).toMatchObject({ status: 409, code: "CONFLICT" });
    }
  });
});

describe("names of every kind", () => {
  test("come back as they were given", async () => {
    const settings = { "phone.textLogo": strange };
    await admin.ok("POST", "/sites", { id: "strange", name: strange, settings });
    await admin.ok("POST", "/lines", { id: "strange", extension: "401", displayName: strange });
    const device = { mac: "0017.2182.0599", model: "cisco/8851-3pcc", label: strange, lines: ["strange"] };
    await admin.ok("POST", "/devices", { ...device, keys: [key], raw: { Station_Name: strange } });
    expect(await admin.ok("GET", "/sites/strange")).toMatchObject({ name: strange, settings });
    expect(await admin.ok("GET", "/lines/strange")).toMatchObject({ displayName: strange });
    expect(await admin.ok("GET", "/devices/001721820599")).toMatchObject({
      label: strange,
      keys: [key],
      raw: { Station_Name: strange },
    });
    const found = await admin.ok<{ items: Json[] }>("GET", `/lines?q=${encodeURIComponent("o’neil 🦊 ]]> {{x}}")}`);
    expect(found.items).toMatchObject([{ id: "strange" }]);
  });

  const key = { position: 2, type: "speed-dial", target: { number: "*97" }, label: strange };
});

describe("layers", () => {
  const mac = "0017218205aa";
  const resolved = async (name: string) => {
    const { settings } = await admin.ok<{ settings: Json[] }>("GET", `/devices/${mac}/settings`);
    return settings.find((setting) => setting["name"] === name);
  };

  test("a value comes from the last layer that has it, and null gives it back", async () => {
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc" });
    const zone = "time.zone";
    expect(await resolved(zone)).toEqual({ name: zone, value: "UTC", layer: "family", id: "offhook", carried: true });
    const steps = [
      ["/organizations/default/settings", "organization", "default", "Europe/Prague"],
      ["/sites/main", "site", "main", "Europe/Zagreb"],
      [`/devices/${mac}`, "device", mac, "Europe/Athens"],
    ] as const;
    for (const [path, layer, id, value] of steps) {
      const answer = await admin.ok("PATCH", path, { settings: { [zone]: value } });
      expect(answer["settings"]).toMatchObject({ [zone]: value });
      expect(await resolved(zone)).toMatchObject({ value, layer, id });
    }
    for (const [path, layer] of [
      [`/devices/${mac}`, "site"],
      ["/sites/main", "organization"],
      ["/organizations/default/settings", "family"],
    ] as const) {
      await admin.ok("PATCH", path, { settings: { [zone]: null } });
      expect(await resolved(zone)).toMatchObject({ layer });
    }
  });

  test("a line's own value is shown with its line", async () => {
    await admin.ok("POST", "/lines", { id: "own", extension: "501", settings: { "sip.port": 5070 } });
    await admin.ok("PATCH", `/devices/${mac}`, { lines: ["own"] });
    const { lines } = await admin.ok<{ lines: Json[] }>("GET", `/devices/${mac}/settings`);
    const settings = [{ name: "sip.port", value: 5070, layer: "line", id: "own", carried: true }];
    expect(lines).toEqual([{ line: 1, id: "own", extension: "501", settings }]);
  });
});

describe("lists", () => {
  test("250 lines are walked page by page, without loss or doubles, also while others come and go", async () => {
    const extensions = Array.from({ length: 250 }, (_, index) => String(2000 + index));
    await Promise.all(extensions.map((extension) => admin.ok("POST", "/lines", { extension, displayName: "Walker" })));
    for (const sort of ["extension", "-extension", "displayName", "-displayName"]) {
      const seen = await walk(`/lines?q=walker&limit=60&sort=${sort}`);
      expect(seen).toHaveLength(250);
      expect([...seen].sort()).toEqual(extensions);
      if (sort === "extension") expect(seen).toEqual(extensions);
    }
    const { total } = await admin.ok<LinePage>("GET", "/lines?q=walker&limit=1");
    expect(total).toBe(250);
  });

  test("the audit is walked as well", async () => {
    const seen: number[] = [];
    let cursor = "";
    do {
      const page = await admin.ok<{ items: { n: number }[]; nextCursor: string | null }>(
        "GET",
        `/audit?limit=500${cursor}`,
      );
      seen.push(...page.items.map(({ n }) => n));
      cursor = page.nextCursor === null ? "" : `&cursor=${page.nextCursor}`;
    } while (cursor !== "");
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual([...seen].sort((a, b) => b - a));
    expect(seen.length).toBeGreaterThan(300);
  });
});

/** The extensions of every page; between two pages a line comes and goes. */
async function walk(path: string): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor = ""; ; ) {
    const page = await admin.ok<LinePage>("GET", `${path}${cursor}`);
    seen.push(...page.items.map(({ extension }) => extension));
    if (page.nextCursor === null) return seen;
    cursor = `&cursor=${page.nextCursor}`;
    const { id } = await admin.ok<{ id: string }>("POST", "/lines", { extension: "10", displayName: "Aardvark" });
    await admin.ok("DELETE", `/lines/${id}`);
  }
}

interface LinePage {
  readonly items: readonly { readonly extension: string }[];
  readonly nextCursor: string | null;
  readonly total: number;
}
