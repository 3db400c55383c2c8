import { expect, onTestFinished, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice } from "../support/admin-office.ts";
import { type AmiCase, type AmiContact, type AmiServer, startAmi } from "../support/ami-server.ts";
import { startWebPhone } from "../support/phone-web-server.ts";
import { openSipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";
const neighbour = "00562b043616";
const secret = "manager-secret";
/** Names its MAC, as multiplatform phones do. */
const UserAgent = `Cisco-CP-8851-3PCC/12.0.1 (${mac})`;

interface PushAnswer {
  readonly state: string;
  readonly attempts: readonly { readonly transport: string; readonly result: string; readonly text: string }[];
}

/** An office whose phone asked for its file from `from`, and an Asterisk that knows these contacts of its line. */
async function openOffice(
  contacts: readonly AmiContact[],
  given: { from?: string; settings?: Json; ami?: AmiCase } = {},
) {
  const ami = await startAmi({ secret, endpoints: { "9721": contacts }, ...given.ami });
  const admin = await openAdminOffice();
  onTestFinished(() => admin.close());
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false, "push.transport": "sip-notify" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "a-secret-of-phones" });
  await addPhone(admin, mac, { lines: ["9721"], settings: given.settings ?? {} }, given.from ?? "10.0.0.5");
  await connect(admin, ami);
  return { admin, ami, push: () => admin.ok<PushAnswer>("POST", `/devices/${mac}/push`, {}) };
}

async function addPhone({ ok, provision }: AdminOffice, of: string, device: Json, from: string) {
  await ok("POST", "/devices", { mac: of, model: "cisco/8851-3pcc", ...device });
  await ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const reply = await provision({ via: "http", path: `/${of}.xml`, address: from });
  reply.done({ completed: true, bytes: 1 });
}

const connect = (admin: AdminOffice, { port }: Pick<AmiServer, "port">) =>
  admin.ok("POST", "/pbx-connections", { kind: "asterisk-ami", host: "127.0.0.1", port, user: "offhook", secret });

/** A phone that answers, and how it stands at the PBX. */
async function listeningPhone(parameters = "") {
  const phone = await openSipPhone();
  const { port } = phone.destination("udp");
  return { phone, port, contact: { URI: `sip:9721@127.0.0.1:${port}${parameters}`, UserAgent } };
}

test("a phone is told where it registered at its PBX, before where it asked from", async () => {
  const { contact, phone, port } = await listeningPhone();
  const { push } = await openOffice([contact], { from: "10.0.0.5" });
  expect(await push()).toMatchObject({ state: "sent", attempts: [{ transport: "sip-notify", result: "answered" }] });
  expect(phone.requests.map(({ uri }) => uri)).toEqual([`sip:9721@127.0.0.1:${port}`]);
});

test("it is spoken to as it registered", async () => {
  const { contact, phone, port } = await listeningPhone(";transport=udp");
  const { push } = await openOffice([contact], { settings: { "sip.transport": "tcp" } });
  expect((await push()).state).toBe("sent");
  expect(phone.requests.map(({ uri }) => uri)).toEqual([`sip:9721@127.0.0.1:${port}`]);
});

test("what people say of its place goes before what the PBX tells, and then the PBX is not asked", async () => {
  const { phone, port } = await listeningPhone();
  const settings = { "push.address": "127.0.0.1", "push.port": port };
  const { ami, push } = await openOffice([{ URI: "sip:9721@10.0.0.6:5060", UserAgent }], { settings });
  expect((await push()).state).toBe("sent");
  expect(phone.requests).toHaveLength(1);
  expect(ami.actions).toEqual([]);
});

test("a contact that leads out of the allowed networks is refused, and the last address is tried", async () => {
  const { phone, port } = await listeningPhone();
  const outside = { URI: "sip:9721@198.51.100.7:5060", UserAgent };
  const { push } = await openOffice([outside], { from: "127.0.0.1", settings: { "sip.localPort": port } });
  expect((await push()).state).toBe("sent");
  expect(phone.requests).toHaveLength(1);
});

test("a name in a contact is not looked up, since whoever registers could name anybody", async () => {
  const { phone, port } = await listeningPhone();
  const named = { URI: `sip:9721@localhost:${port}`, UserAgent };
  const { admin, push } = await openOffice([named], { from: "127.0.0.1" });
  await addPhone(admin, neighbour, {}, "127.0.0.1");
  expect((await push()).attempts).toMatchObject([
    { result: "unable", text: "2 devices ask from 127.0.0.1, so that is not the phone's own address" },
  ]);
  expect(phone.requests).toEqual([]);
});

