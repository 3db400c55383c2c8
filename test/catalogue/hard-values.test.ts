import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { Device, Key } from "../../server/domain/device.ts";
import { Failure } from "../../server/domain/failures.ts";
import type { ModelProfile } from "../../server/domain/model.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { readText, readXml } from "../support/read-back.ts";

const hardNames = ["Zoë \"<&>' O’Neil", "😀 ]]> {{x}} &amp;", "<!-- é --> $USER %s", "Νίκος Παπαδόπουλος"];
/** All of printable ASCII; the blank stands inside, since one at either end can't be carried. */
const printable = `! ${Array.from({ length: 93 }, (_, index) => String.fromCharCode(0x22 + index)).join("")}`;
const models = createCatalogue("profiles").models;

/** The greatest secrets of a family: every printable ASCII character stands in one of them. */
function greatestSecrets({ family, limits }: ModelProfile, office: Office): string[] {
  const limit = limits["line.secret"] ?? office.catalogue.family(family).limits["line.secret"];
  const max = limit?.max ?? 0;
  const allowed = [...printable].filter((character) => !limit?.without?.includes(character)).join("");
  const secrets: string[] = [];
  for (let at = 0; at < allowed.length; at += max) secrets.push((allowed.slice(at, at + max) + allowed).slice(0, max));
  return secrets;
}

/** A line for each of the phone's lines, and a key of every type on every place of the phone and its modules. */
async function fill(
  office: Office,
  model: ModelProfile,
  mac: string,
  name: (index: number) => string,
): Promise<Device> {
  const secrets = greatestSecrets(model, office);
  const lines = Array.from({ length: model.has.lines }, (_, index) => `${mac}-${index}`);
  for (const [index, id] of lines.entries()) {
    const extension = `${mac.slice(-3).replace(/\D/g, "7")}${100 + index}`;
    await office.lines.add(edit, {
      id,
      extension,
      displayName: name(index),
      secret: secrets[index % secrets.length] ?? "",
    });
  }
  const [moduleType] = Object.keys(model.has.modules.types);
  const modules = moduleType === undefined ? [] : Array.from({ length: model.has.modules.most }, () => moduleType);
  const keys = placesOf(model, modules).map((place, index): Key => {
    const type = model.has.keyTypes[index % model.has.keyTypes.length] ?? "line";
    const line = lines[index % lines.length] ?? "";
    return {
      ...place,
      type,
      target: type === "speed-dial" ? { number: `00385${index}` } : { line },
      label: `Key ${index} <&>`,
    };
  });
  const stored = await office.devices.add(edit, mac, {
    model: model.id,
    lines,
    keys,
    modules,
  });
  return stored.body;
}

function placesOf({ has }: ModelProfile, modules: readonly string[]): { position: number; module?: number }[] {
  const own = Array.from({ length: has.keys }, (_, index) => ({ position: index + 1 }));
  const more = modules.flatMap((type, module) =>
    Array.from({ length: has.modules.types[type]?.keys ?? 0 }, (_, index) => ({
      position: index + 1,
      module: module + 1,
    })),
  );
  return [...own, ...more];
}

async function rendered(office: Office, { mac }: Device) {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  const desk = await office.desks.read(office.stores.config, stored);
  const spec = desk.family.files.find(({ serves, template }) => serves === "device" && template !== undefined);
  if (!spec) throw new Error("no device file");
  return { desk, text: office.files.forDevice(spec, desk).body.toString("utf8") };
}

describe.each(models)("the file of a filled $id", (model) => {
  let office: Office;
  beforeAll(async () => {
    office = await openTestOffice();
    await office.layers.change(edit, "organization", "default", {
      settings: { "sip.server": "pbx.example.com", "time.zone": "Europe/Athens", "voicemail.number": "*97" },
    });
  });
  afterAll(() => office.close());

  it("reads back equal, value by value, with names only of the vocabulary and none twice", async () => {
    const limit = office.catalogue.family(model.family).limits["line.displayName"];
    const carried = hardNames.filter((name) => ![...(limit?.without ?? "")].some((each) => name.includes(each)));
    const device = await fill(office, model, "00562b04aa01", (index) => carried[index % carried.length] ?? "");
    const { desk, text } = await rendered(office, device);
    const values = desk.family.format === "text" ? readText(text) : readXml(text).values;
    const strip = (name: string) => (desk.family.format === "flat-xml" ? name.replace(/^flat-profile\//, "") : name);
    const names = values.map(([name]) => strip(name));
    expect(text.startsWith("\uFEFF")).toBe(false);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !office.catalogue.family(model.family).vocabularyTable.has(name))).toEqual([]);
    expect(new Map(values.map(([name, value]) => [strip(name), value]))).toEqual(new Map(desk.parameters));
    expect(desk.leftOut).toEqual([]);
  });

  it("is the same bytes when it is rendered again", async () => {
    const device = await fill(office, model, "00562b04aa02", (index) => `Name ${index}`);
    const first = await rendered(office, device);
    const second = await rendered(office, device);
    expect(second.text).toBe(first.text);
    expect(second.desk.digest).toBe(first.desk.digest);
  });

  it("is refused a secret one character longer than the family carries, with the limit and its source", async () => {
    const limit = model.limits["line.secret"] ?? office.catalogue.family(model.family).limits["line.secret"];
    await office.lines.add(edit, { id: "long", extension: "4444", secret: "x".repeat((limit?.max ?? 0) + 1) });
    const adding = office.devices.add(edit, "00562b04aa03", { model: model.id, lines: ["long"] });
    const refusal = await adding.then(
      () => undefined,
      (error: unknown) => error as Failure,
    );
    expect(refusal).toBeInstanceOf(Failure);
    expect(refusal?.code).toBe("INVALID");
    expect(refusal?.errors[0]?.pointer).toBe("/lines/0");
    expect(refusal?.errors[0]?.detail).toContain(`at most ${limit?.max}`);
    expect(refusal?.errors[0]?.detail).toContain(limit?.source);
    expect(await office.stores.config.holder("mac:00562b04aa03")).toBeUndefined();
  });
});
