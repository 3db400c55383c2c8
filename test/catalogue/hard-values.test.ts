import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { Device } from "../../server/domain/device.ts";
import { Failure } from "../../server/domain/failures.ts";
import { addFilled } from "../support/filled-device.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { readText, readXml } from "../support/read-back.ts";

const hardNames = ["Zoë \"<&>' O’Neil", "😀 ]]> {{x}} &amp;", "<!-- é --> $USER %s", "Νίκος Παπαδόπουλος"];
const models = createCatalogue("profiles").models;

async function rendered(office: Office, { mac }: Device) {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  const desk = await office.desks.read(office.stores.config, stored);
  const spec = desk.family.files.find(({ serves, template }) => serves === "device" && template !== undefined);
  if (!spec) throw new Error("no device file");
  return { desk, text: (await office.files.forDevice(spec, desk)).body.toString("utf8") };
}

let office: Office;
beforeAll(async () => {
  office = await openTestOffice();
  await office.layers.change(edit, "organization", "default", {
    settings: { "sip.server": "pbx.example.com", "time.zone": "Europe/Athens", "voicemail.number": "*97" },
  });
});
afterAll(() => office.close());

/** Each model has a MAC and a hundred extensions of its own for each of its tests. */
const numbered = models.map((model, index) => ({ ...model, index }));
const macAt = (index: number, test: number) => `00562b${(index * 16 + test).toString(16).padStart(6, "0")}`;

describe.each(numbered)("the file of a filled $id", ({ index, ...model }) => {
  it("reads back equal, value by value, with names only of the vocabulary and none twice", async () => {
    const limit = office.catalogue.family(model.family).limits["line.displayName"];
    const carried = hardNames.filter((name) => ![...(limit?.without ?? "")].some((each) => name.includes(each)));
    const name = (at: number) => carried[at % carried.length] ?? "";
    const device = await addFilled(office, model, { mac: macAt(index, 1), extension: 200_000 + index * 100, name });
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
    const filling = { mac: macAt(index, 2), extension: 300_000 + index * 100, name: (at: number) => `Name ${at}` };
    const device = await addFilled(office, model, filling);
    const first = await rendered(office, device);
    const second = await rendered(office, device);
    expect(second.text).toBe(first.text);
    expect(second.desk.digest).toBe(first.desk.digest);
  });

  it("is refused a secret one character longer than the family carries, with the limit and its source", async () => {
    const limit = model.limits["line.secret"] ?? office.catalogue.family(model.family).limits["line.secret"];
    await office.lines.add(edit, {
      id: `long-${index}`,
      extension: String(4000 + index),
      secret: "x".repeat((limit?.max ?? 0) + 1),
    });
    const adding = office.devices.add(edit, macAt(index, 3), { model: model.id, lines: [`long-${index}`] });
    const refusal = await adding.then(
      () => undefined,
      (error: unknown) => error as Failure,
    );
    expect(refusal).toBeInstanceOf(Failure);
    expect(refusal?.code).toBe("INVALID");
    expect(refusal?.errors[0]?.pointer).toBe("/lines/0");
    expect(refusal?.errors[0]?.detail).toContain(`at most ${limit?.max}`);
    expect(refusal?.errors[0]?.detail).toContain(limit?.source);
    expect(await office.stores.config.holder(`mac:${macAt(index, 3)}`)).toBeUndefined();
  });
});