test("where the last address is none either, both are said", async () => {
  const outside = { URI: "sip:9721@198.51.100.7:5060", UserAgent };
  const { admin, push } = await openOffice([outside], { from: "127.0.0.1" });
  await addPhone(admin, neighbour, {}, "127.0.0.1");
  expect((await push()).attempts).toMatchObject([
    {
      result: "unable",
      text:
        "it registered from 198.51.100.7, which is not in a network that Offhook may send to; " +
        "2 devices ask from 127.0.0.1, so that is not the phone's own address",
    },
  ]);
});

test.each([
  ["names another phone", "127.0.0.1", "Cisco-CP-8851-3PCC/12.0.1 (00562b043699)"],
  ["names none and came from another address", "127.0.0.2", "Cisco-CP-8851-3PCC/12.0.1"],
])("a registration that %s proves nothing: the phone is told where it asked from", async (_what, host, agent) => {
  const [own, another] = [await listeningPhone(), await listeningPhone()];
  const contact = { URI: `sip:9721@${host}:${another.port}`, UserAgent: agent };
  const settings = { "sip.localPort": own.port };
  const { admin, push } = await openOffice([contact], { from: "127.0.0.1", settings });
  expect((await push()).state).toBe("sent");
  expect([own.phone.requests.length, another.phone.requests.length]).toEqual([1, 0]);
  expect(await admin.ok("GET", `/devices/${mac}`)).not.toHaveProperty("registration");
});

test("one that names no phone, from the address that the phone asked from, is its own", async () => {
  const { contact, phone, port } = await listeningPhone();
  const { admin, push } = await openOffice([{ ...contact, UserAgent: "a phone" }], { from: "127.0.0.1" });
  expect((await push()).state).toBe("sent");
  expect(phone.requests.map(({ uri }) => uri)).toEqual([`sip:9721@127.0.0.1:${port}`]);
  expect(await admin.ok("GET", `/devices/${mac}`)).toMatchObject({ registration: { state: "registered" } });
});

test("behind a router each phone has its own port: SIP finds it there, and its web server is not asked for", async () => {
  const { contact, phone, port } = await listeningPhone(";x-ast-orig-host=192.168.1.5:5060");
  const web = await startWebPhone();
  const settings = { "access.webPort": web.port };
  const { admin, push } = await openOffice([contact], { from: "127.0.0.1", settings });
  await addPhone(admin, neighbour, {}, "127.0.0.1");
  expect((await push()).state).toBe("sent");
  expect(phone.requests.map(({ uri }) => uri)).toEqual([`sip:9721@127.0.0.1:${port}`]);

  await admin.ok("PATCH", `/devices/${mac}`, { settings: { "push.transport": "phone-http" } });
  expect((await push()).attempts).toMatchObject([
    { result: "unable", text: expect.stringContaining("reached by SIP alone") },
  ]);
});

test("behind a router the PBX goes before us, since the router may let in nobody else", async () => {
  const { contact, phone } = await listeningPhone(";x-ast-orig-host=192.168.1.5:5060");
  const { admin, ami, push } = await openOffice([contact], { from: "127.0.0.1" });
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.transport": null } });
  await addPhone(admin, neighbour, {}, "127.0.0.1");
  expect((await push()).attempts).toMatchObject([{ transport: "asterisk-ami", result: "answered" }]);
  expect([ami.notifies.length, phone.requests.length]).toEqual([1, 0]);
});

test("the web server of a phone, which is given a password, is asked where the phone fetched its file, and not where only its PBX says it is", async () => {
  const web = await startWebPhone();
  const settings = { "push.transport": "phone-http", "access.webPort": web.port };
  const contact = { URI: "sip:9721@127.0.0.1:5060", UserAgent };
  const { push: elsewhere } = await openOffice([contact], { from: "10.0.0.5", settings });
  expect((await elsewhere()).attempts).toMatchObject([
    { result: "unable", text: expect.stringContaining("reached by SIP alone") },
  ]);
  const { push } = await openOffice([contact], { from: "127.0.0.1", settings });
  expect((await push()).attempts).toMatchObject([{ transport: "phone-http", result: "answered" }]);
});

test("a PBX that does not answer holds nobody up for long, and is asked by one at a time", async () => {
  const { phone, port } = await listeningPhone();
  const settings = { "sip.localPort": port };
  const { ami, push } = await openOffice([], {
    ...{ from: "127.0.0.1", settings, ami: { deafTo: ["PJSIPShowEndpoint"] } },
  });
  const begun = performance.now();
  expect((await push()).state).toBe("sent");
  expect(performance.now() - begun).toBeLessThan(6000);
  const again = performance.now();
  expect((await push()).state).toBe("sent");
  expect(performance.now() - again).toBeLessThan(2000);
  expect(phone.requests).toHaveLength(2);
  expect(ami.actions.filter((each) => each === "PJSIPShowEndpoint")).toHaveLength(1);
}, 20_000);
