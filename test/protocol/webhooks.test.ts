import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Delivery } from "../../server/domain/webhook.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { type HookReceiver, openHookReceiver } from "../support/hook-receiver.ts";

let admin: AdminOffice;
let receiver: HookReceiver;
/** How far the clock has been moved, in milliseconds. */
let later: number;

beforeEach(async () => {
  later = 0;
  admin = await openAdminOffice({}, () => Date.now() + later, { OFFHOOK_WEBHOOK_NETWORKS: "127.0.0.0/8" });
  receiver = await openHookReceiver();
});
afterEach(async () => {
  await admin.close();
  await receiver.close();
});

const secret = "a-secret-of-sixteen";
const mac = "00562b043615";

interface Log {
  readonly items: readonly {
    readonly id: string;
    readonly event: string;
    readonly state: string;
    readonly attempt: number;
    readonly status?: number;
    readonly error?: string;
    readonly nextTry?: string;
    readonly triedAt?: string;
  }[];
}

const add = (more: object = {}) =>
  admin.ok<{ id: string; secret: string }>("POST", "/webhooks", {
    url: receiver.url,
    events: ["device.added", "device.removed"],
    secret,
    ...more,
  });
const addPhone = () => admin.ok("POST", "/devices", { mac, model: "cisco/8851", label: "Front desk" });
const deliver = () => admin.ok<{ last: { outcome: string; detail: string } }>("POST", "/schedules/web-hooks/run");
const logOf = async (id: string) => (await admin.ok<Log>("GET", `/webhooks/${id}/deliveries`)).items;

