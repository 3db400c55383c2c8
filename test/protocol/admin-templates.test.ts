import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
const mac = "00562b043615";
const secret = "Sip-Secret-1";
const name = "cisco/mpp/flat-profile";
const url = `/templates/${name}`;
const element = "/templates/cisco/enterprise/_element";
let shipped: string;

interface Template {
  readonly name: string;
  readonly isOwn: boolean;
  readonly version: number;
  readonly uses: readonly { family: string; file: string; serves: string }[];
  readonly shipped: string;
  readonly own: { source: string; note?: string; actor: string } | null;
  readonly versions: readonly { version: number; isOwn: boolean; note?: string; actor: string }[];
}

interface Previewed {
  readonly files: readonly { file: string; contentType: string; text: string }[];
}

beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("PATCH", "/organizations/default/settings", {
    settings: { "sip.server": "pbx.example.com", "phone.adminPassword": "Admin-Secret-1" },
  });
  await admin.ok("POST", "/lines", { id: "9001", extension: "9001", secret, displayName: `Zoë "<&>'` });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9001"] });
  shipped = (await admin.ok<Template>("GET", url)).shipped;
});
afterAll(() => admin.close());

const marked = (text: string) => shipped.replace("<flat-profile>", `<flat-profile>\n  <!-- ${text} -->`);
const refused = async (method: string, path: string, body?: unknown) => {
  const { json, status } = await admin.call<ProblemBody>(method, path, body);
  return { status, code: json.code, errors: json.errors };
};
const revision = async () => (await admin.ok<{ revision: { n: number } }>("GET", `/devices/${mac}`)).revision.n;

describe("templates", () => {
  test("are listed with the files that they take part in", async () => {
    const { items, total } = await admin.ok<{ items: Template[]; total: number }>("GET", "/templates");
    expect(total).toBe(items.length);
    const byName = new Map(items.map((item) => [item.name, item]));
    expect(byName.get(name)).toMatchObject({ isOwn: false, version: 0 });
    for (const serves of ["device", "bootstrap"]) {
      expect(byName.get(name)?.uses).toContainEqual({ family: "cisco/mpp", file: serves, serves });
    }
    expect(byName.get("cisco/enterprise/_element")?.uses).toEqual([
      { family: "cisco/enterprise", file: "device", serves: "device" },
    ]);
  });

  test("are read with what Offhook brings", async () => {
    const { headers, json } = await admin.call<Template>("GET", url);
    expect(headers.get("etag")).toBe('"0"');
    expect(json).toMatchObject({ name, isOwn: false, own: null, version: 0, versions: [] });
    expect(json.shipped).toContain("{{#each parameters}}");
  });

  test.each([
    ["GET", "/templates/cisco/mpp/nothing", undefined],
    ["PUT", "/templates/cisco/mpp/nothing", { source: "<a/>" }],
    ["DELETE", "/templates/cisco/mpp/nothing", undefined],
    ["POST", "/templates/cisco/mpp/nothing/revert", { version: 1 }],
    ["POST", "/templates/cisco/mpp/nothing/preview", { device: mac }],
    ["GET", "/templates/__proto__/x/y", undefined],
    ["GET", `${url}/versions/1`, undefined],
    ["POST", `${url}/revert`, { version: 7 }],
    ["DELETE", url, undefined],
    ["POST", `${url}/preview`, { device: "001122334455" }],
  ])("%s %s is 404 when there is no such thing", async (method, path, body) => {
    expect(await refused(method, path, body)).toMatchObject({ status: 404, code: "NOT_FOUND" });
  });
});

