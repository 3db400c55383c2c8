import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { createRenderer } from "../../server/render/renderer.ts";
import { readTemplate } from "../../server/render/template-rules.ts";

const known = (name: string) => name === "cisco/ata/_element" || name === "plain";
const findings = (source: string) => readTemplate(source, known).findings;

describe("what people may write into a template", () => {
  it.each([
    ["values, escaped", "{{name}} {{model.id}} {{named.Station_Name}} {{this}} {{.}} {{../name}}"],
    ["a name that is written as it is", "{{named.[device/ntp[1\\]]}}"],
    ["loops and choices", "{{#each parameters}}{{#if value}}a{{else if name}}b{{else}}c{{/if}}{{/each}}"],
    ["unless and with", "{{#unless elements}}{{#with model}}{{id}}{{/with}}{{/unless}}"],
    ["names of its own for what it loops over", "{{#each parameters as |one at|}}{{at}} {{one.name}}{{/each}}"],
    [
      "what a loop knows of itself",
      "{{#each parameters}}{{@index}}{{@key}}{{@first}}{{@last}}{{@root.model.id}}{{/each}}",
    ],
    ["partials that Offhook brings", "{{#each elements}}{{> cisco/ata/_element}}{{> plain this indent=name}}{{/each}}"],
    ["comments, and braces that mean nothing", "{{!-- {{{no}}} --}}{{! no }}\\{{name}} { {"],
  ])("%s", (_what, source) => {
    expect(findings(source)).toEqual([]);
  });

  it("and the partials are told, each once", () => {
    expect(readTemplate("{{> plain}}{{#if a}}{{> plain}}{{> cisco/ata/_element}}{{/if}}", known).partials).toEqual([
      "plain",
      "cisco/ata/_element",
    ]);
  });
});

describe("what is refused, with its line", () => {
  it.each([
    ["\n{{{name}}}", 2, "{{{ and {{& write unescaped; use {{ }}"],
    ["a\nb {{&name}}", 2, "{{{ and {{& write unescaped; use {{ }}"],
    ["{{~{name}~}}", 1, "{{{ and {{& write unescaped; use {{ }}"],
    ["{{#if a}}\n{{else}}\n{{{name}}}{{/if}}", 3, "{{{ and {{& write unescaped; use {{ }}"],
    ["x {{{{each a}}}} {{b}} {{{{/each}}}}", 1, "{{{{ is not possible here"],
    ["{{lookup parameters 0}}", 1, 'there is no helper "lookup" to call; a value stands alone, as {{name}}'],
    ["{{log name}}", 1, 'there is no helper "log" to call; a value stands alone, as {{name}}'],
    ["{{log}}", 1, 'there is no helper "log" to call; a value stands alone, as {{name}}'],
    ["{{uppercase name}}", 1, 'there is no helper "uppercase" to call; a value stands alone, as {{name}}'],
    ["{{name size=1}}", 1, 'there is no helper "name" to call; a value stands alone, as {{name}}'],
    ['{{"name"}}', 1, "a name is needed in {{ }}"],
    ["{{#name}}{{/name}}", 1, 'there is no block helper "name"; there are if, unless, each, with'],
    ["{{#log name}}{{/log}}", 1, 'there is no block helper "log"; there are if, unless, each, with'],
    [
      "{{#helperMissing}}{{/helperMissing}}",
      1,
      'there is no block helper "helperMissing"; there are if, unless, each, with',
    ],
    ["{{#if a b}}{{/if}}", 1, "{{#if}} needs exactly one value"],
    ["{{#each}}{{/each}}", 1, "{{#each}} needs exactly one value"],
    ["{{#if (lookup model 'id')}}{{/if}}", 1, "( ) calls a helper, and there is none to call"],
    ["{{> nothing}}", 1, 'there is no template "nothing"'],
    ["{{> @partial-block}}", 1, 'there is no template "@partial-block"'],
    ["{{> (lookup . 'name')}}", 1, "the name of a partial must be written out"],
    ["{{#> plain}}{{/plain}}", 1, "partials with a block, inline partials and decorators are not possible here"],
    [
      '{{#*inline "plain"}}{{/inline}}',
      1,
      "partials with a block, inline partials and decorators are not possible here",
    ],
    ["{{* plain}}", 1, "partials with a block, inline partials and decorators are not possible here"],
    ["{{model.constructor}}", 1, '"constructor" can\'t be read'],
    ["{{#with model.__proto__}}{{/with}}", 1, '"__proto__" can\'t be read'],
    ["{{> plain a=toString}}", 1, '"toString" can\'t be read'],
    ["{{> plain __proto__=name}}", 1, '"__proto__" can\'t be written'],
    ["{{@level}}", 1, "there is no @level; there are @root, @index, @key, @first, @last"],
    ["a\n{{#if name}}\n", 3, 'can\'t be read near "a{{#if name}}"'],
    ["a\n{{#if name}}\n{{/each}}", 2, "if doesn't match each"],
  ])("%j", (source, line, reason) => {
    expect(findings(source)).toEqual([{ line, reason }]);
  });

  it("more than 10,000 parts", () => {
    expect(findings("{{name}}".repeat(10_001))).toEqual([{ line: 1, reason: "has more than 10000 parts" }]);
  });

  it("blocks more than 32 deep", () => {
    const source = `${"{{#if name}}".repeat(33)}x${"{{/if}}".repeat(33)}`;
    expect(findings(source)).toEqual([{ line: 1, reason: "has blocks more than 32 deep" }]);
  });

  it("with 20 findings at most", () => {
    expect(findings("{{{name}}}\n".repeat(30))).toHaveLength(20);
  });
});

it("every template that Offhook brings may be taken over as it is, but for those that call themselves", () => {
  const { sources } = createRenderer("templates");
  for (const [name, source] of sources) {
    const { findings, partials } = readTemplate(source, (partial) => sources.has(partial));
    expect(findings, name).toEqual([]);
    expect(partials.includes(name), name).toBe(name.endsWith("/_element"));
  }
  const used = createCatalogue("profiles").families.flatMap(({ files }) =>
    files.flatMap(({ template }) => template ?? []),
  );
  expect(used.filter((name) => !sources.has(name))).toEqual([]);
});
