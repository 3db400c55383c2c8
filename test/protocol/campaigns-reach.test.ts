import { expect, test } from "vitest";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import { macOf } from "../support/campaign-office.ts";
import {
  type MovedOffice,
  moveAll,
  openMovedOffice,
  registersAgain,
  startAll,
  toldInAll,
} from "../support/moved-office.ts";
import { startWebPhone } from "../support/phone-web-server.ts";
import { ok } from "../support/sip-phone.ts";

const forbidden = { status: 403, reason: "Forbidden" };
/** These let us know at once that they take nothing from us. */
const refusing = (refused: (line: string) => boolean) => (line: string) => (refused(line) ? forbidden : ok);

async function targetsOf({ office }: MovedOffice, id: string): Promise<Readonly<Record<string, Json>>> {
  const { devices } = await office.admin.ok<{ devices: { mac: string }[] }>("GET", `/campaigns/${id}`);
  return Object.fromEntries(devices.map((each) => [each.mac.slice(-4), each as unknown as Json]));
}

const asked = ({ fleet }: MovedOffice) => fleet.sip.requests.filter(({ method }) => method === "OPTIONS").length;

test("a change of server is refused where the phones do not answer without the PBX, and names one and why", async () => {
  const moved = await openMovedOffice(moveAll, { reachMs: 100 });
  moved.fleet.asked = () => undefined;
  const { status, json } = await moved.office.admin.call<ProblemBody>("POST", "/campaigns", startAll);
  expect([status, json.errors[0]?.pointer, json.errors[0]?.code]).toEqual([422, "/critical", "unproven"]);
  const { port } = moved.fleet.sip.destination("udp");
  expect(json.detail).toContain("0 of 3 that were asked can prove that they find it, and 1 have to");
  expect(json.detail).toContain(`(${macOf("9001")}: sip-notify: No answer from 127.0.0.1:${port} (UDP).`);
  expect(toldInAll(moved)).toBe(0);
});

test("of a canary of two both have to take what we send", async () => {
  const moved = await openMovedOffice(moveAll);
  moved.fleet.asked = refusing((line) => line !== "9002");
  const body = { ...startAll, canary: { count: 2 } };
  const { status, json } = await moved.office.admin.call<ProblemBody>("POST", "/campaigns", body);
  expect([status, json.detail]).toEqual([422, expect.stringContaining("1 of 3 that were asked can prove")]);
});

test("who takes nothing from us is neither of the canary nor told, the others are", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  moved.fleet.asked = refusing((line) => line === "9001");
  const { id } = await moved.begin({ retries: 1 });
  expect((await moved.ended(id)).counts).toMatchObject({ unreachable: 1, "up-to-date": 2 });
  expect(moved.fleet.notices()).toEqual({ 9001: 0, 9002: 1, 9003: 1 });
  const { 9001: deaf } = await targetsOf(moved, id);
  const why =
    /^it could not be reached without its PBX, and this change could lose it: sip-notify: The phone forbids it/;
  expect(deaf).toMatchObject({ state: "unreachable", attempts: 2, reason: expect.stringMatching(why) });
});

test("one that takes it when it is asked again is told then", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  moved.fleet.asked = refusing((line) => line === "9003");
  const { id } = await moved.begin({ retries: 9 });
  await expect.poll(async () => (await targetsOf(moved, id))["9003"]?.["state"], { timeout: 5000 }).toBe("unreachable");
  expect(moved.fleet.notices()).toMatchObject({ 9003: 0 });
  moved.fleet.asked = () => ok;
  expect((await moved.ended(id)).counts).toMatchObject({ "up-to-date": 3 });
  expect(moved.fleet.notices()).toMatchObject({ 9003: 1 });
});

test("phones that can't be reached are failures, and stop it; what the canary proved stays", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  moved.fleet.asked = refusing((line) => line !== "9001");
  const over = await moved.ended((await moved.begin({ retries: 0, stopAt: 0.5 })).id);
  expect([over.state, over.reason]).toEqual(["stopped", expect.stringMatching(/2 of 3 phones, and 50 % stop it$/)]);
  expect(moved.fleet.notices()).toEqual({ 9001: 1, 9002: 0, 9003: 0 });
});

test("one that answers at its web server can be told without its PBX", async () => {
  const web = await startWebPhone();
  const moved = await openMovedOffice(async (office) => {
    const settings = { "push.transport": null, "access.webPort": web.port, "sip.server": "new-pbx.example" };
    await office.admin.ok("PATCH", "/organizations/default/settings", { settings });
  });
  moved.fleet.asked = () => undefined;
  expect((await moved.begin()).critical).toBe(true);
  expect(web.asked[0]).toEqual({ method: "GET", url: "/", body: "" });
});

test("before a change of transport phones are asked and told in the way that they still know", async () => {
  const moved = await openMovedOffice(async ({ admin }) => {
    await admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.transport": "tls" } });
  });
  registersAgain(moved);
  expect((await moved.ended((await moved.begin()).id)).counts).toMatchObject({ "up-to-date": 3 });
  expect(new Set(moved.fleet.sip.requests.map(({ peer }) => peer.signalling))).toEqual(new Set(["udp"]));
});

test("one that comes by itself while it is asked is not told", async () => {
  const moved = await openMovedOffice(moveAll, { reachMs: 8000 });
  registersAgain(moved);
  const came: string[] = [];
  moved.fleet.asked = (line) => {
    if (line !== "9003" || came.includes(line)) return ok;
    void moved.fleet.fetchFile(line).then(() => came.push(line));
    return undefined;
  };
  expect((await moved.ended((await moved.begin()).id)).counts).toMatchObject({ "up-to-date": 2, skipped: 1 });
  expect(moved.fleet.notices()).toEqual({ 9001: 1, 9002: 1, 9003: 0 });
});

test("nobody is asked of a change that can lose nobody, or that shall go without proof", async () => {
  const moved = await openMovedOffice(moveAll);
  expect((await moved.ended((await moved.begin({ critical: false })).id)).counts["up-to-date"]).toBe(3);
  await moved.office.admin.ok("PATCH", "/organizations/default/settings", { settings: { "time.ntp": "10.0.0.9" } });
  expect((await moved.ended((await moved.begin()).id)).counts["up-to-date"]).toBe(3);
  expect(asked(moved)).toBe(0);
});
