import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeEach(async () => {
  admin = await openAdminOffice();
});
afterEach(() => admin.close());

const mac = "00562b043615" as Mac;
const own = (load: string) => ({ settings: { "firmware.version": load } });

interface SetBody {
  readonly name: string;
  readonly complete: boolean;
  readonly usedBy: number;
  readonly files: readonly { readonly name: string; readonly sha256?: string }[];
}

interface ListBody {
  readonly items: readonly SetBody[];
  readonly nextCursor: string | null;
  readonly total: number;
}

/** Files of the shelf by their names; what a `.loads` holds is the names of its parts. */
async function shelve(files: Record<string, string>): Promise<void> {
  const { root } = admin.office.shelf;
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  await admin.office.shelf.refresh();
}

async function parameter(name: string): Promise<unknown> {
  const { json } = await admin.call<Record<string, unknown>>("GET", `/devices/${mac}/parameters`);
  return JSON.stringify(json).includes(name) ? JSON.stringify(json) : undefined;
}

/** What the phone says of itself at a request that proves it; it is known when the store has it. */
async function runs(firmware: string): Promise<void> {
  const { presence, running, stores } = admin.office;
  const device = await stores.config.get<{ born: string; mac: Mac }>({
    organization: "default",
    kind: "device",
    id: mac,
  });
  if (!device) throw new Error("no device");
  presence.note("default", mac, { born: device.body.born, firmware });
  await presence.flush();
  expect(running.of("default", device.body as never)).toBe(firmware);
}