describe("an own version", () => {
  test("is put in force, changed, taken back and given up, each time as a new version", async () => {
    const before = await revision();
    const first = await admin.call<Template>("PUT", url, { source: marked("one"), note: "a mark" });
    expect(first.status, first.text).toBe(200);
    expect(first.headers.get("etag")).toBe('"1"');
    expect(first.json).toMatchObject({ isOwn: true, version: 1, versions: [] });
    expect(first.json.own).toMatchObject({ source: marked("one"), note: "a mark", actor: "root-token" });
    expect(first.json.shipped).toBe(shipped);
    expect(await revision()).toBe(before + 1);

    await admin.ok("PUT", url, { source: marked("two") });
    const back = await admin.ok<Template>("POST", `${url}/revert`, { version: 1 });
    expect(back).toMatchObject({ version: 3, own: { source: marked("one"), note: "a mark" } });
    expect(back.versions).toMatchObject([
      { version: 2, isOwn: true },
      { version: 1, isOwn: true, note: "a mark" },
    ]);
    expect(await admin.ok("GET", `${url}/versions/2`)).toMatchObject({ version: 2, source: marked("two") });

    const gone = await admin.call("DELETE", url);
    expect([gone.status, gone.text]).toEqual([204, ""]);
    expect(await admin.ok("GET", url)).toMatchObject({ isOwn: false, own: null, version: 4 });
    const again = await admin.ok<Template>("POST", `${url}/revert`, { version: 3 });
    expect(again).toMatchObject({ isOwn: true, version: 5 });
    expect(again.versions[0]).toMatchObject({ version: 4, isOwn: false });
    expect(await admin.ok("POST", `${url}/revert`, { version: 4 })).toMatchObject({
      isOwn: false,
      own: null,
      version: 6,
    });
    expect(await admin.ok("GET", `${url}/versions/4`)).toMatchObject({ isOwn: false, source: null });
    expect(await revision()).toBe(before + 6);

    const { items } = await admin.ok<{ items: { action: string; id: string; actor: string }[] }>("GET", "/audit");
    const actions = items.filter(({ id }) => id === name).map(({ action, actor }) => `${action} ${actor}`);
    expect(actions).toEqual(
      ["revert", "revert", "remove", "revert", "save", "save"].map((each) => `template.${each} root-token`),
    );
  });

  test("may be the one of docs/templates.md", async () => {
    const [, source = ""] = /^```hbs\n([\s\S]*?)^```$/m.exec(readFileSync("docs/templates.md", "utf8")) ?? [];
    expect(await admin.ok("PUT", url, { source })).toMatchObject({ isOwn: true, own: { source } });
    await admin.ok("DELETE", url);
  });

  test("is listed among the own", async () => {
    await admin.ok("PUT", url, { source: marked("listed") });
    const { items } = await admin.ok<{ items: Template[] }>("GET", "/templates?own=true");
    expect(items.map((item) => item.name)).toEqual([name]);
    await admin.ok("DELETE", url);
    expect((await admin.ok<{ total: number }>("GET", "/templates?own=true")).total).toBe(0);
  });

  test("is changed by whoever has seen the latest version", async () => {
    const { version } = await admin.ok<Template>("PUT", url, { source: marked("seen") });
    const stale = await admin.call<ProblemBody>(
      "PUT",
      url,
      { source: marked("stale") },
      { "if-match": `"${version - 1}"` },
    );
    expect([stale.status, stale.json.code]).toEqual([412, "STALE"]);
    const seen = await refused("PUT", url, { source: marked("stale"), version: version - 1 });
    expect(seen).toMatchObject({ status: 409, code: "CONFLICT", errors: [{ pointer: "/version" }] });
    const deleted = await admin.call("DELETE", url, undefined, { "if-match": `"${version - 1}"` });
    expect(deleted.status).toBe(412);
    expect((await admin.ok<Template>("GET", url)).own?.source).toBe(marked("seen"));
    const changed = await admin.call("PUT", url, { source: marked("newer") }, { "if-match": `"${version}"` });
    expect(changed.status).toBe(200);
    const never = await admin.call<ProblemBody>("PUT", element, { source: "<a/>" }, { "if-match": '"3"' });
    expect(never.status).toBe(412);
    await admin.ok("DELETE", url);
  });

  test("keeps its last 20 versions, of 512 KiB together", async () => {
    const path = "/templates/cisco/sip79xx/default";
    for (let n = 1; n <= 23; n++) await admin.ok("PUT", path, { source: `; ${n}\n` });
    const { version, versions } = await admin.ok<Template>("GET", path);
    expect([version, versions.length, versions[0]?.version, versions.at(-1)?.version]).toEqual([23, 20, 22, 3]);
    for (let n = 1; n <= 10; n++) await admin.ok("PUT", path, { source: `;${"x".repeat(60 * 1024)}\n` });
    expect((await admin.ok<Template>("GET", path)).versions.map((each) => each.version)).toEqual([
      32, 31, 30, 29, 28, 27, 26, 25,
    ]);
  });
});

