import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { Device } from "../../server/domain/device.ts";
import { parseMac } from "../../server/domain/mac.ts";
import { edit, openTestOffice } from "../support/office.ts";

const mac = parseMac("00562b043615") as NonNullable<ReturnType<typeof parseMac>>;
const models = createCatalogue("profiles").models;
let office: Office;

beforeEach(async () => {
  office = await openTestOffice();
});
afterEach(() => office.close());

async function deskOf(id: string) {
  const stored = await office.stores.config.holder<Device>(`mac:${id}`);
  if (!stored) throw new Error("not there");
  return await office.desks.read(office.stores.config, stored);
}

async function shelve(...names: string[]): Promise<void> {
  await mkdir(office.shelf.root, { recursive: true });
  for (const name of names)
    await writeFile(join(office.shelf.root, name), name.endsWith(".loads") ? "\0a.sbn\0b.zz.sgn\0" : "x");
  await office.shelf.refresh();
}

describe.each(models)("a $id", (model) => {
  it("is told the same rules by its bootstrap and by its own file", async () => {
    await office.devices.add(edit, mac, { model: model.id });
    const own = (await deskOf(mac)).parameters;
    const { parameters } = await office.desks.bootstrap(office.stores.config, model);
    for (const [name, value] of parameters) expect(own.get(name), name).toBe(value);
  });

  it("is told the same bootstrap whether it is known, ready or a stranger, and nothing secret in it", async () => {
    const before = await office.desks.bootstrap(office.stores.config, model);
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    await office.devices.add(edit, mac, { model: model.id, lines: ["9721"], label: "Ana" });
    const after = await office.desks.bootstrap(office.stores.config, model);
    expect(after.parameters).toEqual(before.parameters);
    const { isSecret } = office.catalogue.family(model.family).vocabularyTable;
    expect([...after.parameters.keys()].filter(isSecret)).toEqual([]);
  });
});

describe.each([
  ["cisco/8851-3pcc", "/$PSN.xml"],
  ["cisco/9861", "/$PSN.xml"],
  ["cisco/spa504g", "/spa$PSN.cfg"],
  ["cisco/ata192", "/ata$PSN.cfg"],
])("the bootstrap of a %s", (id, factoryRule) => {
  it("leaves the factory rule, so that a stranger goes on looking where DHCP says", async () => {
    const model = office.catalogue.model(id);
    if (!model) throw new Error("no model");
    for (const base of ["", "http://prov.example.com"]) {
      office.advertised.base = base;
      const { parameters } = await office.desks.bootstrap(office.stores.config, model);
      expect(parameters.get("Profile_Rule")).toBe(factoryRule);
      expect(parameters.get("Profile_Rule_B")).toBe(`${base}/$MA.xml`);
    }
  });

  it("has a short, growing retry that is never 0", async () => {
    const model = office.catalogue.model(id);
    if (!model) throw new Error("no model");
    const { parameters } = await office.desks.bootstrap(office.stores.config, model);
    const waits = String(parameters.get("Resync_Error_Retry_Delay")).split(",").map(Number);
    expect(waits[0]).toBeLessThanOrEqual(60);
    expect(waits.every((wait, index) => wait > (waits[index - 1] ?? 0))).toBe(true);
  });
});

describe("a firmware load", () => {
  it("is refused on a device while the shelf lacks a file of it, naming the file", async () => {
    await shelve("sip88xx.loads", "a.sbn");
    const adding = office.devices.add(edit, mac, { model: "cisco/8851", settings: { "firmware.version": "sip88xx" } });
    await expect(adding).rejects.toThrow(/the shelf lacks b\.zz\.sgn/);
    await shelve("b.zz.sgn");
    await office.devices.add(edit, mac, { model: "cisco/8851", settings: { "firmware.version": "sip88xx" } });
    expect((await deskOf(mac)).parameters.get("device/loadInformation")).toBe("sip88xx");
  });

  it("that is inherited is left out and reported while the shelf lacks it", async () => {
    await office.layers.change(edit, "organization", "default", { settings: { "firmware.version": "sip88xx" } });
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    const desk = await deskOf(mac);
    expect(desk.parameters.has("device/loadInformation")).toBe(false);
    expect(desk.leftOut).toEqual([
      { name: "firmware.version", layer: "organization", reason: "the shelf lacks sip88xx.loads" },
    ]);
  });

  it.each([
    ["cisco/8851-3pcc", ".loads", "Upgrade_Rule"],
    ["cisco/spa504g", ".bin", "Upgrade_Rule"],
    ["cisco/ata192", ".loads", "Upgrade_Rule"],
  ])("becomes a rule of a %s only when the server has a name to put into it", async (model, ending, name) => {
    const load = `${office.catalogue.model(model)?.firmware.loads[0]}-1`;
    await shelve(`${load}${ending}`, "a.sbn", "b.zz.sgn");
    await office.layers.change(edit, "organization", "default", { settings: { "firmware.version": load } });
    await office.devices.add(edit, mac, { model });
    expect((await deskOf(mac)).parameters.has(name)).toBe(false);
    office.advertised.base = "http://prov.example.com";
    expect((await deskOf(mac)).parameters.get(name)).toBe(`http://prov.example.com/${load}${ending}`);
  });

  it("is written for no model but its own, and not while its list of files is empty", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    await shelve("sip78xx.12.loads", "a.sbn", "b.zz.sgn");
    await expect(office.devices.change(edit, mac, { settings: { "firmware.version": "sip78xx.12" } })).rejects.toThrow(
      /begin with sip88xx/,
    );
    await writeFile(join(office.shelf.root, "sip88xx.12.loads"), "");
    await office.shelf.refresh();
    await expect(office.devices.change(edit, mac, { settings: { "firmware.version": "sip88xx.12" } })).rejects.toThrow(
      /should name/,
    );
  });

  it("is named by no file when none is set", async () => {
    for (const [index, model] of models.entries()) {
      const id = `00562b0436${String(index).padStart(2, "0")}`;
      await office.devices.add(edit, id, { model: model.id });
      const names = [...(await deskOf(id)).parameters.keys()];
      expect(names.filter((name) => /Upgrade_Rule|loadInformation|image_version/.test(name))).toEqual([]);
    }
  });
});

describe("XMLDefault.cnf.xml", () => {
  it("names no call manager and no load", async () => {
    const family = office.catalogue.family("cisco/enterprise");
    const spec = family.files.find(({ id }) => id === "default");
    const made = spec && (await office.files.forFamily(spec, family, { settings: new Map() }, []));
    expect(made?.body.toString("utf8")).toBe('<?xml version="1.0" encoding="UTF-8"?>\n<Default>\n</Default>\n');
  });
});
