import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PhoneReply } from "../../server/domain/exchange.ts";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("POST", "/sites", { id: "split" });
  await admin.ok("POST", "/lines", { id: "anna", extension: "9721", displayName: "Anna", secret: "a-secret-of-anna" });
});
afterAll(() => admin.close());

interface Listed {
  readonly items: readonly { readonly mac: string }[];
  readonly total: number;
}

/** Asks as a phone does, and takes the whole file. */
async function fetchAsPhone(path: string, address = "192.168.7.20", userAgent?: string): Promise<string> {
  const reply: PhoneReply = await admin.provision({ via: "http", path, address, ...(userAgent && { userAgent }) });
  if (!("body" in reply)) throw new Error("from the shelf");
  reply.done({ completed: true, bytes: reply.body.length });
  return reply.body.toString();
}

describe("the story of a device", () => {
  const mac = "001721820542";
  const url = `/devices/${mac}`;

  test("it is staged and unknown, then ready, and comes in a window", async () => {
    const added = await admin.ok("POST", "/devices", { mac: "00:17:21:82:05:42", model: "cisco/8851-3pcc" });
    expect(added).toMatchObject({ mac, organization: "default", site: "main", state: "staged", version: 1 });
    expect(added).toMatchObject({ revision: { n: 1 }, sync: { state: "unknown", desired: { n: 1 } }, warnings: [] });
    expect(added["trust"]).toEqual({ enrolment: "pin", pin: null, windowOpen: false });
    const given = await admin.ok("PATCH", url, { lines: ["anna"], label: "Reception" });
    expect(given).toMatchObject({ state: "ready", revision: { n: 2 }, lines: ["anna"], label: "Reception" });

    await expect(fetchAsPhone(`/${mac}.xml`)).rejects.toMatchObject({ code: "NOT_PROVEN" });
    const refused = await admin.ok("GET", url);
    expect(refused).toMatchObject({ sync: { state: "unknown" } });
    expect(refused["address"]).toBeUndefined();

    const window = await admin.ok("POST", "/enrolment-windows", { devices: ["00-17-21-82-05-42"], minutes: 30 });
    expect(window).toMatchObject({ devices: [mac], open: true, taken: 0, openedBy: "root-token" });
    expect((await admin.ok<{ trust: Json }>("GET", url)).trust).toMatchObject({ windowOpen: true });

    expect(await fetchAsPhone(`/${mac}.xml`, undefined, agent)).toContain("9721");
    const fetched = await admin.ok("GET", url);
    expect(fetched).toMatchObject({ sync: { state: "up-to-date", served: { n: 2 }, desired: { n: 2 } } });
    expect(fetched).toMatchObject({ trust: { pin: { block: "192.168.7.0/24" }, windowOpen: false }, userAgent: agent });
    expect(fetched["firmware"]).toBe("12.0.4");
    expect(await admin.ok("GET", `/enrolment-windows/${window["id"]}`)).toMatchObject({ taken: 1, open: true });
  });

  const agent = "Cisco-CP-8851-3PCC/12.0.4 (001721820542)";

  test("a change makes it pending, also one of its line or site; taken back it is up to date", async () => {
    const state = async () => (await admin.ok<{ sync: { state: string } }>("GET", url)).sync.state;
    for (const [path, name, value, before] of [
      ["/lines/anna", "displayName", "Anna-Maria", "Anna"],
      ["/sites/main", "settings", { "time.zone": "Europe/Zagreb" }, { "time.zone": null }],
    ] as const) {
      await admin.ok("PATCH", path, { [name]: value });
      expect(await state()).toBe("pending");
      await admin.ok("PATCH", path, { [name]: before });
      expect(await state()).toBe("up-to-date");
    }
  });

  test("what it asked and was told is listed, newest first", async () => {
    const own = await admin.ok<{ items: Json[]; total: number }>("GET", `${url}/exchanges`);
    expect(own.items).toMatchObject([
      { mac, outcome: "served", trust: "full", revision: 2, delivery: { completed: true } },
      { mac, outcome: "NOT_PROVEN", trust: "refuse" },
    ]);
    const all = await admin.ok<{ items: Json[] }>("GET", "/exchanges?mac=0017.2182.0542&limit=1");
    expect(all.items).toMatchObject([{ mac, outcome: "served" }]);
  });

  test("its files are listed under the names it asks, and shown without its secret", async () => {
    const { files } = await admin.ok<{ files: Json[] }>("GET", `${url}/files`);
    const own = files.find(({ name }) => name === `${mac}.xml`);
    expect(own).toMatchObject({ serves: "device", size: expect.any(Number), etag: expect.stringMatching(/^".+"$/) });
    expect(files.filter(({ serves }) => serves === "bootstrap").length).toBeGreaterThan(0);
    const real = await fetchAsPhone(`/${mac}.xml`);
    expect(own?.["size"]).toBe(Buffer.byteLength(real));
    const preview = await admin.call("GET", `${url}/files/${mac}.xml`);
    expect(preview.headers.get("content-type")).toBe("text/xml; charset=utf-8");
    expect(real).toContain("a-secret-of-anna");
    expect(preview.text).toBe(real.replaceAll("a-secret-of-anna", "********"));
    expect(await fetchAsPhone(`/${mac}.xml`)).toBe(real);
  });

  test("every name of the list is answered as the list says", async () => {
    const { files } = await admin.ok<{ files: { name: string; serves: string }[] }>("GET", `${url}/files`);
    for (const { name, serves } of files.filter((file) => !file.name.startsWith("*"))) {
      const reply = await admin.call<ProblemBody>("GET", `${url}/files/${name}`);
      expect(`${name} ${reply.status}`).toBe(`${name} ${serves === "nothing" ? 404 : 200}`);
    }
    for (const name of ["nothing.txt", "001721820543.xml", "a/b/c", "..%2F..%2Fetc%2Fpasswd"]) {
      expect((await admin.call("GET", `${url}/files/${name}`)).status).toBeGreaterThanOrEqual(400);
    }
  });

  test("its parameters are shown by the vendor's names", async () => {
    const { parameters } = await admin.ok<{ parameters: Json[] }>("GET", `${url}/parameters`);
    expect(parameters).toContainEqual({ name: "User_ID_1_", value: "9721", secret: false });
    expect(parameters).toContainEqual({ name: "Password_1_", value: "********", secret: true });
  });

  test("what it inherits and can't be told is a warning", async () => {
    await admin.ok("POST", "/devices", { mac: "00562B043615", model: "cisco/8851" });
    await admin.ok("PATCH", "/sites/main", { settings: { "sip.transport": "tls" } });
    const { warnings } = await admin.ok<{ warnings: Json[] }>("GET", "/devices/00562b043615");
    expect(warnings).toContainEqual(expect.objectContaining({ name: "sip.transport", layer: "site" }));
    await admin.ok("PATCH", "/sites/main", { settings: { "sip.transport": null } });
  });

  test("in the path its MAC may be written as people write it", async () => {
    for (const form of [
      "00:17:21:82:05:42",
      "00-17-21-82-05-42",
      "0017.2182.0542",
      "001721820542",
      "00172182054" + "2",
    ]) {
      expect((await admin.call("GET", `/devices/${form.toUpperCase()}`)).json).toMatchObject({ mac });
    }
  });
});