describe("what is refused leaves everything as it was", () => {
  const cases: readonly [what: string, path: string, source: string, code: string, detail: string][] = [
    ["unescaped values", url, "<a>\n{{{value}}}</a>", "template", "line 2: {{{ and {{& write unescaped; use {{ }}"],
    ["a block that is not closed", url, "<a>{{#each parameters}}</a>", "template", "line 1: can't be read near"],
    ["a partial that is not there", url, "<a>{{> nothing}}</a>", "template", 'line 1: there is no template "nothing"'],
    ["itself as a partial", url, `<a>{{> ${name}}}</a>`, "recursive", `${name} comes back to itself by its partials`],
    [
      "itself through a shipped one",
      element,
      "{{> cisco/enterprise/elements}}",
      "recursive",
      "cisco/enterprise/_element comes back to itself by its partials",
    ],
    [
      "a name that is not there for some model",
      url,
      "<flat-profile>\n<a>{{named.User_ID_1_}}</a></flat-profile>",
      "template",
      'cisco/mpp/flat-profile, line 2: there is no "User_ID_1_" here (bootstrap of cisco/',
    ],
    [
      "a file that is not well-formed",
      url,
      "<flat-profile>{{#each parameters}}<{{value}}/>{{/each}}</flat-profile>",
      "template",
      "cisco/mpp/flat-profile: line 1 of the file is not well-formed XML",
    ],
    [
      "a line that a 7960 can't read",
      "/templates/cisco/sip79xx/configuration",
      "{{#each parameters}}\n{{name}} = {{value}}\n{{/each}}",
      "template",
      "cisco/sip79xx/configuration: line 1 of the file is neither `key: value` nor a comment",
    ],
    [
      "a loop that takes too long",
      url,
      `<flat-profile>${"{{#each @root.parameters}}".repeat(6)}${"{{/each}}".repeat(6)}</flat-profile>`,
      "template",
      "cisco/mpp/flat-profile: takes longer than 500 ms",
    ],
    [
      "a file that is too large, on one model",
      url,
      `<flat-profile>{{#if named.Line_Enable_11_}}{{#each parameters}}${"x".repeat(2000)}{{/each}}{{/if}}</flat-profile>`,
      "template",
      "cisco/mpp/flat-profile: makes a file of more than 2097152 bytes",
    ],
  ];

  test.each(cases)("%s", async (_what, path, source, code, detail) => {
    const before = await admin.ok<Template>("GET", path);
    const { errors, ...answer } = await refused("PUT", path, { source });
    expect(answer).toEqual({ status: 422, code: "INVALID" });
    expect(errors[0]).toMatchObject({ pointer: "/source", code });
    expect(errors.map((each) => each.detail).join("\n")).toContain(detail);
    expect(await admin.ok("GET", path)).toEqual(before);
  });

  test.each([
    ["no source", {}, "/source"],
    ["a source that is no text", { source: 7 }, "/source"],
    ["a parsed template in place of its text", { source: { type: "Program", body: [] } }, "/source"],
    ["a byte order mark", { source: "\uFEFF<a/>" }, "/source"],
    ["a control character", { source: "<a>\u0007</a>" }, "/source"],
    ["half a character", { source: "<a>\ud800</a>" }, "/source"],
    ["more than 64 KiB of letters", { source: "x".repeat(65_537) }, "/source"],
    ["more than 64 KiB of bytes", { source: "é".repeat(40_000) }, "/source"],
    ["a note with a line break", { source: "<a/>", note: "a\nb" }, "/note"],
    ["a field that is not there", { source: "<a/>", name: "x" }, "/name"],
  ])("%s", async (_what, body, pointer) => {
    expect(await refused("PUT", url, body)).toMatchObject({ status: 422, code: "INVALID", errors: [{ pointer }] });
  });

  test("going back to a shipped one that would close a circle", async () => {
    const elements = "/templates/cisco/enterprise/elements";
    await admin.ok("PUT", elements, { source: "<device>{{#each elements}}<{{name}}/>{{/each}}</device>" });
    await admin.ok("PUT", element, { source: "{{#if children}}{{> cisco/enterprise/elements}}{{/if}}" });
    expect(await refused("DELETE", elements)).toMatchObject({ status: 409, code: "CONFLICT" });
    await admin.ok("DELETE", element);
    await admin.ok("DELETE", elements);
  });
});

