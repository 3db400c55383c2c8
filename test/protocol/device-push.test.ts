import { expect, onTestFinished, test } from "vitest";
import { parseMac } from "../../server/domain/mac.ts";
import { headerOf } from "../../server/sip/message.ts";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { askForPassword, ok, openSipPhone, type SipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";
const other = "00562b043616";

interface PushAnswer {
  readonly state: string;
  readonly reason: string;
  readonly transport: string;
  readonly attempts: readonly { readonly transport: string; readonly result: string; readonly text: string }[];
  readonly notices: readonly { readonly code: string; readonly detail: string }[];
}

interface Sync {
  readonly state: string;
  readonly reason?: string;
  readonly served?: { readonly n: number };
  readonly desired: { readonly n: number; readonly by: string; readonly why: string };
}

/** An office with one phone and where it listens for SIP; a multiplatform phone has its file. */
async function openOffice(
  settings: Json,
  parts: Parameters<typeof openAdminOffice>[0] = {},
  model = "cisco/8851-3pcc",
): Promise<AdminOffice> {
  const admin = await openAdminOffice(parts);
  onTestFinished(() => admin.close());
  await admin.ok("PATCH", "/organizations/default/settings", {
    settings: { "sip.server": "pbx.example", "sip.onlyProxy": false },
  });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "first-secret" });
  await admin.ok("POST", "/devices", { mac, model, lines: ["9721"], settings });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  if (model === "cisco/8851-3pcc") await fetchFile(admin);
  return admin;
}

function listensAt(phone: SipPhone): Json {
  const { address, port } = phone.destination("udp");
  return { "push.address": address, "push.port": port };
}

/** As the phone does, to its last byte. */
async function fetchFile({ provision }: AdminOffice, of = mac): Promise<void> {
  const reply = await provision({ via: "http", path: `/${of}.xml`, address: "127.0.0.1" });
  reply.done({ completed: true, bytes: 1 });
}

const syncOf = async (admin: AdminOffice) => (await admin.ok<{ sync: Sync }>("GET", `/devices/${mac}`)).sync;
const change = (admin: AdminOffice) => admin.ok("PATCH", `/devices/${mac}`, { settings: { "time.ntp": "10.0.0.1" } });
const push = (admin: AdminOffice, body: Json = {}) => admin.ok<PushAnswer>("POST", `/devices/${mac}/push`, body);

test("a push is sent when the phone answered, and has succeeded when the phone came", async () => {
  const phone = await openSipPhone();
  const admin = await openOffice(listensAt(phone));
  expect((await syncOf(admin)).state).toBe("up-to-date");
  await change(admin);
  expect(await syncOf(admin)).toMatchObject({
    state: "pending",
    served: { n: 1 },
    desired: { n: 2, why: `device.change ${mac}` },
  });

  const told = await push(admin);
  expect(told).toMatchObject({ state: "sent", transport: "sip-notify" });
  expect(phone.requests.map((each) => [each.method, each.uri, headerOf(each, "Event")])).toEqual([
    ["NOTIFY", `sip:9721@127.0.0.1:${phone.destination("udp").port}`, "resync"],
  ]);
  expect((await syncOf(admin)).state).toBe("sent");

  await fetchFile(admin);
  expect(await syncOf(admin)).toMatchObject({ state: "up-to-date", served: { n: 2 } });
});

test.each<[string, Json, Json, string[]]>([
  ["the server of its PBX", { "sip.server": "new-pbx.example" }, {}, ["way-to-pbx"]],
  ["the server of its PBX, and it is only to report", { "sip.server": "new-pbx.example" }, { action: "report" }, []],
  ["the time server", { "time.ntp": "10.0.0.1" }, {}, []],
])("where somebody changed %s the answer says so", async (_what, settings, body, codes) => {
  const phone = await openSipPhone();
  const admin = await openOffice(listensAt(phone));
  await admin.ok("PATCH", `/devices/${mac}`, { settings });
  const { notices } = await push(admin, body);
  expect(notices.map(({ code }) => code)).toEqual(codes);
  for (const { detail } of notices)
    expect(detail).toBe(
      "this changes how the phone reaches its PBX (server, transport, account, secret or VLAN); a campaign would prove that it finds it",
    );
  await fetchFile(admin);
  expect((await push(admin)).notices).toEqual([]);
});

test("a phone that answers and stays away is late, and the reason says what it answered", async () => {
  const phone = await openSipPhone();
  let ahead = 0;
  const admin = await openOffice(listensAt(phone), { clock: () => Date.now() + ahead });
  await change(admin);
  await push(admin);
  ahead = 61_000;
  const { state, reason } = await syncOf(admin);
  expect(state).toBe("late");
  expect(reason).toMatch(/^sip-notify: .*; the phone did not come within 60 s$/);
});

