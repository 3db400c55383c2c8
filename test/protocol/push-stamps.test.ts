import { expect, onTestFinished, test } from "vitest";
import { headerOf } from "../../server/sip/message.ts";
import { type AdminOffice, type Json, openAdminOffice } from "../support/admin-office.ts";
import { openSipPhone, type SipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";
const zeros = "00000000-0000-0000-0000-000000000000";

interface Office {
  readonly admin: AdminOffice;
  readonly phone: SipPhone;
}

/** An office with one enterprise phone that listens for SIP and has its file. */
async function openOffice(model: string, more: Json = {}): Promise<Office> {
  const [admin, phone] = [await openAdminOffice(), await openSipPhone()];
  onTestFinished(() => admin.close());
  const { address, port } = phone.destination("tcp");
  const settings = { "sip.server": "pbx.example", "push.address": address, "push.port": port, "sip.transport": "tcp" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "first-secret" });
  await admin.ok("POST", "/devices", { mac, model, lines: ["9721"], ...more });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  await fetchFile(admin, "SEP00562B043615.cnf.xml");
  return { admin, phone };
}

/** As the phone does, to its last byte. */
async function fetchFile({ provision }: AdminOffice, name: string, completed = true): Promise<string> {
  const reply = await provision({ via: "http", path: `/${name}`, address: "127.0.0.1" });
  if (!("body" in reply)) throw new Error(`${name} comes from the shelf`);
  reply.done({ completed, bytes: reply.body.length });
  return reply.body.toString();
}

async function stampIn(admin: AdminOffice, name: string): Promise<string> {
  const [, stamp] = /<versionStamp>([0-9a-f]{16})<\/versionStamp>/.exec(await fetchFile(admin, name)) ?? [];
  return stamp ?? expect.fail(`${name} has no stamp`);
}

/** The body of the NOTIFY that the push led to, line by line. */
async function told({ admin, phone }: Office, action = "resync"): Promise<readonly string[]> {
  expect(await admin.ok("POST", `/devices/${mac}/push`, { action })).toMatchObject({ state: "sent" });
  const request = phone.requests.at(-1) ?? expect.fail("nothing came");
  expect(headerOf(request, "Event")).toBe("service-control");
  return request.body.toString().split("\r\n");
}

const change = ({ admin }: Office, settings: Json = { "time.ntp": "10.0.0.1" }) =>
  admin.ok("PATCH", `/devices/${mac}`, { settings });

const restart = [`ConfigVersionStamp={${zeros}}`, `DialplanVersionStamp={${zeros}}`, `SoftkeyVersionStamp={${zeros}}`];

test("a phone that has another revision is told the stamps that stand in the files it gets then", async () => {
  const office = await openOffice("cisco/8851");
  const before = await stampIn(office.admin, "SEP00562B043615.cnf.xml");
  await change(office);
  const body = await told(office);
  const config = await stampIn(office.admin, "SEP00562B043615.cnf.xml");
  expect(config).not.toBe(before);
  expect(body).toEqual([
    "action=check-version",
    "RegisterCallId={}",
    `ConfigVersionStamp={${config}}`,
    `DialplanVersionStamp={${zeros}}`,
    `SoftkeyVersionStamp={${await stampIn(office.admin, "softkeys-00562B043615.xml")}}`,
    "",
  ]);
});

test("only a phone that is given a feature policy is told its stamp, which an 8861 takes for malformed", async () => {
  const office = await openOffice("cisco/9971");
  await change(office);
  const body = await told(office);
  const policy = await stampIn(office.admin, "featurepolicy-00562B043615.xml");
  expect(body.slice(4)).toEqual([
    `SoftkeyVersionStamp={${await stampIn(office.admin, "softkeys-00562B043615.xml")}}`,
    `FeatureControlVersionStamp={${policy}}`,
    "",
  ]);
});

test("a phone that was told and did not come is told stamps that differ in any case, until it has come", async () => {
  const office = await openOffice("cisco/9971");
  await change(office);
  expect(await told(office)).not.toContain(restart[0]);
  const anew = await told(office);
  expect(anew).toEqual(expect.arrayContaining([...restart, `FeatureControlVersionStamp={${zeros}}`]));
  await fetchFile(office.admin, "SEP00562B043615.cnf.xml");
  await change(office, { "time.ntp": "10.0.0.2" });
  expect(await told(office)).not.toContain(restart[0]);
});

test("a phone that took its file and whose last word of it was lost reads it again, since nothing proves that it has it", async () => {
  const office = await openOffice("cisco/8851");
  await change(office);
  await fetchFile(office.admin, "SEP00562B043615.cnf.xml", false);
  expect(await told(office)).toEqual(expect.arrayContaining(restart));
});

test("a phone that has its revision already reads it again when it is told to", async () => {
  const office = await openOffice("cisco/8851");
  expect(await told(office)).toEqual(expect.arrayContaining(restart));
});

test("so does one that has it by a change that was taken back", async () => {
  const office = await openOffice("cisco/8851");
  await change(office);
  await change(office, { "time.ntp": null });
  expect(await told(office)).toEqual(expect.arrayContaining(restart));
});

test("a restart is one whatever the phone has", async () => {
  const office = await openOffice("cisco/8851");
  await change(office);
  expect(await told(office, "restart")).toEqual(["action=restart", "RegisterCallId={}", ...restart, ""]);
});

test("of soft keys that somebody else makes no stamp is known", async () => {
  const raw = { "device/sipProfile/softKeyFile": "softkeys-of-ours.xml" };
  const office = await openOffice("cisco/8851", { raw });
  await change(office);
  const body = await told(office);
  expect(body[2]).toBe(`ConfigVersionStamp={${await stampIn(office.admin, "SEP00562B043615.cnf.xml")}}`);
  expect(body[4]).toBe(`SoftkeyVersionStamp={${zeros}}`);
});

test("a template of the organization's own changes the stamp that is told as it changes the file's", async () => {
  const office = await openOffice("cisco/8851");
  const before = await stampIn(office.admin, "SEP00562B043615.cnf.xml");
  const url = "/templates/cisco/enterprise/elements";
  const { shipped } = await office.admin.ok<{ shipped: string }>("GET", url);
  await office.admin.ok("PUT", url, { source: `${shipped}\n` });
  const body = await told(office);
  const after = await stampIn(office.admin, "SEP00562B043615.cnf.xml");
  expect(after).not.toBe(before);
  expect(body[2]).toBe(`ConfigVersionStamp={${after}}`);
});
