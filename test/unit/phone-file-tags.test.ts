import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { sampleDesk } from "../../server/office/templates/sample.ts";
import { createPhoneFiles } from "../../server/render/phone-files.ts";
import { createRenderer } from "../../server/render/renderer.ts";

it("the tag of a phone's file is that of its bytes, whether they were just made or kept", () => {
  const catalogue = createCatalogue("profiles");
  const model = catalogue.model("cisco/8851-3pcc");
  if (!model) throw new Error("there is no such model");
  const desk = sampleDesk(catalogue, model, false);
  const [spec] = desk.family.files.filter(({ serves }) => serves === "device");
  if (!spec) throw new Error("there is no such file");
  const files = createPhoneFiles({ renderer: createRenderer("templates") });
  const other = { ...desk, digest: "another", parameters: new Map([...desk.parameters, ["Serial", "1"]]) };
  const served = [desk, other, desk, other].map((each) => files.forDevice(spec, each));
  for (const { body, tag } of served) {
    expect(tag).toBe(createHash("sha256").update(body).digest("base64url").slice(0, 22));
  }
  expect(served[2]?.body).toBe(served[0]?.body);
  expect(served[0]?.tag).not.toBe(served[1]?.tag);
});

it("a document is made once for phones that share their settings, and what is kept of documents is bounded", () => {
  const catalogue = createCatalogue("profiles");
  const model = catalogue.model("cisco/8851");
  if (!model) throw new Error("there is no such model");
  const desk = sampleDesk(catalogue, model, false);
  const spec = desk.family.files.find(({ serves, document }) => serves === "device" && document !== undefined);
  if (!spec) throw new Error("there is no such file");
  const renderer = createRenderer("templates");
  let built = 0;
  const build: typeof renderer.build = (document, facts) => {
    built += 1;
    return renderer.build(document, facts);
  };
  const bytes = renderer.build(spec.document ?? "", { settings: desk.settings, shelf: [], folder: "" }).length;
  const files = createPhoneFiles({ renderer: { ...renderer, build }, cacheBytes: 20 * bytes });
  const serve = (digest: string, settings = desk.settings) => files.forDevice(spec, { ...desk, digest, settings });
  expect(serve("second").body).toBe(serve("first").body);
  expect(built).toBe(1);
  for (let at = 0; at < 30; at += 1) serve(`own settings ${at}`, new Map(desk.settings));
  serve("third");
  expect(built).toBe(32);
});
