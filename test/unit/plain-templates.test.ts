import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { sampleDesk } from "../../server/office/templates/sample.ts";
import { compileTemplates } from "../../server/render/compile.ts";
import { formats } from "../../server/render/formats.ts";
import { plainTemplates } from "../../server/render/plain-templates.ts";
import { createRenderer } from "../../server/render/renderer.ts";
import { templateContext } from "../../server/render/template-context.ts";

const catalogue = createCatalogue("profiles");
const { sources } = createRenderer("templates");
/** One model of each family. */
const models = catalogue.models.filter(
  ({ family }, at, all) => all.findIndex((other) => other.family === family) === at,
);

describe("a template that only walks, chooses and writes", () => {
  for (const [name, format] of Object.entries(formats)) {
    const [plain, byHandlebars] = [plainTemplates(sources, format), compileTemplates(sources, format)];

    it(`is every one that Offhook brings, and gives the text that Handlebars gives, as ${name}`, () => {
      expect([...plain.keys()]).toEqual([...sources.keys()]);
      for (const model of models) {
        const { family, parameters } = sampleDesk(catalogue, model, true);
        const context = templateContext({ model, names: family.names, parameters });
        for (const template of [...sources.keys()].filter((each) => !each.includes("/_"))) {
          expect(plain.get(template)?.(context)).toBe(byHandlebars.get(template)?.(context));
        }
      }
    });
  }

  it.each([
    ["a choice", "{{#if model}}a{{else}}b{{/if}}{{#if elements}}a{{else}}b{{/if}}"],
    ["an empty list", "{{#each elements}}a{{else}}b{{/each}}"],
    ["tags and comments on lines of their own", "a\n  {{! no }}\n{{#each parameters}}\n  {{name}}\n{{/each}}\nb"],
    ["a partial that is set in", "a\n  {{> part}}\nb"],
    ["a name that is written twice", "{{#each parameters}}<{{name}}>{{value}}</{{name}}>{{/each}}"],
  ])("has %s as Handlebars has it", (_what, source) => {
    const own = new Map([
      ["own", source],
      ["part", "x\ny"],
    ]);
    const context = templateContext({ model: { id: "a", title: "b" }, names: "flat", parameters: [["p", "<1>"]] });
    const text = compileTemplates(own, formats.xml).get("own")?.(context);
    expect(plainTemplates(own, formats.xml).get("own")?.(context)).toBe(text);
  });

  it.each([
    "{{#each parameters}}{{@index}}{{/each}}",
    "{{#each parameters}}{{../model.id}}{{/each}}",
    "{{#each parameters as |each|}}{{each.name}}{{/each}}",
    "{{#each model}}{{this}}{{/each}}",
    "{{#unless model}}a{{/unless}}",
    "{{#with model}}{{id}}{{/with}}",
    "{{{model}}}",
    "{{constructor}}",
    "{{> part name=model}}",
    "{{> other}}",
  ])("is not %s, which Handlebars runs", (source) => {
    const own = new Map([
      ["own", source],
      ["part", "{{name}}"],
      ["other", "{{model.id}}"],
    ]);
    expect([...plainTemplates(own, formats.xml).keys()]).toEqual(["part"]);
  });

  it("fails when it names what is not there", () => {
    const template = plainTemplates(new Map([["own", "{{serial}}"]]), formats.xml).get("own");
    expect(() => template?.({})).toThrow('"serial" not defined');
  });
});
