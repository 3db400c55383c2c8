import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { Country } from "../../server/domain/country.ts";
import { forms } from "../../server/domain/mapping/forms.ts";
import { FamilyProfile, ModelProfile } from "../../server/domain/model.ts";
import { PbxKind } from "../../server/domain/pbx.ts";
import { createSettingsCheck, settingDefinitions } from "../../server/domain/settings.ts";
import { findTimeZone } from "../../server/domain/time-zone.ts";
import { documents } from "../../server/render/documents.ts";
import { createRenderer } from "../../server/render/renderer.ts";

const catalogue = createCatalogue("profiles");
const renderer = createRenderer("templates");
const checkSettings = createSettingsCheck({
  zone: (name) => findTimeZone(catalogue.zones, name) !== undefined,
  country: (code) => catalogue.countries.has(code),
});

/** Facts that a row may be made of besides settings. */
const facts = [
  ...["id", "index", "extension", "userId", "authId", "secret", "displayName", "isShared"].map(
    (name) => `line.${name}`,
  ),
  ...["type", "lineIndex", "number", "label", "url"].map((name) => `key.${name}`),
  ...["count", "first", "type", "keys", "index"].map((name) => `module.${name}`),
  "device.mac",
  "device.label",
  "device.MAC",
  "device.dialTemplate",
  "server.phones",
  "server.report",
  "server.authentication",
  "firmware.complete",
  "firmware.complete.load",
  "firmware.rule",
];

it("the catalogue has a model of each family", () => {
  const families = ["cisco/ata", "cisco/enterprise", "cisco/mpp", "cisco/phoneos", "cisco/sip79xx", "cisco/spa"];
  expect(catalogue.families.map(({ id }) => id).sort()).toEqual(families);
  expect([...new Set(catalogue.models.map(({ family }) => family))].sort()).toEqual(families);
});

it("the schemas that profiles name for editors are those that profiles are checked with", () => {
  expect(JSON.parse(readFileSync("profiles/model.schema.json", "utf8"))).toEqual(
    JSON.parse(JSON.stringify(ModelProfile)),
  );
  expect(JSON.parse(readFileSync("profiles/family.schema.json", "utf8"))).toEqual(
    JSON.parse(JSON.stringify(FamilyProfile)),
  );
  expect(JSON.parse(readFileSync("profiles/pbx.schema.json", "utf8"))).toEqual(JSON.parse(JSON.stringify(PbxKind)));
  expect(JSON.parse(readFileSync("profiles/country.schema.json", "utf8"))).toEqual(JSON.parse(JSON.stringify(Country)));
});

/** Phones that change only what a file mentions: a value that is no longer written would stay for ever. */
function keepsWhatItHas({ format }: FamilyProfile): boolean {
  return format === "flat-xml" || format === "text";
}

/** Whether there may be no value at all: none of what the row is made of has a default. */
function mayBeUnset(from: string | readonly string[] = []): boolean {
  const names = typeof from === "string" ? [from] : from;
  return names.every((name) => settingDefinitions.has(name) && settingDefinitions.get(name)?.default === undefined);
}