describe("a preview", () => {
  test("shows a device's files as a text that nobody saved would make them, secrets masked", async () => {
    const { files } = await admin.ok<Previewed>("POST", `${url}/preview`, { device: mac, source: marked("try") });
    expect(files.map(({ file, contentType }) => `${file} ${contentType}`)).toEqual([
      "device text/xml; charset=utf-8",
      "bootstrap text/xml; charset=utf-8",
    ]);
    const [device = ""] = files.map(({ text }) => text);
    expect(device).toContain("<flat-profile>\n  <!-- try -->");
    expect(device).toContain("<Display_Name_1_>Zo&#235; &quot;&lt;&amp;&gt;&apos;</Display_Name_1_>");
    expect(device).toContain("<Password_1_>********</Password_1_>");
    expect(JSON.stringify(files)).not.toContain(secret);
    expect(JSON.stringify(files)).not.toContain("Admin-Secret-1");
    expect((await admin.ok<Template>("GET", url)).isOwn).toBe(false);
  });

  test("shows what is in force when no text is given", async () => {
    const before = await admin.ok<Previewed>("POST", `${url}/preview`, { device: mac });
    expect(before.files[0]?.text).not.toContain("saved");
    await admin.ok("PUT", url, { source: marked("saved") });
    const after = await admin.ok<Previewed>("POST", `${url}/preview`, { device: "00:56:2B:04:36:15" });
    expect(after.files[0]?.text).toContain("<!-- saved -->");
    await admin.ok("DELETE", url);
  });

  test.each([
    [
      "a template that no file of the device is made with",
      "/templates/cisco/ata/configuration",
      { device: mac },
      "/device",
    ],
    ["a device that is no MAC", url, { device: "nothing" }, "/mac"],
    ["a text that is refused", url, { device: mac, source: "{{{x}}}" }, "/source"],
    ["a text that breaks on this device", url, { device: mac, source: "<a>{{nothing}}</a>" }, "/source"],
    ["a text that comes back to itself", url, { device: mac, source: `{{> ${name}}}` }, "/source"],
  ])("is refused for %s", async (_what, path, body, pointer) => {
    const answer = await refused("POST", `${path}/preview`, body);
    expect(answer).toMatchObject({ status: 422, code: "INVALID", errors: [{ pointer }] });
  });

  test("and neither it nor a refusal tells a secret", async () => {
    for (const source of [
      "<a>{{named.Password_1_.a}}</a>",
      "<{{named.Password_1_}}/>",
      "<a>{{#each parameters}}{{value}} {{/each}}{{#each named}}{{this}} {{/each}}</a>",
    ]) {
      const { text } = await admin.call("POST", `${url}/preview`, { device: mac, source });
      expect(text).not.toContain(secret);
      expect(text).not.toContain("Admin-Secret-1");
    }
  });
});

test.each([
  "{{constructor.constructor}}",
  "{{#with this as |a|}}{{a.__lookupGetter__}}{{/with}}",
  "{{#each (lookup this 'constructor')}}{{/each}}",
  "{{__defineGetter__ 'x' valueOf}}",
  "{{#with model}}{{#with __proto__}}{{#each this}}{{@key}}{{/each}}{{/with}}{{/with}}",
])("what reaches for the inside of Handlebars is refused: %s", async (trick) => {
  const answer = await refused("POST", `${url}/preview`, { device: mac, source: `<a>${trick}</a>` });
  expect(answer).toMatchObject({ status: 422, errors: [{ pointer: "/source", code: "template" }] });
});

test("what every text or list can do is not there", async () => {
  const source = '<a>{{#if parameters.push}}x{{/if}}{{#with "s"}}{{#if split}}x{{/if}}{{/with}}</a>';
  const { files } = await admin.ok<Previewed>("POST", `${url}/preview`, { device: mac, source });
  expect(files[0]?.text).toBe("<a></a>");
});
