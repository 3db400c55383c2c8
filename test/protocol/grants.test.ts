import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { auditOf, type GrantBody, give, shows } from "../support/granted.ts";

let admin: AdminOffice;
let now: number;

beforeEach(async () => {
  now = Date.parse("2026-03-02T09:00:00Z");
  admin = await openAdminOffice({ clock: () => now }, () => now);
});
afterEach(() => admin.close());

const inAcme = { "offhook-organization": "acme" };

async function foundAcme(): Promise<void> {
  const key = { organization: "acme", kind: "organization", id: "acme" };
  await admin.office.stores.config.transaction((transaction) =>
    transaction.put(key, { id: "acme", name: "Acme", settings: {} }),
  );
}

const ask = async (token: string) => (await admin.call("GET", "/devices", undefined, shows(token))).status;

describe("a grant", () => {
  it("is given for an hour to read, unless somebody says otherwise, and told with its token this once", async () => {
    const answer = await admin.call("POST", "/grants", { name: "Ana of support" });
    expect(answer.status).toBe(201);
    expect(answer.json).toEqual({
      id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      name: "Ana of support",
      may: "read",
      createdBy: "root-token",
      createdAt: "2026-03-02T09:00:00.000Z",
      expiresAt: "2026-03-02T10:00:00.000Z",
      open: true,
      version: 1,
      token: expect.stringMatching(/^offhook_[0-9A-Z]{26}_[\w-]{43}$/),
    });
    const { token, ...grant } = answer.json;
    expect(answer.headers.get("location")).toBe(`/api/v1/grants/${grant["id"]}`);
    expect((await admin.call("GET", `/grants/${grant["id"]}`)).json).toEqual(grant);
    expect((await admin.call("GET", "/grants")).json).toEqual({ items: [grant], nextCursor: null, total: 1 });
    expect(await ask(String(token))).toBe(200);
  });

  it("is told of by the audit, and acts under its name there and in revisions", async () => {
    const { id, token } = await give(admin, { name: "Ana", may: "change", minutes: 30 });
    const device = { mac: "00562b043615", model: "cisco/8851" };
    expect((await admin.call("POST", "/devices", device, shows(token))).status).toBe(201);
    const { items } = await admin.ok<{ items: readonly { by: string }[] }>("GET", "/devices/00562b043615/revisions");
    expect(items.map(({ by }) => by)).toEqual(["grant:Ana"]);
    expect((await admin.call("DELETE", `/grants/${id}`)).status).toBe(204);
    expect(await auditOf(admin)).toMatchObject([
      {
        actor: "root-token",
        action: "grant.give",
        id,
        detail: { name: "Ana", may: "change", expiresAt: "2026-03-02T09:30:00.000Z" },
      },
      { actor: "grant:Ana", action: "device.add", id: "00562b043615" },
      { actor: "root-token", action: "grant.end", id },
    ]);
  });

  it("changes nothing where it may only read", async () => {
    const { token } = await give(admin, { name: "Ana" });
    const reply = await admin.call<ProblemBody>("POST", "/lines", { extension: "555" }, shows(token));
    expect([reply.status, reply.json.code]).toEqual([403, "FORBIDDEN"]);
    expect(await admin.ok("GET", "/lines")).toMatchObject({ total: 0 });
  });

  it("keeps its token to whoever has it: not in the store, the audit, answers, events or the log", async () => {
    const ending = new AbortController();
    const stream = await fetch(`${admin.url}/api/v1/events`, { headers: admin.headers, signal: ending.signal });
    const { id, token } = await give(admin, { name: "Ana", may: "change" });
    await admin.call("GET", "/audit", undefined, shows(token));
    await admin.call("POST", "/lines", { extension: "x" }, shows(token));
    const stored = await admin.office.stores.config.find({ kind: "grant" });
    const told = [stored, await auditOf(admin), await admin.ok("GET", "/grants"), admin.logged];
    let heard = "";
    for await (const part of stream.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      heard += part;
      if (heard.includes(`"kind":"grant","id":"${id}"`)) break;
    }
    ending.abort();
    expect(admin.logged.length).toBeGreaterThan(0);
    const secret = token.slice(-43);
    for (const each of [...told, heard]) expect(JSON.stringify(each)).not.toContain(secret);
    const [digest] = stored.map(({ body }) => (body as { digest: string }).digest);
    for (const each of [...told.slice(1), heard]) expect(JSON.stringify(each)).not.toContain(digest);
  });
});