describe("the list of devices", () => {
  beforeAll(async () => {
    await admin.ok("POST", "/devices", { mac: "aabbccddee01", model: "cisco/9861", site: "split", label: "Gate 10" });
    await admin.ok("POST", "/devices", { mac: "aabbccddee02", model: "cisco/7960", serial: "FCH123", label: "Gate 9" });
    await admin.ok("PATCH", "/devices/aabbccddee02", { state: "disabled" });
  });

  test.each([
    ["?q=00:17:21", ["001721820542"]],
    ["?q=001721", ["001721820542"]],
    ["?q=AABB.CCDD", ["aabbccddee01", "aabbccddee02"]],
    ["?q=gate", ["aabbccddee01", "aabbccddee02"]],
    ["?q=gate&sort=label", ["aabbccddee02", "aabbccddee01"]],
    ["?q=gate&sort=-mac", ["aabbccddee02", "aabbccddee01"]],
    ["?q=fch", ["aabbccddee02"]],
    ["?q=9721", ["001721820542"]],
    ["?q=cisco/98", ["aabbccddee01"]],
    ["?site=split", ["aabbccddee01"]],
    ["?model=cisco/7960", ["aabbccddee02"]],
    ["?state=disabled", ["aabbccddee02"]],
    ["?sync=up-to-date", ["001721820542"]],
    ["?sort=-lastSeen&limit=1", ["001721820542"]],
    ["?q=nobody", []],
  ])("%s", async (query, macs) => {
    const { items } = await admin.ok<Listed>("GET", `/devices${query}`);
    expect(items.map(({ mac }) => mac)).toEqual(macs);
  });
});

