import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { auditOf, give, shows } from "../support/granted.ts";

let admin: AdminOffice;
let now: number;

beforeEach(async () => {
  now = Date.parse("2026-03-02T09:00:00Z");
  admin = await openAdminOffice({ clock: () => now }, () => now);
});
afterEach(() => admin.close());

const ask = async (token: string) => (await admin.call("GET", "/devices", undefined, shows(token))).status;

describe("the end of a grant", () => {
  it("comes when it is taken away, once", async () => {
    const { id, token } = await give(admin, { name: "Ana" });
    now += 60_000;
    expect((await admin.call("DELETE", `/grants/${id}`)).status).toBe(204);
    expect(await ask(token)).toBe(401);
    now += 60_000;
    expect((await admin.call("DELETE", `/grants/${id}`)).status).toBe(204);
    const ended = { open: false, endedAt: "2026-03-02T09:01:00.000Z", endedBy: "root-token", version: 2 };
    expect(await admin.ok("GET", `/grants/${id}`)).toMatchObject(ended);
    expect((await auditOf(admin)).map(({ action }) => action)).toEqual(["grant.give", "grant.end"]);
  });

  it("comes with its time, to the moment, before any schedule has run", async () => {
    const { id, token } = await give(admin, { name: "Ana", minutes: 1 });
    now += 59_999;
    expect(await ask(token)).toBe(200);
    now += 1;
    expect(await ask(token)).toBe(401);
    expect(await admin.ok("GET", `/grants/${id}`)).toMatchObject({ open: false, version: 1 });
    expect((await admin.call("DELETE", `/grants/${id}`)).status).toBe(204);
    expect(await admin.ok("GET", `/grants/${id}`)).toMatchObject({ version: 1 });
  });

  it("is refused where somebody has seen another version of it", async () => {
    const { id, token } = await give(admin, { name: "Ana" });
    const stale = await admin.call<ProblemBody>("DELETE", `/grants/${id}`, undefined, { "if-match": '"7"' });
    expect([stale.status, stale.json.code]).toEqual([412, "STALE"]);
    expect(await ask(token)).toBe(200);
  });

  it("stops a change whose body is still on its way", async () => {
    const { id, token } = await give(admin, { name: "Ana", may: "change" });
    const body = JSON.stringify({ id: "late", extension: "555" });
    const socket = connect(admin.port, "127.0.0.1");
    socket.write(
      `POST /api/v1/lines HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\n` +
        `content-type: application/json\r\ncontent-length: ${body.length}\r\nexpect: 100-continue\r\n\r\n`,
    );
    // What Node says when it has handed the request on.
    expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 100 /);
    await admin.ok("GET", "/server");
    await admin.call("DELETE", `/grants/${id}`);
    socket.write(body);
    const [answer] = await once(socket, "data");
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 /);
    expect((await admin.call("GET", "/lines/late")).status).toBe(404);
  });

  it("is told in the same words as a token that never was one", async () => {
    const [ended, expired, open] = [
      await give(admin, { name: "Ana" }),
      await give(admin, { name: "Ben", minutes: 1 }),
      await give(admin, { name: "Eva" }),
    ];
    await admin.call("DELETE", `/grants/${ended.id}`);
    now += 60_000;
    const tokens = [
      ended.token,
      expired.token,
      // Another's secret, an id that is none, a changed end, more behind it.
      `offhook_${open.id}_${ended.token.slice(-43)}`,
      `offhook_01JH5ZK3M8Q4T7V9X2B6C0D1EF_${open.token.slice(-43)}`,
      `${open.token.slice(0, -1)}${open.token.endsWith("A") ? "B" : "A"}`,
      `${open.token}x`,
      "nothing-of-the-kind",
    ];
    const answers = await Promise.all(tokens.map((token) => admin.call("GET", "/devices", undefined, shows(token))));
    const words = { status: 401, code: "UNAUTHENTICATED", detail: "a valid bearer token is needed" };
    for (const { json } of answers) expect(json).toMatchObject(words);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(await ask(open.token)).toBe(200);
  });
});

describe("the schedule for what is over", () => {
  const run = async () => (await admin.ok<{ last: object }>("POST", "/schedules/expired-windows/run")).last;

  it("ends grants whose time is over, each once", async () => {
    const { id } = await give(admin, { name: "Ana", minutes: 5 });
    const taken = await give(admin, { name: "Ben", minutes: 5 });
    const { token } = await give(admin, { name: "Eva", minutes: 20 });
    await admin.call("DELETE", `/grants/${taken.id}`);
    now += 10 * 60_000;
    expect(await run()).toMatchObject({ detail: "0 windows and 0 grants removed, 1 grants ended" });
    expect(await run()).toMatchObject({ detail: "0 windows and 0 grants removed, 0 grants ended" });
    const ended = { endedAt: "2026-03-02T09:05:00.000Z", endedBy: "schedule" };
    expect(await admin.ok("GET", `/grants/${id}`)).toMatchObject(ended);
    expect(await admin.ok("GET", `/grants/${taken.id}`)).toMatchObject({ endedBy: "root-token" });
    const told = (await auditOf(admin)).filter(({ action }) => action === "grant.expire");
    expect(told).toMatchObject([{ actor: "schedule", id, detail: { name: "Ana" } }]);
    expect(await ask(token)).toBe(200);
  });

  it("removes them a month after they were over", async () => {
    await give(admin, { name: "Ana" });
    now += 24 * 3_600_000;
    await run();
    now += 28 * 24 * 3_600_000;
    expect(await run()).toMatchObject({ detail: "0 windows and 0 grants removed, 0 grants ended" });
    now += 2 * 24 * 3_600_000;
    expect(await run()).toMatchObject({ detail: "0 windows and 1 grants removed, 0 grants ended" });
    expect(await admin.ok("GET", "/grants")).toMatchObject({ total: 0 });
  });
});
