import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { makeBackup, type Restored, restoreBackup } from "../../server/app-backup.ts";
import { readConfig } from "../../server/config.ts";
import { openAdminOffice } from "../support/admin-office.ts";
import { openCampaignOffice, openFleet } from "../support/campaign-office.ts";
import { type GrantBody, give, shows } from "../support/granted.ts";
import { openHookReceiver } from "../support/hook-receiver.ts";
import { exported, fetchFile, listensAt, mac, order, type RotationAnswer, read } from "../support/rotating-office.ts";
import { openSipPhone } from "../support/sip-phone.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

interface Campaign {
  readonly id: string;
  readonly state: string;
  readonly endedAt?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly devices: readonly { readonly mac: string; readonly state: string; readonly reason?: string }[];
}

/** A data folder, and the one that a backup of it is restored to, also while Offhook serves the first. */
async function openPlaces() {
  const { path, remove } = await createTemporaryFolder();
  onTestFinished(remove);
  const [here, there] = [{ OFFHOOK_DATA: join(path, "here") }, { OFFHOOK_DATA: join(path, "there") }];
  const file = join(path, "office.backup.gz");
  const move = async (): Promise<Restored> => {
    await makeBackup(readConfig(here), file, { version: "1.2.3", withKey: true });
    return await restoreBackup(readConfig(there), file, false);
  };
  return { here, there, move };
}

test.each(["runs", "is paused"])(
  "a backup that is taken while a campaign %s tells nobody where it is restored",
  async (how) => {
    const { here, there, move } = await openPlaces();
    const first = await openCampaignOffice(60_000, here);
    const fleet = await openFleet(first, 4);
    fleet.comes = () => false;
    // Two at once: these stay away, so that nobody else has a turn.
    const all = { select: { all: true }, pace: { perSecond: 500, perSite: 2 } };
    const { id } = await first.admin.ok<Campaign>("POST", "/campaigns", all);
    await expect.poll(async () => (await first.admin.ok<Campaign>("GET", `/campaigns/${id}`)).counts["sent"]).toBe(2);
    if (how === "is paused") await first.admin.ok("POST", `/campaigns/${id}/pause`);
    expect(await move()).toMatchObject({ campaigns: 1, rotations: 0, deliveries: 0 });
    await first.close();
    const told = fleet.notices();

    const copy = await openCampaignOffice(60_000, there);
    const ended = await copy.admin.ok<Campaign>("GET", `/campaigns/${id}`);
    const reason = "ended by a restore";
    expect(ended).toMatchObject({ state: "cancelled", reason, endedAt: expect.any(String) });
    expect(ended.counts).toMatchObject({ pending: 0, sent: 0, late: 2, skipped: 2 });
    expect(ended.devices.map(({ mac, state, reason: why }) => [told[mac.slice(-4)], state, why])).toEqual(
      ended.devices.map(({ mac }) =>
        told[mac.slice(-4)] === 1 ? [1, "late", expect.stringContaining(reason)] : [0, "skipped", reason],
      ),
    );
    // Its phones are free for another campaign, which is all that they hear.
    Object.assign(fleet, { office: copy, comes: () => true });
    const next = await copy.admin.ok<Campaign>("POST", "/campaigns", {
      select: { all: true },
      pace: { perSecond: 500 },
    });
    const over = async () => (await copy.admin.ok<Campaign>("GET", `/campaigns/${next.id}`)).counts["up-to-date"];
    await expect.poll(over, { timeout: 10_000 }).toBe(4);
    expect(fleet.notices()).toEqual(Object.fromEntries(Object.entries(told).map(([line, times]) => [line, times + 1])));
  },
);

