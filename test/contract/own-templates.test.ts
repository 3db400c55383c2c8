import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openTemplates } from "../../server/app-templates.ts";
import type { Mac } from "../../server/domain/mac.ts";
import type { TemplateDocument } from "../../server/domain/template.ts";
import { createTemplates } from "../../server/office/templates/templates.ts";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";
import { fetchTftp, TftpClientError } from "../support/tftp-phone.ts";

const name = "cisco/mpp/flat-profile";
const mac = "00562b043615" as Mac;
let door: FrontDoor;
let shipped: string;
/** As in production, but for the 2 s that a template may take: nobody waits for them here. */
let quick: ReturnType<typeof openTemplates>;

beforeAll(async () => {
  door = await openFrontDoor(undefined, {}, ({ renderer }) => {
    quick = openTemplates(renderer, { phones: { workers: 2, limitMs: 500, mostWaiting: 2000 } });
    return { files: quick.files };
  });
  const { office } = door;
  shipped = office.renderer.sources.get(name) ?? "";
  await office.layers.change(edit, "organization", "default", { settings: { "sip.server": "pbx.example.com" } });
  await office.lines.add(edit, { id: "9001", extension: "9001", displayName: "Zoë" });
  await office.lines.add(edit, { id: "9002", extension: "9002" });
  await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["9001"] });
  await office.devices.add(edit, "001721820542", { model: "cisco/8851", lines: ["9002"] });
  await office.enrolment.open(edit, { all: true, minutes: 5 });
});
afterAll(async () => {
  await door.close();
  await quick.close();
});

beforeEach(async () => {
  const { document } = await door.office.templates.read("default", name);
  if (document?.own) await door.office.templates.remove(edit, name);
});

/** What both doors give for a name; they never differ. */
async function fetched(path: string): Promise<string> {
  const { body, status } = await ask(door.http, `/${path}`);
  expect(status).toBe(200);
  const overTftp = await fetchTftp({ host: "127.0.0.1", port: door.tftp, path });
  expect(overTftp.body.equals(body)).toBe(true);
  return body.toString("utf8");
}

const revisionOf = async (of: Mac) => (await door.office.revisions.of("default", of))?.n ?? 0;
const marked = (text: string) => shipped.replace("<flat-profile>", `<flat-profile>\n  <!-- ${text} -->`);

describe("an organization's own template", () => {
  it("makes the files that phones get through both doors, until it goes back to the shipped one", async () => {
    const before = await fetched(`${mac}.xml`);
    await door.office.templates.save(edit, name, { source: marked("for {{model.id}}") });
    const own = await fetched(`${mac}.xml`);
    expect(own).toBe(before.replace("<flat-profile>", "<flat-profile>\n  <!-- for cisco/8851-3pcc -->"));
    expect(own).toContain("<Display_Name_1_>Zo&#235;</Display_Name_1_>");
    expect(await fetched("8851-3PCC.xml")).toContain("<!-- for cisco/8851-3pcc -->");
    await door.office.templates.remove(edit, name);
    expect(await fetched(`${mac}.xml`)).toBe(before);
  });

  it("is a new revision for the phones it is for, and none for others", async () => {
    const other = "001721820542" as Mac;
    const [first, others] = [await revisionOf(mac), await revisionOf(other)];
    await door.office.templates.save(edit, name, { source: marked("one") });
    expect(await revisionOf(mac)).toBe(first + 1);
    await door.office.templates.save(edit, name, { source: marked("one"), note: "the same text" });
    expect(await revisionOf(mac)).toBe(first + 1);
    await door.office.templates.remove(edit, name);
    expect(await revisionOf(mac)).toBe(first + 2);
    const { headers } = await ask(door.http, `/${mac}.xml`);
    await door.office.templates.save(edit, name, { source: marked("two") });
    const again = await ask(door.http, `/${mac}.xml`, { headers: { "if-none-match": String(headers.etag) } });
    expect(again.status).toBe(200);
    expect(await revisionOf(mac)).toBe(first + 3);
    expect(await revisionOf(other)).toBe(others);
  });

  it("may be a companion, or a partial of a shipped one", async () => {
    const companion = "cisco/enterprise/xml-default";
    await door.office.templates.save(edit, companion, { source: "<Default><own/></Default>" });
    expect(await fetched("XMLDefault.cnf.xml")).toBe("<Default><own/></Default>");
    const before = await fetched("SEP001721820542.cnf.xml");
    const element = "cisco/enterprise/_element";
    const once = await revisionOf("001721820542" as Mac);
    await door.office.templates.save(edit, element, {
      source: "<{{name}}>{{#each children}}<{{name}}/>{{/each}}</{{name}}>",
    });
    expect(await fetched("SEP001721820542.cnf.xml")).toMatch(/<device>(<\w+\/>)+<\/device>/);
    expect(await revisionOf("001721820542" as Mac)).toBe(once + 1);
    await door.office.templates.remove(edit, element);
    await door.office.templates.remove(edit, companion);
    expect(await fetched("SEP001721820542.cnf.xml")).toBe(before);
  });

  it("of another organization is not what this one's phones get, nor what any phone's bootstrap is made of", async () => {
    const { config } = door.office.stores;
    const acme = { ...edit, organization: "acme" };
    const key = { organization: "acme", kind: "organization", id: "acme" };
    await config.transaction((transaction) => transaction.put(key, { id: "acme", name: "Acme", settings: {} }));
    await door.office.templates.save(acme, name, { source: marked("acme") });
    expect(await fetched(`${mac}.xml`)).not.toContain("acme");
    expect(await fetched("8851-3PCC.xml")).not.toContain("acme");
    expect((await door.office.templates.read("acme", name)).document?.own?.source).toContain("acme");
    await door.office.templates.remove(acme, name);
  });
});

