import { expect, onTestFinished, test } from "vitest";
import { openAdminOffice } from "../support/admin-office.ts";
import { openSipPhone } from "../support/sip-phone.ts";

const mac = "00562b043615";

interface Push {
  readonly attempts: readonly { readonly transport: string; readonly result: string }[];
}

// A SIP transaction without an answer ends after 32 seconds (RFC 3261 section 17.1.2.2, timer F).
test("a phone that came although nothing was answered is not told again in another way", async () => {
  const admin = await openAdminOffice();
  onTestFinished(() => admin.close());
  let isTold = false;
  const fetchFile = async () => {
    const reply = await admin.provision({ via: "http", path: `/${mac}.xml`, address: "127.0.0.1" });
    reply.done({ completed: true, bytes: 1 });
  };
  const phone = await openSipPhone(() => {
    if (isTold) void fetchFile();
    return undefined;
  });
  const { address, port } = phone.destination("udp");
  const settings = { "push.address": address, "push.port": port, "sip.onlyProxy": false, "sip.server": "pbx.example" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "first-secret" });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"] });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  await fetchFile();
  await admin.ok("PATCH", `/devices/${mac}`, { settings: { "time.ntp": "10.0.0.1" } });
  isTold = true;
  const { attempts } = await admin.ok<Push>("POST", `/devices/${mac}/push`, {});
  expect(attempts.map(({ transport, result }) => [transport, result])).toEqual([["sip-notify", "silent"]]);
  expect(await admin.ok("GET", `/devices/${mac}`)).toMatchObject({ sync: { state: "up-to-date" } });
}, 60_000);