test("a rotation under way keeps its secrets, and tells nobody before it is resumed", async () => {
  const { here, there, move } = await openPlaces();
  const first = await openAdminOffice({}, Date.now, here);
  onTestFinished(() => first.close());
  const phone = await openSipPhone();
  await first.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example" } });
  await first.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "first-secret" });
  await first.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"], settings: listensAt(phone) });
  await first.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  await fetchFile(first);
  const { id } = await first.ok<RotationAnswer>("POST", "/rotations", {
    select: { lines: ["9721"] },
    through: "export",
  });
  const secret = /^9721,9721,9721,9721,(\w{24})\r$/m.exec((await exported(first, id)).text)?.[1] ?? "";
  // The PBX has the secret; the process ends before the line has.
  await first.office.rotations.close();
  expect((await order(first, id, "confirm")).status).toBe(202);
  expect(await move()).toMatchObject({ rotations: 1 });

  const copy = await openAdminOffice({}, Date.now, there);
  onTestFinished(() => copy.close());
  await copy.office.rotations.begin();
  const held = await read(copy, id);
  expect(held.reason).toBe("ended by a restore; resume goes on with it");
  expect(held.lines).toMatchObject([{ state: "written" }]);
  expect(await fetchFile(copy)).toContain("first-secret");
  expect(phone.requests).toEqual([]);
  expect((await order(copy, id, "resume")).status).toBe(202);
  await expect.poll(() => phone.requests.length, { timeout: 5000 }).toBeGreaterThan(0);
  expect(await fetchFile(copy)).toContain(secret);
  expect((await read(copy, id)).reason).toBeUndefined();
});

test("deliveries that waited are dropped, those that ended stay in the log", async () => {
  const { here, there, move } = await openPlaces();
  const env = { OFFHOOK_WEBHOOK_NETWORKS: "127.0.0.0/8" };
  const first = await openAdminOffice({}, Date.now, { ...here, ...env });
  onTestFinished(() => first.close());
  const receiver = await openHookReceiver();
  onTestFinished(() => receiver.close());
  const hook = { url: receiver.url, events: ["device.added"], secret: "a-secret-of-sixteen" };
  const { id } = await first.ok<{ id: string }>("POST", "/webhooks", hook);
  await first.ok("POST", "/devices", { mac, model: "cisco/8851" });
  await first.ok("POST", "/schedules/web-hooks/run");
  receiver.answer(500);
  await first.ok("POST", "/devices", { mac: "00562b043616", model: "cisco/8851" });
  await first.ok("POST", "/schedules/web-hooks/run");
  expect(receiver.received).toHaveLength(2);
  expect(await move()).toMatchObject({ deliveries: 1 });

  const copy = await openAdminOffice({}, () => Date.now() + 3_600_000, { ...there, ...env });
  onTestFinished(() => copy.close());
  await copy.ok("POST", "/schedules/web-hooks/run");
  expect(receiver.received).toHaveLength(2);
  const { items } = await copy.ok<{ items: object[] }>("GET", `/webhooks/${id}/deliveries`);
  expect(items).toMatchObject([{ state: "taken" }]);
});

test("grants are ended, and open nothing where they are restored, whatever its clock says", async () => {
  const { here, there, move } = await openPlaces();
  const first = await openAdminOffice({}, Date.now, here);
  onTestFinished(() => first.close());
  const open = await give(first, { name: "Ana", minutes: 60 });
  const taken = await give(first, { name: "Ben" });
  await first.ok("DELETE", `/grants/${taken.id}`);
  expect(await move()).toMatchObject({ grants: 1 });
  expect((await first.call("GET", "/devices", undefined, shows(open.token))).status).toBe(200);

  const copy = await openAdminOffice({}, () => Date.now() - 24 * 3_600_000, there);
  onTestFinished(() => copy.close());
  expect((await copy.call("GET", "/devices", undefined, shows(open.token))).status).toBe(401);
  const { items } = await copy.ok<{ items: readonly GrantBody[] }>("GET", "/grants?sort=name");
  expect(items).toMatchObject([
    { name: "Ana", open: false, endedBy: "restore" },
    { name: "Ben", open: false, endedBy: "root-token" },
  ]);
});