test("a phone is asked with the password that it has, until it has fetched the new one", async () => {
  let secret: "first-secret" | "second-secret" = "first-secret";
  const asking = {
    "first-secret": askForPassword({ secret: "first-secret", user: "9721" }),
    "second-secret": askForPassword({ secret: "second-secret", user: "9721" }),
  };
  const phone = await openSipPhone((request) => asking[secret](request));
  const admin = await openOffice(listensAt(phone));
  await admin.ok("PATCH", "/lines/9721", { secret: "second-secret" });

  expect((await push(admin)).state).toBe("sent");
  expect(phone.requests).toHaveLength(2);

  await fetchFile(admin);
  secret = "second-secret";
  expect((await push(admin)).state).toBe("sent");
  expect(phone.requests).toHaveLength(4);
});

test.each([
  [489, "Bad Event"],
  [404, "Not Found"],
  [403, "Forbidden"],
] as const)("a phone that answers %i has refused, and the admin reads why", async (status, reason) => {
  const phone = await openSipPhone(() => ({ status, reason }));
  const admin = await openOffice({ ...listensAt(phone), "push.transport": "sip-notify" });
  await change(admin);
  expect(await push(admin)).toMatchObject({ state: "refused", attempts: [{ result: "refused" }] });
  const sync = await syncOf(admin);
  expect(sync.state).toBe("refused");
  expect(sync.reason).toContain(String(status));
});

test.each(["cisco/8851-3pcc", "cisco/9861", "cisco/spa504g", "cisco/ata192"])(
  "a %s that knows check-sync only is told by that, within the same attempt, and it is written down",
  async (model) => {
    const phone = await openSipPhone((request) =>
      headerOf(request, "Event") === "check-sync" ? ok : { status: 489, reason: "Bad Event" },
    );
    const admin = await openOffice(listensAt(phone), {}, model);
    const text = "the phone does not know resync; it took check-sync";
    expect(await push(admin)).toMatchObject({
      ...{ state: "sent", transport: "sip-notify", reason: `sip-notify: ${text}` },
      attempts: [{ transport: "sip-notify", result: "answered", text }],
    });
    expect(phone.requests.map((each) => headerOf(each, "Event"))).toEqual(["resync", "check-sync"]);
  },
);

test.each(["reboot", "restart", "report"])("there is no other word for a %s", async (action) => {
  const phone = await openSipPhone(() => ({ status: 489, reason: "Bad Event" }));
  const admin = await openOffice({ ...listensAt(phone), "push.transport": "sip-notify" });
  expect(await push(admin, { action })).toMatchObject({ state: "refused" });
  expect(phone.requests).toHaveLength(1);
});

test("where nobody listens the phone is unreachable", async () => {
  const phone = await openSipPhone();
  const settings = { ...listensAt(phone), "push.transport": "sip-notify" };
  await phone.close();
  const admin = await openOffice(settings);
  await change(admin);
  expect(await push(admin)).toMatchObject({ state: "unreachable", attempts: [{ result: "silent" }] });
  expect((await syncOf(admin)).state).toBe("unreachable");
});

test("an address that several devices ask from is no destination", async () => {
  const admin = await openOffice({ "push.transport": "sip-notify" });
  await admin.ok("POST", "/lines", { id: "9722", extension: "9722" });
  await admin.ok("POST", "/devices", { mac: other, model: "cisco/8851-3pcc", lines: ["9722"] });
  await fetchFile(admin, other);
  const { attempts, state } = await push(admin);
  expect(state).toBe("unreachable");
  expect(attempts).toEqual([
    expect.objectContaining({
      result: "unable",
      text: "2 devices ask from 127.0.0.1, so that is not the phone's own address",
    }),
  ]);
});

test("nothing is sent outside of the allowed networks", async () => {
  const admin = await openOffice({ "push.address": "198.51.100.7", "push.transport": "sip-notify" });
  expect(await push(admin)).toMatchObject({
    state: "unreachable",
    attempts: [{ result: "unable", text: "198.51.100.7 is not in a network that Offhook may send to" }],
  });
});

test("a phone that takes SIP from its server only is told in another way", async () => {
  const phone = await openSipPhone();
  const admin = await openOffice({ ...listensAt(phone), "sip.onlyProxy": true });
  const { attempts } = await push(admin);
  expect(attempts.find(({ transport }) => transport === "sip-notify")).toMatchObject({
    result: "unable",
    text: expect.stringContaining("sip.onlyProxy"),
  });
  expect(phone.requests).toEqual([]);
});

