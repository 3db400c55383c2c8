import { expect, onTestFinished, test } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import type { PushTarget } from "../../server/domain/push.ts";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { startWebPhone, type WebPhone, type WebServer } from "../support/phone-web-server.ts";

const mac = "00562b043615";
/** Bytes that are no UTF-8. */
const picture = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00, 0xfe]);
const isPng = { headers: { "content-type": "image/PNG; q=1" }, page: picture };
const enterprise = { model: "cisco/8851", settings: { "push.address": "127.0.0.1" } };

async function openOffice({ model, settings }: { model: string; settings: Json }): Promise<AdminOffice> {
  const admin = await openAdminOffice();
  onTestFinished(() => admin.close());
  await admin.ok("POST", "/devices", { mac, model, settings });
  return admin;
}

/** The transport's `look` goes to another port than 80, where phones listen and a test can't. */
function lookAt(
  { office }: AdminOffice,
  { port }: Pick<WebServer, "port">,
  change: (target: PushTarget) => void = () => {},
) {
  const way = office.transports.find(({ name }) => name === "phone-http");
  if (!way?.look) throw new Error("phone-http can't look");
  const look = way.look.bind(way);
  way.look = (target, signal) => {
    change(target);
    return look({ ...target, webServer: { scheme: "http", port } }, signal);
  };
}

async function openDesk(phone: WebPhone) {
  const server = await startWebPhone(phone);
  const admin = await openOffice(enterprise);
  lookAt(admin, server);
  const look = () => fetch(`${admin.url}/api/v1/devices/${mac}/screenshot`, { headers: admin.headers });
  const lastAudit = async () => (await admin.office.stores.config.readAudit({ limit: 1 }))[0];
  return { admin, server, look, lastAudit };
}

test("a phone gives a picture of its screen to a login that is good once, and the audit tells who looked", async () => {
  const asked: { user: string; password: string }[] = [];
  const admins: AdminOffice[] = [];
  const mayDo = async (user: string, password: string) => {
    asked.push({ user, password });
    const { logins } = admins[0]?.office ?? {};
    return logins?.accepts({ mac: mac as Mac, address: "127.0.0.1", user, password }) ?? false;
  };
  const { admin, lastAudit, look, server } = await openDesk({ login: "basic", mayDo, ...isPng });
  admins.push(admin);
  const answer = await look();
  expect([answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")]).toEqual([
    200,
    "image/png",
    "no-store",
  ]);
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(picture);
  expect(server.asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
    "GET /CGI/Screenshot",
    "GET /CGI/Screenshot",
  ]);
  const audit = await lastAudit();
  expect(audit).toMatchObject({
    ...{ action: "device.screenshot", actor: "root-token", kind: "device", id: mac, organization: "default" },
    detail: { result: "seen" },
  });
  const { password, user } = asked.at(-1) ?? { user: "", password: "" };
  expect(password).toHaveLength(22);
  const written = JSON.stringify([audit, admin.logged]);
  for (const each of [password, user]) expect(written).not.toContain(each);
});

test.each<[string, WebPhone, RegExp]>([
  ["does not take the login", { login: "basic", mayDo: async () => false }, /did not take the password.*\(401\)/],
  ["forbids it", { status: 403 }, /forbids a picture of its screen \(403\)/],
  ["knows none", { status: 404 }, /knows no picture of its screen, .*\(404\)/],
  ["is busy", { status: 503 }, /busy/],
  ["leads elsewhere", { status: 302, headers: { location: "http://198.51.100.7/CGI/Screenshot" } }, /not followed/],
  ["gives a page", { headers: { "content-type": "text/html" }, page: "<img src=lcd4.bmp>" }, /not with a picture/],
  ["gives a drawing that can act", { headers: { "content-type": "image/svg+xml" }, page: "<svg/>" }, /not with a pict/],
  ["gives nothing", { headers: { "content-type": "image/png" }, page: "" }, /not with a picture/],
  ["says no in XML", { page: '<CiscoIPPhoneError Number="4"/>' }, /error 4/],
  ["gives too much", { ...isPng, page: Buffer.alloc(4 * 1024 * 1024 + 1) }, /too long/],
])("a phone that %s shows nothing, and the reason is told and audited", async (_what, phone, reason) => {
  const { lastAudit, look } = await openDesk(phone);
  const answer = await look();
  const problem = (await answer.json()) as ProblemBody;
  expect([answer.status, problem.code, problem.detail]).toEqual([409, "CONFLICT", expect.stringMatching(reason)]);
  expect(await lastAudit()).toMatchObject({ action: "device.screenshot", detail: { reason: problem.detail } });
});

