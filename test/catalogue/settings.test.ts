import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { Failure, type FieldError } from "../../server/domain/failures.ts";
import type { KeyType } from "../../server/domain/key-types.ts";
import { createPlan } from "../../server/domain/mapping/plan.ts";
import { settingDefinitions } from "../../server/domain/settings.ts";
import { edit, openTestOffice } from "../support/office.ts";
import * as ata from "./settings/ata.ts";
import * as enterprise from "./settings/enterprise.ts";
import * as mpp from "./settings/mpp.ts";
import * as phoneos from "./settings/phoneos.ts";
import {
  addLines,
  type ReadFile,
  type ReadingTable,
  type Reads,
  readKey,
  readSetting,
  sharedFirst,
} from "./settings/reading.ts";
import * as sip79xx from "./settings/sip79xx.ts";
import * as spa from "./settings/spa.ts";

/** The rows of each family, and the model that they are about when they name none. */
const tables: readonly (ReadingTable & { readonly name: string; readonly example: string })[] = [
  { name: "mpp", example: "cisco/8851-3pcc", readings: mpp.readings, keyReadings: mpp.keyReadings },
  { name: "phoneos", example: "cisco/9861", readings: phoneos.readings, keyReadings: phoneos.keyReadings },
  { name: "enterprise", example: "cisco/8851", readings: enterprise.readings, keyReadings: enterprise.keyReadings },
  { name: "sip79xx", example: "cisco/7960", readings: sip79xx.readings, keyReadings: sip79xx.keyReadings },
  { name: "spa", example: "cisco/spa504g", readings: spa.readings, keyReadings: spa.keyReadings },
  { name: "ata", example: "cisco/ata192", readings: ata.readings, keyReadings: ata.keyReadings },
];

/** Whether a load is written depends on the shelf: rules.test.ts. */
const provenElsewhere = ["firmware.version", "firmware.downgrade"];

const catalogue = createCatalogue("profiles");

let count = 0;
const nextMac = () => `00562b${(++count).toString(16).padStart(6, "0")}`;

function picked(file: ReadFile, names: object): Record<string, string | undefined> {
  return Object.fromEntries(Object.keys(names).map((name) => [name, file.get(name)]));
}

/** What is written of a device's own MAC stands as `{mac}` in a table. */
function withMac(reads: Reads, mac: string): Reads {
  return Object.fromEntries(Object.entries(reads).map(([name, text]) => [name, text?.replace("{mac}", mac)]));
}

describe.each(tables)("settings of $name", ({ name, example, readings, keyReadings }) => {
  const family = catalogue.family(`cisco/${name}`);
  const models = catalogue.models.filter((model) => model.family === family.id);

  let office: Office;

  beforeAll(async () => {
    office = await openTestOffice();
    office.advertised.base = "http://prov.example.com";
    await addLines(office);
  });
  afterAll(() => office.close());

  it.each(sharedFirst(readings))("$setting $value is read back", async (reading) => {
    const mac = nextMac();
    const { set, back } = await readSetting(office, mac, reading.model ?? example, reading);
    expect(picked(set, reading.reads)).toEqual(reading.reads);
    if (reading.without) expect(picked(back, reading.without)).toEqual(withMac(reading.without, mac));
  });

  it.each(keyReadings)("a key $key of a $model is read back", async (reading) => {
    expect(picked(await readKey(office, nextMac(), reading), reading.reads)).toEqual(reading.reads);
  });

  it("has a row for every setting that one of its models carries", () => {
    const carried = new Set(models.flatMap((model) => [...createPlan(family, model).carried]));
    const settings = [...carried].filter((each) => settingDefinitions.has(each) && !provenElsewhere.includes(each));
    const rows = new Set(readings.map(({ setting }) => setting));
    expect(settings.filter((each) => !rows.has(each))).toEqual([]);
  });

  it("has a row for every key type of its models", () => {
    const types = new Set(models.flatMap((model): readonly KeyType[] => model.has.keyTypes));
    const rows = new Set(keyReadings.map(({ key }) => key.type));
    expect([...types].filter((type) => !rows.has(type))).toEqual([]);
  });

  it.each(models)("refuses on a $id what it does not carry", async (model) => {
    const { carried } = createPlan(family, model);
    const foreign = new Map(
      tables
        .flatMap((table) => table.readings.map(({ setting, value }) => [setting, value] as const))
        .filter(([setting]) => !carried.has(setting) && !settingDefinitions.get(setting)?.layers),
    );
    const errors = await refusals(
      office.devices.add(edit, nextMac(), { model: model.id, settings: Object.fromEntries(foreign) }),
    );
    const named = errors.filter(({ detail }) => detail.startsWith("not on this phone")).map(({ pointer }) => pointer);
    expect(named.sort()).toEqual([...foreign.keys()].map((setting) => `/settings/${setting}`).sort());
  });
});

it("covers every family", () => {
  expect(tables.map(({ name }) => `cisco/${name}`).sort()).toEqual(catalogue.families.map(({ id }) => id).sort());
});

it("every setting that is for phones is carried by some family", () => {
  const carried = new Set(
    catalogue.models.flatMap((model) => [...createPlan(catalogue.family(model.family), model).carried]),
  );
  const lost = [...settingDefinitions.values()].filter(({ name, own }) => !own && !carried.has(name));
  expect(lost.map(({ name }) => name)).toEqual([]);
});

async function refusals(adding: Promise<unknown>): Promise<readonly FieldError[]> {
  try {
    await adding;
    return [];
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.errors;
  }
}