test("a transport that is named is the only one, and an unknown one is refused", async () => {
  const admin = await openOffice({});
  expect(await push(admin, { transport: "wait" })).toMatchObject({
    state: "waiting",
    attempts: [{ result: "waiting" }],
  });
  const answer = await admin.call<ProblemBody>("POST", `/devices/${mac}/push`, { transport: "pigeon" });
  expect([answer.status, answer.json.code]).toEqual([422, "INVALID"]);
});

test("the ways of the family are tried in turn until one is answered, and each attempt is told", async () => {
  const phone = await openSipPhone(() => ({ status: 489, reason: "Bad Event" }));
  const admin = await openOffice(listensAt(phone));
  const { attempts } = await push(admin);
  expect(attempts.map(({ transport, result }) => `${transport} ${result}`)).toEqual(
    expect.arrayContaining(["sip-notify refused", "asterisk-ami unable", "freeswitch-esl unable", "wait waiting"]),
  );
  const found = await admin.office.stores.config.readAudit({ limit: 1 });
  expect(found).toMatchObject([{ action: "device.push", id: parseMac(mac), detail: { result: "refused" } }]);
});

test("a phone shows itself where its family can, and says so where it can't", async () => {
  const phone = await openSipPhone();
  const admin = await openOffice(listensAt(phone));
  expect((await admin.ok<PushAnswer>("POST", `/devices/${mac}/show`)).state).toBe("sent");
  const [asked] = phone.requests;
  expect(asked && headerOf(asked, "Event")).toBe("XML-Service");
  expect(asked?.body.toString()).toBe(
    '<?xml version="1.0" encoding="utf-8"?><CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="Play:Ring1.raw"/></CiscoIPPhoneExecute>',
  );

  await admin.ok("POST", "/devices", { mac: other, model: "cisco/7960" });
  const answer = await admin.call<ProblemBody>("POST", `/devices/${other}/show`);
  expect([answer.status, answer.json.code]).toEqual([409, "CONFLICT"]);
});

test("what a PBX is asked with is sealed, never shown, and not sent to another host", async () => {
  const admin = await openOffice({});
  const secret = "manager-secret";
  const made = await admin.ok<{ id: string; secret: string }>("POST", "/pbx-connections", {
    ...{ kind: "asterisk-ami", host: "127.0.0.1", port: 5038, user: "offhook", secret },
  });
  expect(made.secret).toBe("********");
  const stored = await admin.office.stores.config.find({ kind: "pbx-connection" });
  expect(JSON.stringify(stored)).not.toContain(secret);
  expect((await admin.call("GET", "/pbx-connections")).text).not.toContain(secret);

  const moved = await admin.call<ProblemBody>("PATCH", `/pbx-connections/${made.id}`, { host: "10.9.9.9" });
  expect([moved.status, moved.json.errors[0]?.pointer]).toEqual([422, "/secret"]);
  await admin.ok("PATCH", `/pbx-connections/${made.id}`, { host: "10.9.9.9", secret: "another" });
  await admin.ok("DELETE", `/pbx-connections/${made.id}`);
  expect((await admin.ok<{ total: number }>("GET", "/pbx-connections")).total).toBe(0);
});

test("a connection that does not work says so in words", async () => {
  const admin = await openOffice({});
  const { id } = await admin.ok<{ id: string }>("POST", "/pbx-connections", {
    ...{ kind: "asterisk-ami", host: "127.0.0.1", port: 9, user: "offhook", secret: "manager-secret" },
  });
  const tried = await admin.ok<{ works: boolean; findings: { works: boolean; what: string }[] }>(
    ...(["POST", `/pbx-connections/${id}/test`] as const),
  );
  expect(tried.works).toBe(false);
  expect(tried.findings[0]?.what).toContain("127.0.0.1");
});

test("Offhook goes on where it can't be written that a phone came", async () => {
  const phone = await openSipPhone();
  const admin = await openOffice(listensAt(phone));
  await change(admin);
  await push(admin);
  // As a full disk, or a database that went away.
  const { config } = admin.office.stores;
  const transaction = config.transaction.bind(config);
  let refused = (): void => undefined;
  const wasRefused = new Promise<void>((resolve) => {
    refused = resolve;
  });
  config.transaction = async () => {
    refused();
    throw new Error("no room");
  };
  await fetchFile(admin);
  await wasRefused;
  config.transaction = transaction;
  expect((await syncOf(admin)).state).toBe("up-to-date");
});