describe("strangers", () => {
  test("are listed until somebody adds them", async () => {
    for (const path of ["/SEP0011223344AA.cnf.xml", "/0011223344bb.xml"]) {
      await expect(fetchAsPhone(path)).rejects.toMatchObject({ code: "NOT_PROVEN" });
    }
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/strangers");
    expect(items.map((each) => each["mac"])).toEqual(["0011223344bb", "0011223344aa"]);
    expect(items[1]).toMatchObject({ family: "cisco/enterprise", names: ["SEP0011223344AA.cnf.xml"], times: 1 });
    await admin.ok("POST", "/devices", { mac: "0011223344AA", model: "cisco/8851" });
    expect((await admin.ok<Listed>("GET", "/strangers?q=00:11:22:33:44")).items).toMatchObject([
      { mac: "0011223344bb" },
    ]);
  });
});

describe("enrolment windows", () => {
  test("open ones come first, and closing one removes it", async () => {
    const { id } = await admin.ok("POST", "/enrolment-windows", {
      all: true,
      minutes: 10_080,
      count: 2,
      networks: ["10.0.0.0/8"],
    });
    const { items } = await admin.ok<{ items: Json[] }>("GET", "/enrolment-windows?open=true");
    expect(items[0]).toMatchObject({ id, all: true, count: 2, networks: ["10.0.0.0/8"], open: true });
    expect((await admin.call("DELETE", `/enrolment-windows/${id}`)).status).toBe(204);
    expect((await admin.call("GET", `/enrolment-windows/${id}`)).status).toBe(404);
  });
});

describe("the catalogue", () => {
  test("every model is listed and described", async () => {
    const { items } = await admin.ok<{ items: { id: string; keys: number }[] }>("GET", "/models");
    expect(items.map(({ id }) => id)).toEqual([...items.map(({ id }) => id)].sort());
    for (const { id, keys } of items) {
      const model = await admin.ok<{
        has: { places: Json[] };
        settings: { carried: string[]; notOnThisPhone: string[] };
      }>("GET", `/models/${id}`);
      expect(model.has.places).toHaveLength(keys);
      expect(model.settings.carried).toContain("sip.server");
    }
    const old = await admin.ok("GET", "/models/cisco/7960");
    expect(old).toMatchObject({ settings: { notOnThisPhone: expect.arrayContaining(["phone.adminPassword"]) } });
    expect(old).toMatchObject({ limits: { "line.secret": { max: 31, source: expect.any(String) } } });
    expect((await admin.call("GET", "/models/cisco/nothing")).status).toBe(404);
  });

  test("every setting is listed with its schema, default and families", async () => {
    const { items, total } = await admin.ok<{ items: Json[]; total: number }>("GET", "/settings?limit=500");
    expect(total).toBeGreaterThanOrEqual(200);
    expect(items.find(({ name }) => name === "sip.port")).toEqual({
      name: "sip.port",
      group: "SIP account",
      title: "SIP port",
      text: expect.stringMatching(/^Port of the registrar\./),
      schema: { type: "integer", minimum: 1, maximum: 65535 },
      secret: false,
      perLine: true,
      layers: ["organization", "site", "preset", "device", "line"],
      families: expect.arrayContaining(["cisco/mpp", "cisco/sip79xx"]),
      restarts: [],
    });
    expect(items.find(({ name }) => name === "phone.adminPassword")).toMatchObject({ secret: true });
  });
});
