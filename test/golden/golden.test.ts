import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { goldenFiles, readGolden, renderCase } from "./cases.ts";

const files = goldenFiles();

describe("the files of a phone", () => {
  it("have a case for every model", () => {
    const covered = new Set(files.map((name) => name.split("/").slice(0, 2).join("/")));
    expect([...covered].sort()).toEqual(createCatalogue("profiles").models.map(({ id }) => id));
  });

  for (const name of files) {
    it(`are as in ${name}`, async () => {
      const { input, expected } = readGolden(name);
      expect(await renderCase(input)).toBe(expected);
    });
  }
});