describe("the organization of a grant", () => {
  it("is the one that it was given in, without being named", async () => {
    await foundAcme();
    await admin.ok("POST", "/lines", { id: "ours", extension: "555" });
    const { token } = await give(admin, { name: "Ana", may: "change" }, "acme");
    expect((await admin.call("GET", "/lines", undefined, shows(token))).json).toMatchObject({ total: 0 });
    const named = { ...shows(token), ...inAcme };
    expect((await admin.call("POST", "/lines", { id: "theirs", extension: "555" }, named)).status).toBe(201);
    expect((await admin.call("GET", "/organizations/acme", undefined, shows(token))).status).toBe(200);
    expect((await admin.call("GET", "/lines/theirs", undefined, inAcme)).status).toBe(200);
    expect((await admin.call("GET", "/lines/theirs")).status).toBe(404);
  });

  it.each([
    ["the header", "GET", "/lines", undefined, { "offhook-organization": "default" }],
    ["the header, where it is not there", "GET", "/lines", undefined, { "offhook-organization": "nobody" }],
    ["the path", "GET", "/organizations/default", undefined, {}],
    ["the path of a change", "PATCH", "/organizations/default/settings", { settings: { "time.zone": "UTC" } }, {}],
    [
      "a plan",
      "POST",
      "/plans-of-change",
      { change: { kind: "organization", id: "default", settings: { "time.zone": "UTC" } } },
      {},
    ],
  ])("is the only one: another in %s is refused", async (_where, method, path, body, headers) => {
    await foundAcme();
    const { token } = await give(admin, { name: "Ana", may: "change" }, "acme");
    const reply = await admin.call<ProblemBody>(method, path, body, { ...shows(token), ...headers });
    expect([reply.status, reply.json.code]).toEqual([403, "FORBIDDEN"]);
    const { settings } = await admin.ok<{ settings: Json }>("GET", "/organizations/default");
    expect(settings).not.toHaveProperty("time.zone");
  });

  it("alone sees and ends it", async () => {
    await foundAcme();
    const { id, token } = await give(admin, { name: "Ana" }, "acme");
    expect(await admin.ok("GET", "/grants")).toMatchObject({ total: 0 });
    expect((await admin.call("GET", `/grants/${id}`)).status).toBe(404);
    expect((await admin.call("DELETE", `/grants/${id}`)).status).toBe(404);
    expect(await ask(token)).toBe(200);
  });
});

describe("grants", () => {
  it("are listed with the open ones first, and found by name", async () => {
    const names = async (query: string) =>
      (await admin.ok<{ items: readonly GrantBody[] }>("GET", `/grants${query}`)).items.map(({ name }) => name);
    await give(admin, { name: "Ana", minutes: 1 });
    await give(admin, { name: "Ben", minutes: 10 });
    await give(admin, { name: "Eva", minutes: 20 });
    now += 60_000;
    expect(await names("")).toEqual(["Eva", "Ben", "Ana"]);
    expect(await names("?sort=name")).toEqual(["Ana", "Ben", "Eva"]);
    expect(await names("?open=true&sort=expiresAt")).toEqual(["Ben", "Eva"]);
    expect(await names("?open=false")).toEqual(["Ana"]);
    expect(await names("?q=be")).toEqual(["Ben"]);
  });

  it.each([
    ["no name", {}, "/name"],
    ["an empty name", { name: "" }, "/name"],
    ["a name of 101 characters", { name: "x".repeat(101) }, "/name"],
    ["a name with a line break", { name: "a\nb" }, "/name"],
    ["a right that is none", { name: "Ana", may: "everything" }, "/may"],
    ["no time", { name: "Ana", minutes: 0 }, "/minutes"],
    ["more than a day", { name: "Ana", minutes: 1441 }, "/minutes"],
    ["half a minute", { name: "Ana", minutes: 0.5 }, "/minutes"],
    ["a token of somebody's own", { name: "Ana", token: "x" }, "/token"],
  ])("are not given with %s", async (_what, body, pointer) => {
    const answer = await admin.call<ProblemBody>("POST", "/grants", body);
    expect([answer.status, answer.json.code]).toEqual([422, "INVALID"]);
    expect(answer.json.errors.map((each) => each.pointer)).toEqual([pointer]);
    expect(await admin.ok("GET", "/grants")).toMatchObject({ total: 0 });
  });

  it("are at most a hundred open ones of an organization", async () => {
    await foundAcme();
    const all = [];
    for (let n = 0; n < 100; n++) all.push(await give(admin, { name: `Helper ${n}` }));
    const refused = await admin.call<ProblemBody>("POST", "/grants", { name: "One more" });
    expect([refused.status, refused.json.errors]).toMatchObject([422, [{ pointer: "", code: "too-many" }]]);
    await give(admin, { name: "Elsewhere" }, "acme");
    await admin.call("DELETE", `/grants/${all[0]?.id}`);
    await give(admin, { name: "One more" });
  });
});
