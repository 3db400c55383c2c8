import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import { Failure } from "../../server/domain/failures.ts";
import type { DeviceChange } from "../../server/office/devices/devices.ts";
import { inspect } from "../../server/simulate/inspect.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { readXml } from "../support/read-back.ts";

const mac = "00562b043615";
let office: Office;

beforeEach(async () => {
  office = await openTestOffice();
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  await office.lines.add(edit, { id: "9722", extension: "9722" });
});
afterEach(() => office.close());

async function add(model: string, change: DeviceChange = {}): Promise<void> {
  await office.devices.add(edit, mac, { model, lines: ["9721"], ...change });
}

async function desk() {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  return await office.desks.read(office.stores.config, stored);
}

/** A file of the phone as it is sent. */
async function fileOf(id: string): Promise<string> {
  const read = await desk();
  const spec = read.family.files.find((each) => each.id === id);
  if (!spec) throw new Error(id);
  return (await office.files.forDevice(spec, read)).body.toString("utf8");
}

/** A file that is for any phone of the family, by the name a phone asks for. */
async function commonFile(name: string, family = "cisco/enterprise"): Promise<string> {
  const { candidates } = office.catalogue.names.find(name);
  const spec = candidates.find((each) => each.family === family && each.file.serves === "common")?.file;
  if (!spec) throw new Error(name);
  const common = await office.desks.common(office.stores.config, family);
  const made = await office.files.forFamily(spec, office.catalogue.family(family), common, office.shelf.files);
  return made.body.toString("utf8");
}

async function shelve(...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(dirname(join(office.shelf.root, name)), { recursive: true });
    await writeFile(join(office.shelf.root, name), "x");
  }
  await office.shelf.refresh();
}

/** Soft keys by call state. */
async function softKeys(): Promise<Record<string, readonly string[]>> {
  const found: Record<string, string[]> = {};
  let state: string[] = [];
  for (const [path, value] of readXml(await fileOf("soft-keys")).values) {
    if (path.endsWith("softKeySet@id")) found[value] = state = [];
    if (path.endsWith("softKey@keyID")) state.push(value);
  }
  return found;
}

/** What a simulated phone finds wrong with a file. */
function problemsOf(name: string, text: string): readonly string[] {
  const facts = { mac, psn: "", pn: "" };
  const family = office.catalogue.family("cisco/enterprise");
  return inspect({ family, facts, name, expect: "device", body: Buffer.from(text) }).problems;
}