describe.each(catalogue.families)("family $id", (family) => {
  it("writes only parameters of its vocabulary", () => {
    const names = family.mapping.map(({ to }) => to.replaceAll(/\{\w+\}/g, "1"));
    expect(names.filter((name) => !family.vocabularyTable.has(name))).toEqual([]);
  });

  it("makes its parameters of settings and facts that there are, in forms that there are", () => {
    const from = family.mapping.flatMap((row) => row.from ?? []);
    const ofFiles = family.files.flatMap((file) => file.from ?? []);
    expect(from.filter((name) => !settingDefinitions.has(name) && !facts.includes(name))).toEqual([]);
    expect(ofFiles.filter((name) => !settingDefinitions.has(name))).toEqual([]);
    expect(family.mapping.filter(({ as }) => as !== undefined && !(as in forms))).toEqual([]);
  });

  it("says in every row where the value comes from", () => {
    expect(family.mapping.filter(({ from, value }) => (from === undefined) === (value === undefined))).toEqual([]);
  });

  it("has a template or document for every file it serves, and a reason for every one it does not", () => {
    for (const { document, id, serves, template, why } of family.files) {
      if (serves === "nothing") expect(why, id).toBeTruthy();
      else if (template !== undefined) expect(renderer.has(template), template).toBe(true);
      else expect(Object.keys(documents), id).toContain(document);
    }
  });

  it("speaks in its notices only of stamps of files that phones have of their own, and of another one", () => {
    const own = family.files.filter(({ serves }) => serves === "device").map(({ id }) => id);
    for (const [action, { body = [], otherStamp }] of Object.entries(family.push.notify)) {
      const named = [...body.join("\n").matchAll(/\{stamp:([^}?]*)\??\}/g)].map(([, id]) => id);
      expect(own, action).toEqual(expect.arrayContaining(named));
      expect(otherStamp !== undefined, action).toBe(named.length > 0);
    }
  });

  it("has default settings that are right", () => {
    // A family may set what people may set at one layer only, hence "organization".
    expect(checkSettings(family.settings, "organization", "")).toEqual([]);
  });

  it("has rows for some models only by quirks that its models have", () => {
    const models = catalogue.models.filter(({ family: id }) => id === family.id);
    for (const { when } of [...family.mapping, ...family.files]) {
      for (const [quirk, values] of Object.entries(when ?? {})) {
        const there = models.flatMap(({ quirks }) => quirks[quirk] ?? []);
        expect(there, quirk).not.toEqual([]);
        for (const value of values) expect(there, quirk).toContain(value);
      }
    }
  });

  it.runIf(keepsWhatItHas(family))("writes the factory's value again when a setting is taken back", () => {
    const silent = family.mapping.filter(
      ({ from, keeps, only, otherwise, value }) =>
        value === undefined && otherwise === undefined && keeps === undefined && only === undefined && mayBeUnset(from),
    );
    expect(silent.map(({ to }) => to)).toEqual([]);
  });

  it("limits only settings and facts that there are", () => {
    expect(
      Object.keys(family.limits).filter(
        (name) => name !== "raw" && !settingDefinitions.has(name) && !facts.includes(name),
      ),
    ).toEqual([]);
  });

  it("keeps to itself only parameters that it knows", () => {
    const names = Object.keys(family.owned).map((name) => name.replace("{n}", "1"));
    expect(names.filter((name) => !family.vocabularyTable.has(name))).toEqual([]);
  });

  it("puts nothing secret into a bootstrap", () => {
    const open = family.mapping.filter(({ bootstrap }) => bootstrap).map(({ to }) => to);
    expect(open.filter((name) => family.vocabularyTable.isSecret(name))).toEqual([]);
  });
});

describe.each(catalogue.models)("model $id", (model) => {
  const family = catalogue.family(model.family);

  it("is told each parameter by one row", () => {
    const names = catalogue.plan(model.id).runs.flatMap(({ rows }) => rows.map(({ to }) => to));
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  it("recognises its own example files", () => {
    for (const file of model.recognise.examples.files) {
      const { candidates } = catalogue.names.find(file.replace(/^\//, ""));
      expect(
        candidates.map((each) => each.family),
        file,
      ).toContain(model.family);
      for (const { model: named } of candidates) if (named !== undefined) expect(named, file).toBe(model.id);
    }
  });

  it("recognises its own user agents and no other model's", () => {
    for (const userAgent of model.recognise.examples.userAgents) {
      expect(catalogue.byUserAgent(userAgent)?.model.id, userAgent).toBe(model.id);
      const others = catalogue.models.filter(
        (other) => other.id !== model.id && other.recognise.userAgent !== undefined,
      );
      for (const { recognise } of others)
        expect(new RegExp(recognise.userAgent ?? "^$", "i").test(userAgent)).toBe(false);
    }
  });

  it("has a place on its case for each of its keys", () => {
    expect(model.has.places.map(({ position }) => position)).toEqual(
      Array.from({ length: model.has.keys }, (_, index) => index + 1),
    );
  });

  it("fetches over a protocol that its boot uses", () => {
    const used = new Set(family.boot.flatMap(({ via }) => via));
    expect(model.can.fetch.some((protocol) => used.has(protocol as "tftp" | "http"))).toBe(true);
  });

  it("names no doubled key type, no empty source and a right default for each setting", () => {
    expect(new Set(model.has.keyTypes).size).toBe(model.has.keyTypes.length);
    expect(model.sources.every((source) => source.length > 20)).toBe(true);
    expect(checkSettings(model.settings, "organization", "")).toEqual([]);
  });
});