describe("the list of firmware", () => {
  test("tells each load, what it is made of, what it lacks, whom it fits, and who uses it", async () => {
    await shelve({
      "mpp/sip88xx.12.0.1MPP0001.245.loads": "\0kern88xx.12.sbn\0rootfs88xx.12.sbn\0",
      "mpp/kern88xx.12.sbn": "kernel",
      "spa50x-30x-7-6-2f.bin": "image",
      "P0S3-08-12-00.loads": "\0P0S3-08-12-00.sb2\0",
      "P0S3-08-12-00.sb2": "image",
      "PHONEOS-9861.4-1-1-0101-76.loads": "\0PHONEOS-9861.4-1-1-0101-76.pkg\0",
      "notes.bin": "of no phone",
      "bell.raw": "ring",
    });
    await admin.ok("PATCH", "/organizations/default/settings", own("SPA50X-30X-7-6-2F"));
    const { items, total } = await admin.ok<ListBody>("GET", "/firmware");
    expect(total).toBe(4);
    expect(items.map(({ name, complete, usedBy }) => [name, complete, usedBy])).toEqual([
      ["P0S3-08-12-00", true, 0],
      ["PHONEOS-9861.4-1-1-0101-76", false, 0],
      ["sip88xx.12.0.1MPP0001.245", false, 0],
      ["spa50x-30x-7-6-2f", true, 1],
    ]);
    expect(await admin.ok("GET", "/firmware/SIP88xx.12.0.1MPP0001.245")).toMatchObject({
      name: "sip88xx.12.0.1MPP0001.245",
      kind: "loads",
      missing: ["rootfs88xx.12.sbn"],
      bytes: 41,
      models: expect.arrayContaining(["cisco/8851", "cisco/8851-3pcc"]),
      families: expect.arrayContaining(["cisco/enterprise", "cisco/mpp"]),
    });
    expect(items.map(({ name }) => name).length).toBe(new Set(items.map(({ name }) => name)).size);
  });

  test("has the digest of every file, worked out in the background, and a new one when the file is another", async () => {
    const digestOf = async () => {
      const { files } = await admin.ok<SetBody>("GET", "/firmware/spa50x-30x-7-6-2f");
      return files[0]?.sha256;
    };
    await shelve({ "spa50x-30x-7-6-2f.bin": "hello" });
    await admin.office.digests.work(admin.office.shelf.files);
    expect(await digestOf()).toBe("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
    await shelve({ "spa50x-30x-7-6-2f.bin": "Hello" });
    expect(await digestOf()).toBeUndefined();
    await admin.office.digests.work(admin.office.shelf.files);
    expect(await digestOf()).toBe("185f8db32271fe25f561a6fc938b2e264306ec304eda518007d1764826381969");
  });

  test("comes in pages, and by model, words and completeness", async () => {
    await shelve({
      "sip88xx.11-3-7MPP0001-291.loads": "\0a.sbn\0",
      "sip88xx.12-0-1MPP0001-245.loads": "\0b.sbn\0",
      "b.sbn": "b",
      "spa50x-30x-7-6-2f.bin": "image",
    });
    const names = async (query: string) =>
      (await admin.ok<ListBody>("GET", `/firmware${query}`)).items.map(({ name }) => name);
    expect(await names("?model=cisco/spa504g")).toEqual(["spa50x-30x-7-6-2f"]);
    expect(await names("?q=11-3-7")).toEqual(["sip88xx.11-3-7MPP0001-291"]);
    expect(await names("?complete=true&sort=-bytes")).toEqual(["sip88xx.12-0-1MPP0001-245", "spa50x-30x-7-6-2f"]);
    const first = await admin.ok<ListBody>("GET", "/firmware?limit=2");
    expect(first.items).toHaveLength(2);
    expect(await names(`?limit=2&cursor=${first.nextCursor}`)).toEqual(["spa50x-30x-7-6-2f"]);
  });

  test("has no load that is not there", async () => {
    expect((await admin.call<ProblemBody>("GET", "/firmware/none")).json).toMatchObject({
      status: 404,
      code: "NOT_FOUND",
    });
  });
});

describe("deleting a load", () => {
  const files = {
    "set/sip88xx.12-0-1.loads": "\0own.12.sbn\0shared.sbn\0",
    "set/own.12.sbn": "own",
    "sip88xx.11-3-7.loads": "\0shared.sbn\0",
    "shared.sbn": "shared",
  };

  test("takes its files and its folder, keeps what another load names, and is audited", async () => {
    await shelve(files);
    expect((await admin.call("DELETE", "/firmware/sip88xx.12-0-1")).status).toBe(204);
    expect(admin.office.shelf.files.map(({ name }) => name)).toEqual(["shared.sbn", "sip88xx.11-3-7.loads"]);
    expect((await admin.call("GET", "/firmware/sip88xx.12-0-1")).status).toBe(404);
    const { items } = await admin.ok<{ items: { action: string; id: string }[] }>("GET", "/audit");
    expect(items[0]).toMatchObject({ action: "firmware.remove", kind: "firmware", id: "sip88xx.12-0-1" });
  });

  test("takes what has the same name in other folders too, so that nothing stands in for it", async () => {
    await shelve(files);
    await shelve({ "old/sip88xx.12-0-1.loads": "\0own.12.sbn\0", "old/OWN.12.sbn": "old" });
    expect((await admin.call("DELETE", "/firmware/sip88xx.12-0-1")).status).toBe(204);
    expect(admin.office.shelf.files.map(({ name }) => name)).toEqual(["shared.sbn", "sip88xx.11-3-7.loads"]);
    expect((await admin.call("GET", "/firmware/sip88xx.12-0-1")).status).toBe(404);
  });

  test("is audited also when it fails", async () => {
    await shelve(files);
    const path = join(admin.office.shelf.root, "set", "own.12.sbn");
    await rm(path);
    await mkdir(join(path, "a folder"), { recursive: true });
    expect((await admin.call("DELETE", "/firmware/sip88xx.12-0-1")).status).toBe(503);
    const { items } = await admin.ok<{ items: { action: string; id: string }[] }>("GET", "/audit");
    expect(items.slice(0, 2)).toMatchObject([
      { action: "firmware.remove-failed", kind: "firmware", id: "sip88xx.12-0-1" },
      { action: "firmware.remove" },
    ]);
    expect((await admin.call("GET", "/firmware/sip88xx.12-0-1")).status).toBe(404);
  });

  test.each([
    [
      "an organization",
      "organization default",
      () => admin.ok("PATCH", "/organizations/default/settings", own("sip88xx.12-0-1")),
    ],
    ["a site", "site main", () => admin.ok("PATCH", "/sites/main", own("SIP88xx.12-0-1"))],
    ["a preset", "preset door", () => admin.ok("POST", "/presets", { id: "door", ...own("sip88xx.12-0-1") })],
    [
      "a device",
      "device 00:56:2b:04:36:15",
      () => admin.ok("POST", "/devices", { mac, model: "cisco/8851", ...own("sip88xx.12-0-1") }),
    ],
    [
      "a raw value of a device",
      "device 00:56:2b:04:36:15",
      () =>
        admin.ok("POST", "/devices", {
          mac,
          model: "cisco/8851",
          raw: { "device/inactiveLoadInformation": "SIP88xx.12-0-1" },
        }),
    ],
    [
      "a raw value of a site",
      "site main",
      () =>
        admin.ok("PATCH", "/sites/main", {
          raw: { "cisco/mpp": { Cisco_Headset_Upgrade_Rule: "http://10.0.0.1:80/set/sip88xx.12-0-1.loads" } },
        }),
    ],
  ])("is refused while %s names it, and says which", async (_name, who, use) => {
    await shelve(files);
    await use();
    const { json } = await admin.call<ProblemBody>("DELETE", "/firmware/sip88xx.12-0-1");
    expect(json).toMatchObject({ status: 409, code: "CONFLICT", errors: [{ code: "in-use", detail: who }] });
    expect(json.detail).toContain(who);
    expect(admin.office.shelf.files).toHaveLength(4);
  });
});

describe("what a phone runs", () => {
  const loads = {
    "sip88xx.12-0-2MPP0001-100.loads": "\0a.sbn\0",
    "sip88xx.12-0-1MPP0001-245.loads": "\0a.sbn\0",
    "sip88xx.11-2-1MPP0001-1.loads": "\0a.sbn\0",
    "sip88xx.TLexE2M-11-2-3C-12.loads": "\0a.sbn\0",
    "sip88xx.12-5-1SR1-4.loads": "\0a.sbn\0",
    "a.sbn": "a",
  };

  test("refuses a step back for the device itself, unless somebody allows it", async () => {
    await shelve(loads);
    admin.office.advertised.base = "http://prov.example.com";
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc" });
    await runs("12.0.2");
    const back = await admin.call<ProblemBody>("PATCH", `/devices/${mac}`, own("sip88xx.12-0-1MPP0001-245"));
    expect(back.json).toMatchObject({ status: 422, errors: [{ pointer: "/settings/firmware.version" }] });
    expect(back.json.detail).toMatch(/older than 12\.0\.2, which the phone runs: set firmware\.downgrade first/);
    expect(await parameter("Upgrade_Rule")).toBeUndefined();
    const settings = { "firmware.version": "sip88xx.12-0-1MPP0001-245", "firmware.downgrade": true };
    await admin.ok("PATCH", `/devices/${mac}`, { settings });
    expect(await parameter("Upgrade_Rule")).toContain("http://prov.example.com/sip88xx.12-0-1MPP0001-245.loads");
  });

  test("is what it says of itself when it fetches its own file", async () => {
    await shelve(loads);
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc" });
    await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 5 });
    const userAgent = "Cisco-CP-8851-3PCC/12.0.2 (00562b043615)";
    await admin.provision({ via: "http", path: `/${mac}.xml`, address: "10.0.0.7", userAgent });
    await admin.office.presence.flush();
    const back = await admin.call<ProblemBody>("PATCH", `/devices/${mac}`, own("sip88xx.12-0-1MPP0001-245"));
    expect(back.json.detail).toMatch(/older than 12\.0\.2/);
  });

  test("refuses a jump, names the step, and allows it when the step was taken", async () => {
    await shelve(loads);
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851" });
    await runs("sip88xx.11-7-1-17");
    const jump = await admin.call<ProblemBody>("PATCH", `/devices/${mac}`, own("sip88xx.TLexE2M-11-2-3C-12"));
    expect(jump.json).toMatchObject({ status: 422, errors: [{ pointer: "/settings/firmware.version" }] });
    expect(jump.json.detail).toMatch(/can't be reached from sip88xx\.11-7-1-17 at once: take 12-5-1 first/);
    await admin.ok("PATCH", `/devices/${mac}`, own("sip88xx.12-5-1SR1-4"));
    await runs("sip88xx.12-5-1SR1-4");
    await admin.ok("PATCH", `/devices/${mac}`, own("sip88xx.TLexE2M-11-2-3C-12"));
    expect(await parameter("sip88xx.TLexE2M-11-2-3C-12")).toBeDefined();
  });

  test("refuses what newer hardware of the model can't run, also of a phone that nobody heard", async () => {
    await shelve(loads);
    const phone = { mac, model: "cisco/8851-3pcc", ...own("sip88xx.11-2-1MPP0001-1") };
    expect((await admin.call<ProblemBody>("POST", "/devices", phone)).json.detail).toMatch(
      /hardware V15 and later.*11-3-3/,
    );
  });

  test("leaves out what a layer says, tells why, and makes one revision when the phone has moved on", async () => {
    await shelve(loads);
    admin.office.advertised.base = "http://prov.example.com";
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc" });
    await runs("12.0.2");
    await admin.ok("PATCH", "/organizations/default/settings", own("sip88xx.12-0-1MPP0001-245"));
    const before = await admin.ok<{ revision: { n: number }; warnings: object[] }>("GET", `/devices/${mac}`);
    const reason = "is older than 12.0.2, which the phone runs: set firmware.downgrade first";
    expect(before.warnings).toContainEqual({ name: "firmware.version", layer: "organization", reason });
    expect(await parameter("Upgrade_Rule")).toBeUndefined();

    await runs("12.0.0");
    expect(await parameter("Upgrade_Rule")).toBeDefined();
    const revision = async () => (await admin.ok<{ revision: { n: number } }>("GET", `/devices/${mac}`)).revision.n;
    await vi.waitFor(async () => expect(await revision()).toBe(before.revision.n + 1));
    await runs("12.0.1");
    expect(await parameter("Upgrade_Rule")).toBeDefined();
    expect(await revision()).toBe(before.revision.n + 1);
  });

  test("is forgotten with the device: the next phone of that MAC begins anew", async () => {
    await shelve(loads);
    admin.office.advertised.base = "http://prov.example.com";
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc" });
    await runs("12.0.2");
    await admin.call("DELETE", `/devices/${mac}`);
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", ...own("sip88xx.12-0-1MPP0001-245") });
  });
});