/** The fields that a device is refused for, with the reason. */
async function refusals(model: string, change: DeviceChange): Promise<Record<string, string>> {
  try {
    await add(model, change);
    return {};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
}

describe("soft keys of an enterprise phone", () => {
  it("are those that come with Offhook while nobody chose others", async () => {
    await add("cisco/7965");
    expect(await softKeys()).toEqual({
      "On Hook": ["Redial", "NewCall", "CFwdAll", "PickUp", "GPickUp", "DND"],
      "Off Hook": ["Redial", "EndCall", "CFwdAll", "PickUp", "GPickUp"],
      "Off Hook With Feature": ["Redial", "EndCall"],
      "Digits After First": ["<<", "EndCall"],
      "Ring Out": ["EndCall", "Transfer"],
      Connected: ["Hold", "EndCall", "Transfer", "Confrn"],
      "Connected No Feature": ["EndCall"],
      "Connected Transfer": ["Transfer", "EndCall"],
      "Connected Conference": ["Confrn", "EndCall", "Hold"],
      "On Hold": ["Resume", "NewCall", "EndCall"],
      "Ring In": ["Answer", "DND"],
    });
    expect(problemsOf("softkeys-00562B043615.xml", await fileOf("soft-keys"))).toEqual([]);
  });

  it("keep the one that a call state can't do without, whatever is chosen or switched off", async () => {
    const settings = {
      "softkeys.idle": ["dnd"],
      "softkeys.connected": ["hold"],
      "softkeys.held": ["divert"],
      "call.transfer": false,
      "call.conference": false,
    };
    await add("cisco/7965", { settings });
    expect(await softKeys()).toMatchObject({
      "On Hook": ["DND", "NewCall"],
      Connected: ["Hold", "EndCall"],
      "On Hold": ["iDivert", "Resume"],
      "Connected Transfer": ["Transfer", "EndCall"],
      "Connected Conference": ["Confrn", "EndCall", "Hold"],
    });
  });

  it("have a stamp that changes when they do, and only then", async () => {
    await add("cisco/8851");
    const stamp = async () => /<versionStamp>(.*?)</.exec(await fileOf("soft-keys"))?.[1];
    const before = await stamp();
    await office.devices.change(edit, mac as Device["mac"], { settings: { "time.clock": "12h" } });
    expect(await stamp()).toBe(before);
    await office.devices.change(edit, mac as Device["mac"], { settings: { "call.dnd": false } });
    expect(await stamp()).not.toBe(before);
  });

  it("are refused on the device where they do nothing, and reported where they are inherited", async () => {
    expect(await refusals("cisco/8851", { settings: { "softkeys.ringing": ["answer", "transfer"] } })).toEqual({
      "/settings/softkeys.ringing": "can't hold transfer on this phone",
    });
    await office.layers.change(edit, "organization", "default", { settings: { "softkeys.idle": ["messages", "dnd"] } });
    await add("cisco/8851");
    const { leftOut } = await desk();
    expect(leftOut.filter(({ name }) => name === "softkeys.idle")).toEqual([
      { name: "softkeys.idle", layer: "organization", reason: "can't hold messages on this phone" },
    ]);
    expect((await softKeys())["On Hook"]).toEqual(["DND", "NewCall"]);
  });
});

describe("the feature policy of a 9971", () => {
  it("is named in its file, is well-formed, and says which features there are", async () => {
    await add("cisco/9971", { settings: { "call.park": false } });
    expect((await desk()).parameters.get("device/featurePolicyFile")).toBe("featurepolicy-00562B043615.xml");
    const text = await fileOf("feature-policy");
    expect(problemsOf("featurepolicy-00562B043615.xml", text)).toEqual([]);
    expect(text).toMatch(/<featureDef name="Park">\s*<id>2<\/id>\s*<enable>false<\/enable>/);
  });

  it("is not named to phones that take none", async () => {
    await add("cisco/8945");
    expect((await desk()).parameters.has("device/featurePolicyFile")).toBe(false);
  });

  it.each([
    ["<featurePolicy/>", ["has no featureDef"]],
    [
      '<featurePolicy><featureDef name="a"><id>0</id><enable>true</enable></featureDef></featurePolicy>',
      ["feature 1 has no number"],
    ],
    [
      '<featurePolicy><featureDef name="a"><id>1</id><enable>1</enable></featureDef></featurePolicy>',
      ["feature 1 is neither on nor off"],
    ],
    [
      `<featurePolicy>${'<featureDef name="a"><id>1</id><enable>true</enable></featureDef>'.repeat(2)}</featurePolicy>`,
      ["feature 1 stands twice"],
    ],
  ])("is found wrong by a simulated phone: %s", (text, problems) => {
    expect(problemsOf("featurepolicy-00562B043615.xml", text)).toEqual(problems);
  });
});

describe("the list of wallpapers", () => {
  it("has the pictures of its own folder on the shelf, each with its small one", async () => {
    await shelve(
      "Desktops/800x480x24/Lake.png",
      "Desktops/800x480x24/Lake_139x109.png",
      "Desktops/800x480x24/Sea & sun.png",
      "Desktops/800x480x24/notes.txt",
      "Desktops/320x212x16/Hill.png",
      "Lake.png",
    );
    const text = await commonFile("Desktops/800x480x24/List.xml");
    expect(readXml(text).values.slice(0, 4)).toEqual([
      ["CiscoIPPhoneImageList/ImageItem@Image", "TFTP:Desktops/800x480x24/Lake_139x109.png"],
      ["CiscoIPPhoneImageList/ImageItem@URL", "TFTP:Desktops/800x480x24/Lake.png"],
      ["CiscoIPPhoneImageList/ImageItem", ""],
      ["CiscoIPPhoneImageList/ImageItem@Image", "TFTP:Desktops/800x480x24/Sea & sun.png"],
    ]);
    expect(text).not.toContain("Hill");
    expect(problemsOf("Desktops/800x480x24/List.xml", text)).toEqual([]);
  });

  it.each(["320x196x4", "320x212x16", "320x212x12", "320x216x16", "240x320x24", "800x480x24", "640x480x24"])(
    "is there for screens of %s, and names 50 pictures at most",
    async (size) => {
      await shelve(...Array.from({ length: 51 }, (_, at) => `Desktops/${size}/p${String(at).padStart(2, "0")}.png`));
      const text = await commonFile(`Desktops/${size}/List.xml`);
      expect(text.match(/<ImageItem /g)).toHaveLength(50);
      expect(problemsOf(`Desktops/${size}/List.xml`, text)).toEqual([]);
    },
  );

  it.each([
    ['<ImageItem Image="http://a/b.png" URL="TFTP:c.png"/>', ["picture 1 has no Image of the form TFTP:….png"]],
    ['<ImageItem Image="TFTP:b.png" URL="TFTP:c.jpg"/>', ["picture 1 has no URL of the form TFTP:….png"]],
    ["<Image/>", ["element 1 is not ImageItem"]],
    ['<ImageItem Image="TFTP:b.png" URL="TFTP:c.png"/>'.repeat(51), ["has 51 pictures, more than 50"]],
  ])("is found wrong by a simulated phone: %.60s", (items, problems) => {
    const text = `<CiscoIPPhoneImageList>${items}</CiscoIPPhoneImageList>`;
    expect(problemsOf("Desktops/800x480x24/List.xml", text)).toEqual(problems);
  });
});

it("a list of rings has those on the shelf that the phone can play, with names it can hold", async () => {
  await shelve("rings/Bell.raw", "rings/Chime.rwb", "rings/A name of more than 25 characters.raw");
  const names = (text: string) => [...text.matchAll(/<FileName>(.*?)</g)].map(([, name]) => name);
  expect(names(await commonFile("Ringlist.xml"))).toEqual(["Bell.raw"]);
  expect(names(await commonFile("Ringlist-wb.xml"))).toEqual(["Chime.rwb"]);
  expect(await commonFile("RINGLIST.DAT", "cisco/sip79xx")).toBe("Bell\tBell.raw\n");
});

it("the old dial template waits with its hot line as long as it was told", async () => {
  const settings = { "dial.hotline": "9722", "dial.hotlineDelay": 4 };
  await office.layers.change(edit, "organization", "default", { settings });
  expect(await commonFile("dialplan.xml", "cisco/sip79xx")).toContain(
    '<TEMPLATE MATCH="" Timeout="4" Rewrite="9722"/>',
  );
});
