import { afterAll, describe, expect, it } from "vitest";
import { createRenderer } from "../../server/render/renderer.ts";
import { createSandbox, TemplateError } from "../../server/render/sandbox.ts";
import { templateContext } from "../../server/render/template-context.ts";

const sandbox = createSandbox({ workers: 1, limitMs: 500, mostWaiting: 3, mostBytes: 100_000 });
afterAll(() => sandbox.close());

const parameters = Array.from({ length: 200 }, (_, at): [string, string] => [`P_${at}_`, `Zoë "<&>' ${at}`]);
const input = { model: { id: "cisco/6851", title: "6851" }, names: "flat", parameters } as const;

function job(source: string, more: Readonly<Record<string, string>> = {}) {
  const sources = new Map(Object.entries({ own: source, ...more }));
  return { bundle: { template: "own", digest: source, sources }, format: "flat-xml", form: "xml", input } as const;
}

const render = async (source: string, more?: Readonly<Record<string, string>>) =>
  (await sandbox.render(job(source, more))).toString("utf8");

/** What a template did wrong. */
async function troubleWith(source: string, more?: Readonly<Record<string, string>>): Promise<string> {
  const error = await sandbox.render(job(source, more)).catch((thrown: unknown) => thrown);
  if (!(error instanceof TemplateError)) throw new Error(`rendered, or failed otherwise: ${String(error)}`);
  return error.message;
}

const loop = (depth: number, inner: string): string =>
  depth === 0 ? inner : `{{#each @root.parameters}}${loop(depth - 1, inner)}{{/each}}`;

describe("a template in the sandbox", () => {
  it("gives the bytes that the same template gives outside of it", async () => {
    const renderer = createRenderer("templates");
    const name = "cisco/mpp/flat-profile";
    const shipped = renderer.render(name, "flat-xml", templateContext(input));
    expect(shipped.toString("utf8")).toContain("<P_7_>Zo&#235; &quot;&lt;&amp;&gt;&apos; 7</P_7_>");
    expect(await render(renderer.sources.get(name) ?? "")).toBe(shipped.toString("utf8"));
  });

  it("escapes as the format of the file wants", async () => {
    const text = { ...job("{{#with named}}k: {{P_1_}}{{/with}}"), format: "text", form: "text" } as const;
    expect((await sandbox.render(text)).toString("utf8")).toBe(`k: Zoë "<&>' 1`);
    const xml = { ...job("<a>{{named.P_1_}}</a>"), format: "xml" } as const;
    expect((await sandbox.render(xml)).toString("utf8")).toBe("<a>Zoë &quot;&lt;&amp;&gt;&apos; 1</a>");
  });

  it("may ask for what every list can do, and learns that it is not there", async () => {
    expect(await render("<a>{{#if parameters.map}}x{{/if}}{{#each parameters.map}}x{{/each}}</a>")).toBe("<a></a>");
  });

  it("sees the parameters by name, and the model", async () => {
    expect(await render("<a b='{{model.id}}'>{{named.P_1_}}{{#if named.None}}x{{/if}}</a>")).toBe(
      "<a b='cisco/6851'>Zo&#235; &quot;&lt;&amp;&gt;&apos; 1</a>",
    );
  });
});

describe("a template that goes wrong", () => {
  it.each([
    ["a name that is not there", "<a>\n{{nothing}}</a>", 'own, line 2: there is no "nothing" here'],
    ["a name of a name that is not there", "<a>{{named.P_1_.secret}}</a>", 'own, line 1: there is no "secret" here'],
    ["what every list can do", "<a>\n{{parameters.map}}</a>", 'own, line 2: there is no "map" here'],
    [
      "what every list can do, inside of it",
      "<a>{{#with parameters}}{{at}}{{/with}}</a>",
      'own, line 1: there is no "at"',
    ],
    ["what every text has", "<a>{{#with named.P_1_}}{{length}}{{/with}}</a>", 'own, line 1: there is no "length" here'],
    ["what every text can do", "<a>{{#each named}}{{this.trim}}{{/each}}</a>", 'own, line 1: there is no "trim" here'],
    ["two roots", "<a/><b/>", "own: line 1 of the file is not well-formed XML"],
    ["an element that is not closed", "<a>\n\n<b></a>", "own: line 3 of the file is not well-formed XML"],
    ["a value for the name of an element", "<{{named.P_1_}}/>", "own: line 1 of the file is not well-formed XML"],
    [
      "a value in a comment that it ends",
      "<a><!-- {{named.P_1_}} -- --></a>",
      "own: line 1 of the file is not well-formed XML",
    ],
    [
      "a document type",
      '<!DOCTYPE a [<!ENTITY b "c">]><a/>',
      "own: line 1 of the file has a document type declaration",
    ],
    ["nothing at all", "", "own: line 1 of the file is not well-formed XML"],
  ])("%s is told with its line", async (_what, source, message) => {
    expect(await troubleWith(source)).toContain(message);
  });

  it("in a partial is told with the name of the partial", async () => {
    expect(await troubleWith("<a>{{> part}}</a>", { part: "\n\n{{nothing}}" })).toBe(
      'part, line 3: there is no "nothing" here',
    );
  });

  it("never tells a value: it may be a secret", async () => {
    for (const source of ["{{named.P_1_.a}}", "{{#each parameters}}{{value.a.b}}{{/each}}", "<{{named.P_1_}}></a>"]) {
      expect(await troubleWith(source)).not.toContain("Zo");
    }
  });

  it("in a line of text that no phone reads is told with the line of the file", async () => {
    const text = { ...job("a: b\n; comment\n\nwhat is this\n"), format: "text", form: "text" } as const;
    await expect(sandbox.render(text)).rejects.toThrow("own: line 4 of the file is neither `key: value` nor a comment");
  });
});

describe("a template that takes too much", () => {
  it("is stopped after its time, and the next one is rendered", async () => {
    const started = performance.now();
    expect(await troubleWith(`<a>${loop(5, "")}</a>`)).toBe("own: takes longer than 500 ms");
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await render("<a/>")).toBe("<a/>");
  });

  it("is refused for what it writes", async () => {
    expect(await troubleWith(`<a>${loop(2, "{{name}}")}</a>`)).toBe("own: makes a file of more than 100000 bytes");
    const partials = { b: loop(1, "{{> c}}"), c: loop(2, "x".repeat(1000)) };
    expect(await troubleWith("<a>{{> b}}</a>", partials)).toMatch(
      /^own: (makes a file of more|takes longer|needs more)/,
    );
    expect(await render("<a/>")).toBe("<a/>");
  });

  it("is stopped for the memory it takes, and the process lives on", async () => {
    const own = createSandbox({ workers: 1, limitMs: 15_000, mostWaiting: 1 });
    await expect(own.render(job(`<a>${loop(4, "{{name}}")}</a>`))).rejects.toThrow("needs more than 64 MB of memory");
    expect((await own.render(job("<a/>"))).toString()).toBe("<a/>");
    await own.close();
  });

  it("holds up no more than three others, first come, first served", async () => {
    const order: number[] = [];
    const all = [1, 2, 3, 4].map(async (n) => {
      await sandbox.render(job("<a/>"));
      order.push(n);
    });
    await expect(sandbox.render(job("<a/>"))).rejects.toMatchObject({ code: "TOO_BUSY" });
    await Promise.all(all);
    expect(order).toEqual([1, 2, 3, 4]);
  });
});
