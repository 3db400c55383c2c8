import { expect, onTestFinished, test } from "vitest";
import { openAdminOffice } from "../support/admin-office.ts";
import { type AmiContact, startAmi } from "../support/ami-server.ts";
import { openSipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";
const secret = "manager-secret";
/** Names its MAC, so that it is known whose registration it is. */
const UserAgent = `Cisco-CP8851/14.2 (${mac})`;

/** An enterprise phone that listens where its settings say, and an Asterisk that knows these contacts of its line. */
async function openOffice(contacts: readonly AmiContact[]) {
  let later = 0;
  const known = { "9721": contacts };
  const ami = await startAmi({ secret, endpoints: known });
  const admin = await openAdminOffice({}, () => Date.now() + later);
  onTestFinished(() => admin.close());
  const phone = await openSipPhone();
  const place = { "push.address": "127.0.0.1", "push.port": phone.destination("udp").port };
  const settings = { "sip.server": "pbx.example", "push.transport": "sip-notify", ...place };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "a-secret-of-phones" });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851", lines: ["9721"] });
  const pbx = { kind: "asterisk-ami", host: "127.0.0.1", port: ami.port, user: "offhook", secret };
  await admin.ok("POST", "/pbx-connections", pbx);
  return {
    ...{ admin, phone },
    /** Asterisk knows these from now on; what was heard of it is old. */
    register(...now: readonly AmiContact[]) {
      known["9721"] = now;
    },
    wait: (ms: number) => {
      later += ms;
    },
    now: () => Date.now() + later,
    bodies: () => phone.requests.map(({ body }) => body.toString()),
    registration: async () =>
      (await admin.ok<{ registration?: { state: string; since: string } }>("GET", `/devices/${mac}`)).registration,
  };
}

const own = { URI: "sip:9721@10.0.0.5:5060", UserAgent, CallID: "reg-1@10.0.0.5" };

test.each([
  ["where its PBX tells the Call-ID of its registration", [own], "{reg-1@10.0.0.5}"],
  ["where the registration is another phone's", [{ ...own, UserAgent: "Cisco-CP8851/14.2 (00562b043699)" }], "{}"],
  ["where it is not registered", [], "{}"],
])("an enterprise phone that is told straight gets RegisterCallId %s", async (_when, contacts, told) => {
  const { admin, bodies } = await openOffice(contacts);
  expect(await admin.ok("POST", `/devices/${mac}/push`, { action: "restart" })).toMatchObject({ state: "sent" });
  expect(bodies()).toEqual([expect.stringContaining(`RegisterCallId=${told}\r\n`)]);
});

test("a registration is shown since it was first seen as it is", async () => {
  const { now, register, registration, wait } = await openOffice([own]);
  const first = await registration();
  expect(first).toMatchObject({ state: "registered", since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
  wait(3_600_000);
  expect(await registration()).toEqual(first);
  wait(60_000);
  register({ ...own, CallID: "reg-2@10.0.0.5" });
  const second = Date.parse((await registration())?.since ?? "");
  expect(Math.abs(second - now())).toBeLessThan(30_000);
  wait(60_000);
  register();
  const gone = await registration();
  expect(gone?.state).toBe("unregistered");
  expect(Math.abs(Date.parse(gone?.since ?? "") - now())).toBeLessThan(30_000);
});
