import { expect, test } from "vitest";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import { type CampaignOffice, macOf } from "../support/campaign-office.ts";
import { moveAll, openMovedOffice, registersAgain, startAll, toldInAll } from "../support/moved-office.ts";

const moveOne = ({ admin }: CampaignOffice) =>
  admin.ok("PATCH", `/devices/${macOf("9002")}`, { settings: { "sip.server": "new-pbx.example" } });

test("a device shows what its PBX knows of it, where one can tell", async () => {
  const moved = await openMovedOffice(async () => undefined);
  const device = await moved.office.admin.call("GET", `/devices/${macOf("9001")}`);
  expect(device.text).not.toContain("reach");
  expect(device.json).toMatchObject({ registration: { state: "registered", contact: "sip:9001@127.0.0.1:5060" } });
  const list = await moved.office.admin.call("GET", "/devices");
  expect(list.text).not.toContain("registration");
});

test("a change of server has a canary without being asked, and goes on when that one registered again", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  const { id, critical } = await moved.begin();
  expect(critical).toBe(true);
  const over = await moved.ended(id);
  expect([over.state, over.counts["up-to-date"], toldInAll(moved)]).toEqual(["done", 3, 3]);
});

test("a new secret of a line has a canary too, the phone that has the line", async () => {
  const moved = await openMovedOffice(({ admin }) =>
    admin.ok("PATCH", "/lines/9002", { secret: "another-secret-of-phones" }),
  );
  const { critical, id } = await moved.begin();
  expect(critical).toBe(true);
  const over = await moved.ended(id);
  expect(over.reason).toContain("it fetched its file, and did not register again in time");
  expect(moved.fleet.notices()).toMatchObject({ 9001: 0, 9003: 0 });
});

test("a canary that fetches and does not register again stops it, and the rest is never told", async () => {
  const moved = await openMovedOffice(moveAll);
  const over = await moved.ended((await moved.begin()).id);
  expect(over.state).toBe("stopped");
  expect(over.reason).toContain("it fetched its file, and did not register again in time");
  expect(over.counts).toMatchObject({ "up-to-date": 1, skipped: 2 });
  expect(moved.fleet.notices()).toMatchObject({ 9002: 0, 9003: 0 });
});

test("what changed at the phone of the canary itself is put back, and the phone is told", async () => {
  const moved = await openMovedOffice(moveOne);
  const { admin } = moved.office;
  const over = await moved.ended((await moved.begin()).id);
  expect(over.reason).toMatch(/00562b049002 was put back to revision \d+, and told$/);
  expect(await admin.ok("GET", `/devices/${macOf("9002")}`)).toMatchObject({ settings: {} });
  expect(moved.fleet.notices()).toMatchObject({ 9002: 2 });
  await expect
    .poll(async () => (await admin.ok<{ sync: Json }>("GET", `/devices/${macOf("9002")}`)).sync["state"])
    .toBe("up-to-date");
});

test("it is refused where nothing could prove it, unless it shall go without proof", async () => {
  const moved = await openMovedOffice(moveAll);
  const { admin } = moved.office;
  const refusal = async () => {
    const { status, json } = await admin.call<ProblemBody>("POST", "/campaigns", startAll);
    return [status, json.errors[0]?.pointer, json.detail] as const;
  };
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.transport": "asterisk-ami" } });
  expect(await refusal()).toEqual([422, "/critical", expect.stringContaining("it is told through its PBX only")]);
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.transport": "sip-notify" } });
  for (const { id } of (await admin.ok<{ items: { id: string }[] }>("GET", "/pbx-connections")).items)
    await admin.ok("DELETE", `/pbx-connections/${id}`);
  expect(await refusal()).toEqual([422, "/critical", expect.stringContaining("no connection to a PBX can tell")]);
  expect(toldInAll(moved)).toBe(0);
  const over = await moved.ended((await moved.begin({ critical: false })).id);
  expect([over.state, over.counts["up-to-date"]]).toEqual(["done", 3]);
});

test("a change that leaves the way to the PBX as it is needs no canary", async () => {
  const moved = await openMovedOffice(async () => undefined);
  await moved.office.admin.ok("PATCH", "/organizations/default/settings", { settings: { "time.ntp": "10.0.0.9" } });
  const { id, critical } = await moved.begin();
  expect(critical).toBeUndefined();
  expect((await moved.ended(id)).counts["up-to-date"]).toBe(3);
});
