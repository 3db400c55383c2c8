import { afterAll, describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { OwnTemplates } from "../../server/domain/template.ts";
import { sampleDesk } from "../../server/office/templates/sample.ts";
import { createOrganizationFiles } from "../../server/render/organization-files.ts";
import { createPhoneFiles } from "../../server/render/phone-files.ts";
import { createRenderer } from "../../server/render/renderer.ts";
import { createSandbox } from "../../server/render/sandbox.ts";

const name = "cisco/mpp/flat-profile";
const catalogue = createCatalogue("profiles");
const renderer = createRenderer("templates");
const model = catalogue.model("cisco/8851-3pcc");
if (!model) throw new Error("there is no such model");
const desk = sampleDesk(catalogue, model, false);
const [spec] = desk.family.files.filter(({ serves }) => serves === "device");
if (!spec) throw new Error("there is no such file");

// One thread: what does not run at the same time is seen to wait.
const sandbox = createSandbox({ workers: 1, limitMs: 300, mostWaiting: 6 });
const files = createOrganizationFiles({ files: createPhoneFiles({ renderer }), renderer, sandbox });
afterAll(() => sandbox.close());

const ownOf = (source: string): OwnTemplates => new Map([[name, { source, partials: [], digest: source }]]);
const phone = (own: OwnTemplates, serial: number) =>
  files.forDevice(spec, { ...desk, own, parameters: new Map([...desk.parameters, ["Serial", String(serial)]]) });
const failure = async (made: Promise<unknown>) => await made.then(String, (error: unknown) => error);
const loop = (depth: number): string => (depth === 0 ? "" : `{{#each @root.parameters}}${loop(depth - 1)}{{/each}}`);

describe("phones that come together for an own template", () => {
  it("that is too slow: one is tried, all others get its failure when their turn comes", async () => {
    const own = ownOf(`<a>${loop(6)}</a>`);
    const failures = await Promise.all([1, 2, 3, 4, 5, 6].map((serial) => failure(phone(own, serial))));
    expect(failures[0]).toMatchObject({ code: "TEMPLATE_FAILED", message: `${name}: takes longer than 300 ms` });
    for (const each of failures) expect(each).toBe(failures[0]);
  });

  it("with the same values: the file is made once for all of them", async () => {
    const broken = ownOf("<a>{{nothing}}</a>");
    const failures = await Promise.all([1, 1, 1, 2].map((serial) => failure(phone(broken, serial))));
    expect(failures[1]).toBe(failures[0]);
    expect(failures[2]).toBe(failures[0]);
    expect(failures[3]).not.toBe(failures[0]);
    expect(await failure(phone(broken, 1))).not.toBe(failures[0]);
  });

  it("leave every second turn to another organization, however many they are", async () => {
    const order: string[] = [];
    const come = async (who: string, own: OwnTemplates, serial: number) =>
      order.push(
        `${who} ${await phone(own, serial).then(
          () => "served",
          ({ code }: { code: string }) => code,
        )}`,
      );
    const [crowd, other] = [ownOf("<crowd/>"), ownOf("<other/>")];
    await Promise.all([
      ...[1, 2, 3, 4, 5, 6, 7].map((serial) => come(`crowd ${serial}`, crowd, serial)),
      ...[1, 2].map((serial) => come(`other ${serial}`, other, serial)),
    ]);
    expect(order.filter((each) => each.endsWith("TOO_BUSY"))).toEqual(["crowd 7 TOO_BUSY", "crowd 6 TOO_BUSY"]);
    expect(order.filter((each) => each.endsWith("served"))).toEqual([
      "crowd 1 served",
      "crowd 2 served",
      "other 1 served",
      "crowd 3 served",
      "other 2 served",
      "crowd 4 served",
      "crowd 5 served",
    ]);
  });

  it("of one organization wait as one, whatever files they ask for", async () => {
    const family = catalogue.family("cisco/enterprise");
    const companion = family.files.find(({ template }) => template === "cisco/enterprise/xml-default");
    if (!companion) throw new Error("there is no such file");
    const order: string[] = [];
    const come = async (who: string, made: Promise<unknown>) => {
      await made;
      order.push(who);
    };
    const list = { source: "<list/>", partials: [], digest: "list" };
    const both: OwnTemplates = new Map([...ownOf("<both/>"), ["cisco/enterprise/xml-default", list]]);
    await Promise.all([
      come("a file", phone(both, 1)),
      come("another", phone(both, 2)),
      come("their list", files.forFamily(companion, family, { settings: desk.settings, own: both }, [])),
      come("other", phone(ownOf("<one/>"), 1)),
    ]);
    expect(order).toEqual(["a file", "another", "other", "their list"]);
  });
});