describe("a web hook", () => {
  it("is told of a phone that somebody adds, signed", async () => {
    const { id } = await add();
    await addPhone();
    expect((await deliver()).last).toMatchObject({ outcome: "done", detail: "1 deliveries taken, 0 not" });
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const told = JSON.parse(body);
    expect(told).toEqual({
      id: headers["offhook-delivery"],
      type: "device.added",
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      organization: "default",
      data: { mac, model: "cisco/8851", site: "main", label: "Front desk" },
    });
    const [, time, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["offhook-signature"])) ?? [];
    expect(signature).toBe(createHmac("sha256", secret).update(`${time}.${body}`).digest("hex"));
    expect(headers).toMatchObject({ "offhook-event": "device.added", "content-type": "application/json" });
    expect(await logOf(id)).toMatchObject([{ event: "device.added", state: "taken", attempt: 1, status: 204 }]);
  });

  it("is told of a phone that somebody removes, as removed, with what it was", async () => {
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851", label: "Front desk" });
    const { id } = await add();
    await admin.call("DELETE", `/devices/${mac}`);
    await deliver();
    expect(receiver.received.map(({ headers, body }) => [headers["offhook-event"], JSON.parse(body)])).toMatchObject([
      ["device.removed", { type: "device.removed", data: { mac, model: "cisco/8851", label: "Front desk" } }],
    ]);
    expect(await logOf(id)).toMatchObject([{ event: "device.removed", state: "taken" }]);
  });

  it("has its delivery on the disk with the change, and none where the change was refused", async () => {
    await add();
    const deliveries = () => admin.office.stores.config.find<Delivery>({ kind: "delivery" });
    expect((await admin.call("POST", "/devices", { mac, model: "cisco/none" })).status).toBe(422);
    expect(await deliveries()).toEqual([]);
    await addPhone();
    expect((await deliveries()).map(({ body }) => body.type)).toEqual(["device.added"]);
  });

  it("is tried again under the same id, at longer and longer times, until it takes it", async () => {
    const { id } = await add();
    receiver.answer(500);
    await addPhone();
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      await deliver();
      const [entry] = await logOf(id);
      expect(entry).toMatchObject({ state: "waiting", attempt, status: 500 });
      const wait = Date.parse(entry?.nextTry ?? "") - Date.parse(entry?.triedAt ?? "");
      waits.push(Math.floor(wait / 10_000) * 10);
      later += wait;
    }
    expect(waits).toEqual([10, 60, 300, 1800, 7200, 21_600, 21_600, 21_600]);
    receiver.answer(200);
    await deliver();
    expect(await logOf(id)).toMatchObject([{ state: "taken", attempt: 9, status: 200 }]);
    expect(new Set(receiver.received.map(({ headers }) => headers["offhook-delivery"])).size).toBe(1);
  });

  it.each([
    ["after a day", 500, 24 * 3_600_000],
    ["at once where it answers that it is gone", 410, 0],
  ])("is given up %s", async (_when, status, age) => {
    const { id } = await add();
    receiver.answer(status);
    await addPhone();
    later += age;
    await deliver();
    expect(await logOf(id)).toMatchObject([{ state: "given-up", attempt: 1, status }]);
    await deliver();
    expect(receiver.received).toHaveLength(1);
  });

  it("that answers with a redirect is not followed", async () => {
    const elsewhere = await openHookReceiver();
    const { id } = await add();
    receiver.answer(307, { location: elsewhere.url });
    await addPhone();
    await deliver();
    expect(elsewhere.received).toEqual([]);
    expect(await logOf(id)).toMatchObject([{ state: "waiting", status: 307 }]);
    await elsewhere.close();
  });

  it.each([
    [{ enabled: false }, "is switched off"],
    [{ events: ["device.removed"] }, "does not want the event"],
    [{ site: "zagreb" }, "is for another site"],
  ])("with %o hears nothing of a phone: it %s", async (more, _why) => {
    await admin.ok("POST", "/sites", { id: "zagreb" });
    const { id } = await add(more);
    await addPhone();
    await deliver();
    expect(receiver.received).toEqual([]);
    expect(await logOf(id)).toEqual([]);
  });

  it("is told of the first sighting of a phone, and that it is up to date", async () => {
    await addPhone();
    await add({ events: ["device.seen", "device.up-to-date"] });
    const { presence, revisions } = admin.office;
    const { n = 0, digest = "" } = (await revisions.of("default", mac as never)) ?? {};
    const at = new Date().toISOString();
    presence.note("default", mac as never, { lastSeen: at, address: "10.0.0.9" });
    await presence.flush();
    presence.note("default", mac as never, { lastSeen: at, served: { n, digest, at } });
    await presence.flush();
    presence.note("default", mac as never, { lastSeen: at, served: { n, digest, at } });
    await presence.flush();
    await deliver();
    const told = receiver.received.map(({ body }) => JSON.parse(body)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    expect(told.map(({ type, data }) => [type, data.address ?? data.revision])).toEqual([
      ["device.seen", "10.0.0.9"],
      ["device.up-to-date", n],
    ]);
  });

  it("is tested at once, and told in the log", async () => {
    const { id } = await add();
    expect(await admin.ok("POST", `/webhooks/${id}/test`)).toMatchObject({ status: 204 });
    expect(receiver.received[0]?.headers["offhook-event"]).toBe("test");
    receiver.answer(503);
    expect(await admin.ok("POST", `/webhooks/${id}/test`)).toMatchObject({ status: 503 });
    expect((await logOf(id)).map(({ event, state }) => [event, state]).toSorted()).toEqual([
      ["test", "given-up"],
      ["test", "taken"],
    ]);
    expect((await admin.call("POST", "/webhooks/none/test")).status).toBe(404);
  });

  it("shows its secret once, and one that Offhook made can be verified with", async () => {
    const { id, secret: made } = await add({ secret: undefined });
    expect(made).toMatch(/^[A-Za-z0-9]{24}$/);
    const again = await admin.call("GET", `/webhooks/${id}`);
    expect(again.text).not.toContain(made);
    expect((await admin.call("GET", "/webhooks")).text).not.toContain(made);
    const stored = await admin.office.stores.config.find({ kind: "webhook" });
    expect(JSON.stringify(stored)).not.toContain(made);
    await admin.ok("POST", `/webhooks/${id}/test`);
    const [{ headers, body } = { headers: {}, body: "" }] = receiver.received;
    const [, time] = /^t=(\d+),/.exec(String(headers["offhook-signature"])) ?? [];
    const expected = createHmac("sha256", made).update(`${time}.${body}`).digest("hex");
    expect(headers["offhook-signature"]).toBe(`t=${time},v1=${expected}`);
  });

  it("is changed and removed; what waited for it goes", async () => {
    const { id } = await add();
    receiver.answer(500);
    await addPhone();
    expect(await admin.ok("PATCH", `/webhooks/${id}`, { events: ["alert.raised"] })).toMatchObject({ waiting: 1 });
    expect((await admin.call("DELETE", `/webhooks/${id}`)).status).toBe(204);
    await deliver();
    expect(receiver.received).toEqual([]);
    expect(await admin.office.stores.config.find({ kind: "delivery" })).toEqual([]);
  });
});

describe("a web hook may not lead inside", () => {
  it.each([
    ["http://10.0.0.1/", "address"],
    ["http://192.168.1.1/", "address"],
    ["http://169.254.169.254/latest/meta-data", "address"],
    ["http://[::1]/", "address"],
    ["http://[::ffff:10.0.0.1]/", "address"],
    ["http://[fd00:ec2::254]/", "address"],
    ["http://0x0a000001/", "address"],
    ["http://167772161/", "address"],
    ["ftp://example.com/", "url"],
    ["file:///etc/passwd", "url"],
    ["https://user:word@example.com/", "url"],
    ["no address", "url"],
  ])("%s is refused", async (url, code) => {
    const answer = await admin.call<ProblemBody>("POST", "/webhooks", { url, events: ["device.added"] });
    expect(answer.status).toBe(422);
    expect(answer.json.errors).toMatchObject([{ pointer: "/url", code }]);
  });

  it("also by a name: what it resolves to is looked at when something is sent", async () => {
    const closed = await openAdminOffice();
    const url = `http://localhost:${receiver.port}/`;
    const { id } = await closed.ok<{ id: string }>("POST", "/webhooks", { url, events: ["device.added"] });
    const outcome = await closed.ok<{ error: string }>("POST", `/webhooks/${id}/test`);
    expect(outcome.error).toMatch(/^(127\.0\.0\.1|::1) is not an address that web hooks may reach$/);
    expect(receiver.received).toEqual([]);
    await closed.close();
  });
});