describe("a template that is being checked", () => {
  it("is not put in force when another was changed meanwhile: they were never tried together", async () => {
    const { templates } = door.office;
    const slow = templates.save(edit, name, { source: marked("slow") }).catch((error: unknown) => error);
    await templates.save(edit, "cisco/sip79xx/default", { source: "; quick\n" });
    expect(await slow).toMatchObject({ code: "CONFLICT" });
    expect((await templates.read("default", name)).document?.own).toBeUndefined();
    await templates.remove(edit, "cisco/sip79xx/default");
  });

  it("is refused when all models together take too long", async () => {
    const { close, ...trials } = openTemplates(door.office.renderer);
    const { catalogue, renderer, revisions, stores } = door.office;
    const parts = { catalogue, renderer, revisions, store: stores.config, clock: Date.now, trialMs: 1 };
    const saving = createTemplates({ ...parts, ...trials }).save(edit, name, { source: marked("late") });
    await expect(saving).rejects.toMatchObject({
      code: "INVALID",
      errors: [{ pointer: "/source", detail: "takes longer than 1 ms on all models" }],
    });
    await close();
  });
});

/** One that an older Offhook accepted, or that a phone's values break. */
async function smuggle(source: string, id = name): Promise<void> {
  const own = { source, partials: [], digest: source.slice(0, 500) };
  const body: TemplateDocument = { own, at: new Date(0).toISOString(), actor: "test" };
  const key = { organization: "default", kind: "template", id };
  await door.office.stores.config.transaction((transaction) => transaction.put(key, body));
}

describe("after an upgrade, a look at all own templates", () => {
  it("tells in one line each those that would be refused now", async () => {
    const { config } = door.office.stores;
    await door.office.templates.save(edit, "cisco/sip79xx/default", { source: "; still right\n" });
    await smuggle("<flat-profile>{{nothing}}</flat-profile>");
    await smuggle("<a>\n{{> cisco/gone}}</a>", "cisco/ata/configuration");
    await smuggle("<a/>", "cisco/gone");
    const { count, refused } = await door.office.templates.inspect();
    expect(count).toBe(4);
    expect([...refused].sort()).toEqual([
      'default cisco/ata/configuration: line 2: there is no template "cisco/gone"',
      "default cisco/gone: Offhook brings no such template any more",
      expect.stringMatching(/^default cisco\/mpp\/flat-profile: .*there is no "nothing" here \(device of cisco\//),
    ]);
    for (const id of ["cisco/gone", "cisco/ata/configuration", "cisco/sip79xx/default"]) {
      await config.transaction((transaction) => transaction.delete({ organization: "default", kind: "template", id }));
    }
  });
});

describe("an own template that breaks when a phone asks", () => {
  const loop = (depth: number): string => (depth === 0 ? "" : `{{#each @root.parameters}}${loop(depth - 1)}{{/each}}`);

  it.each([
    ["on its values", "<flat-profile>{{nothing}}</flat-profile>"],
    ["for what it writes", "<flat-profile></nothing>"],
    ["for its time", `<flat-profile>${loop(6)}</flat-profile>`],
  ])("%s is 503 over HTTP, never another file, and phones of other templates get theirs", async (_why, source) => {
    await smuggle(source);
    const { headers, status } = await ask(door.http, `/${mac}.xml`);
    expect([status, headers["retry-after"]]).toEqual([503, expect.stringMatching(/^\d+$/)]);
    const { journal } = door.office;
    expect(journal.list({ mac, limit: 50 }).map(({ outcome }) => outcome)).toContain("TEMPLATE_FAILED");
    expect((await ask(door.http, "/SEP001721820542.cnf.xml")).status).toBe(200);
  });

  it("is not tried again at once when it had to be stopped", async () => {
    await smuggle(`<flat-profile>${loop(6)}<a/></flat-profile>`);
    expect((await ask(door.http, `/${mac}.xml`)).status).toBe(503);
    const started = performance.now();
    expect((await ask(door.http, `/${mac}.xml`)).status).toBe(503);
    expect(performance.now() - started).toBeLessThan(500);
  });

  it("is silence over TFTP, so that the phone asks again", async () => {
    await smuggle("<flat-profile>{{nothing}}</flat-profile>");
    const asked = fetchTftp({ host: "127.0.0.1", port: door.tftp, path: `${mac}.xml`, repeatMs: 20, repeats: 2 });
    await expect(asked).rejects.not.toBeInstanceOf(TftpClientError);
  });
});
