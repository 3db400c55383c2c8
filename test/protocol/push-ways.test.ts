import { expect, onTestFinished, test } from "vitest";
import type { StoredPush } from "../../server/office/push/records.ts";
import { headerOf } from "../../server/sip/message.ts";
import { type AdminOffice, openAdminOffice } from "../support/admin-office.ts";
import { startAmi } from "../support/ami-server.ts";
import { ok, openSipDatagrams, openSipPhone, type SipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";

interface PushAnswer {
  readonly state: string;
  readonly transport: string;
  readonly attempts: readonly { readonly transport: string; readonly result: string }[];
}

/** An office with one multiplatform phone that listens for SIP and has its file. */
async function openOffice(phone: SipPhone, env: Record<string, string> = {}): Promise<AdminOffice> {
  const admin = await openAdminOffice({}, Date.now, env);
  onTestFinished(() => admin.close());
  const { address, port } = phone.destination("udp");
  const settings = { "sip.server": "pbx.example", "push.address": address, "push.port": port, "sip.onlyProxy": false };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "a-secret-of-phones" });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"] });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  await fetchFile(admin);
  return admin;
}

async function fetchFile({ provision }: AdminOffice): Promise<void> {
  const reply = await provision({ via: "http", path: `/${mac}.xml`, address: "127.0.0.1" });
  reply.done({ completed: true, bytes: 1 });
}

const push = (admin: AdminOffice) => admin.ok<PushAnswer>("POST", `/devices/${mac}/push`, {});
const waysOf = ({ attempts }: PushAnswer) => attempts.map(({ transport, result }) => `${transport} ${result}`);

test("what led the phone here last is tried first the next time", async () => {
  let answer = { status: 489, reason: "Bad Event" };
  const phone = await openSipPhone(() => answer);
  const admin = await openOffice(phone);
  const contact = { URI: "sip:9721@10.0.0.5:5060", UserAgent: `Cisco-CP-8851-3PCC/12.0.1 (${mac})` };
  const ami = await startAmi({ endpoints: { "9721": [contact] } });
  const connection = { kind: "asterisk-ami", host: "127.0.0.1", port: ami.port, user: "offhook", secret: "ami-secret" };
  await admin.ok("POST", "/pbx-connections", connection);

  expect(waysOf(await push(admin))).toEqual(["sip-notify refused", "asterisk-ami answered"]);
  await fetchFile(admin);
  const records = () => admin.office.stores.config.find<StoredPush>({ kind: "push" });
  await expect.poll(async () => (await records())[0]?.body.worked, { timeout: 5000 }).toBe("asterisk-ami");

  answer = { ...ok };
  expect(waysOf(await push(admin))).toEqual(["asterisk-ami answered"]);
  // Told by both of its events, and not asked again.
  expect([phone.requests.length, ami.notifies.length]).toEqual([2, 2]);
});

test("SIP to phones leaves from the address and port of the configuration", async () => {
  // Taken at 127.0.0.1, so that the system gives it to nobody else.
  const { port } = await openSipDatagrams();
  const phone = await openSipPhone();
  const env = { OFFHOOK_SIP_ADDRESS: "127.0.0.2", OFFHOOK_SIP_PORT: String(port) };
  const admin = await openOffice(phone, env);
  expect(await push(admin)).toMatchObject({ state: "sent", transport: "sip-notify" });
  const [asked] = phone.requests;
  expect(asked?.peer).toMatchObject({ address: "127.0.0.2", port });
  expect(asked && headerOf(asked, "Contact")).toBe(`<sip:offhook@127.0.0.2:${port}>`);
});