test("a picture may have 4 MB", async () => {
  const { look } = await openDesk({ ...isPng, page: Buffer.alloc(4 * 1024 * 1024) });
  expect((await (await look()).arrayBuffer()).byteLength).toBe(4_194_304);
});

test("a phone without a web server shows nothing", async () => {
  const { look, server } = await openDesk({});
  await server.close();
  expect(await (await look()).json()).toMatchObject({
    code: "CONFLICT",
    detail: expect.stringMatching(/refuses connections\. It may be off: see phone\.webAccess\./),
  });
});

test("a phone that says nothing is given up", async () => {
  const server = await startWebPhone({ isDeaf: true });
  const admin = await openOffice(enterprise);
  const way = admin.office.transports.find(({ look }) => look !== undefined);
  const look = way?.look?.bind(way);
  if (!way || !look) throw new Error("nothing can look");
  way.look = (target) =>
    look({ ...target, webServer: { scheme: "http", port: server.port } }, AbortSignal.timeout(100));
  const { json } = await admin.call<ProblemBody>("GET", `/devices/${mac}/screenshot`);
  expect([json.code, json.detail]).toEqual(["CONFLICT", expect.stringMatching(/did not answer in the time there was/)]);
});

test.each<[string, { model: string; settings: Json }, RegExp]>([
  [
    "a multiplatform phone",
    { model: "cisco/8851-3pcc", settings: {} },
    /^Cisco .*8851.* gives no picture of its screen$/,
  ],
  ["an adapter", { model: "cisco/ata191", settings: {} }, /gives no picture of its screen$/],
  ["a phone whose web server is off", { ...enterprise, settings: { "phone.webAccess": false } }, /phone\.webAccess/],
  ["a phone that never came", { model: "cisco/8851", settings: {} }, /it never asked for a file/],
  [
    "a phone outside of the allowed networks",
    { model: "cisco/8851", settings: { "push.address": "198.51.100.7" } },
    /198\.51\.100\.7 is not in a network that Offhook may send to/,
  ],
])("nobody is asked for a picture of %s", async (_what, device, reason) => {
  const server = await startWebPhone(isPng);
  const admin = await openOffice(device);
  const targets: PushTarget[] = [];
  lookAt(admin, server, (target) => targets.push(target));
  const { json, status } = await admin.call<ProblemBody>("GET", `/devices/${mac}/screenshot`);
  expect([status, json.code, json.detail]).toEqual([409, "CONFLICT", expect.stringMatching(reason)]);
  expect([server.asked, targets]).toEqual([[], []]);
});

test("a HEAD looks at no desk", async () => {
  const { admin, server } = await openDesk(isPng);
  const url = `${admin.url}/api/v1/devices/${mac}/screenshot`;
  const { status } = await fetch(url, { method: "HEAD", headers: admin.headers });
  expect([status, server.asked]).toEqual([404, []]);
});

test("no more than eight look at once", async () => {
  const { look, admin } = await openDesk({ isDeaf: true });
  const way = admin.office.transports.find((each) => each.look !== undefined);
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  if (!way) throw new Error("nothing can look");
  way.look = async () => {
    await ended;
    return { result: "silent", reason: "the test is over" };
  };
  const many = Array.from({ length: 9 }, async () => {
    const { status } = await look();
    if (status === 503) end();
    return status;
  });
  expect((await Promise.all(many)).sort()).toEqual([409, 409, 409, 409, 409, 409, 409, 409, 503]);
});
