import { expect, test } from "vitest";
import type { RevisionReverts } from "../../server/office/revisions/revert.ts";
import type { Revisions } from "../../server/office/revisions/revisions.ts";
import type { WaysBack } from "../../server/office/revisions/way-back.ts";
import { macOf } from "../support/campaign-office.ts";
import { type MovedOffice, moveAll, openMovedOffice } from "../support/moved-office.ts";

type Open<Part> = { -readonly [Name in keyof Part]: Part[Name] };

const raw = () => Object.assign(new Error("connect ECONNREFUSED 10.1.2.3:5432"), { code: "ECONNREFUSED" });
const never = () => new Promise<never>(() => undefined);

const ended = async (moved: MovedOffice) => await moved.ended((await moved.begin()).id);

async function serverOf({ office }: MovedOffice): Promise<unknown> {
  const { settings } = await office.admin.ok<{ settings: Record<string, unknown> }>("GET", "/organizations/default");
  return settings["sip.server"];
}

async function syncOf({ office }: MovedOffice, line: string): Promise<unknown> {
  return (await office.admin.ok<{ sync: { state: string } }>("GET", `/devices/${macOf(line)}`)).sync.state;
}

test("a store that does not answer for a while does not keep layers from being put back", async () => {
  const moved = await openMovedOffice(moveAll);
  const waysBack: Open<WaysBack> = moved.office.admin.office.waysBack;
  const { putBack } = waysBack;
  let tries = 0;
  waysBack.putBack = async (...asked) => {
    tries += 1;
    if (tries < 3) throw raw();
    return await putBack(...asked);
  };
  const { reason, state } = await ended(moved);
  expect([state, tries, await serverOf(moved)]).toEqual(["stopped", 3, "pbx.example"]);
  expect(reason).toMatch(/sip\.server of organization default was put back; 00562b049001 was put back .*, and told$/);
});

test("nor what is a phone's own", async () => {
  const moved = await openMovedOffice(({ admin }) =>
    admin.ok("PATCH", `/devices/${macOf("9001")}`, { settings: { "sip.server": "new-pbx.example" } }),
  );
  const reverts: Open<RevisionReverts> = moved.office.admin.office.revisionReverts;
  const { revert } = reverts;
  let tries = 0;
  reverts.revert = async (...asked) => {
    tries += 1;
    if (tries === 1) throw raw();
    return await revert(...asked);
  };
  const { reason } = await ended(moved);
  expect(reason).toMatch(/00562b049001 was put back to revision \d+, and told$/);
});

test("what never can be done is given up in Offhook's words, not in those of whatever failed", async () => {
  const moved = await openMovedOffice(moveAll, { troubleMs: 1 });
  const waysBack: Open<WaysBack> = moved.office.admin.office.waysBack;
  waysBack.putBack = () => Promise.reject(raw());
  const { reason, state } = await ended(moved);
  expect(state).toBe("stopped");
  expect(reason).toContain("what layers say was not put back: Offhook could not do it, and its log says why");
  expect(reason).not.toContain("ECONNREFUSED");
});

test("while the store does not answer the campaign is not over, and the next process puts back", async () => {
  const moved = await openMovedOffice(moveAll);
  const waysBack: Open<WaysBack> = moved.office.admin.office.waysBack;
  const { putBack } = waysBack;
  let tries = 0;
  waysBack.putBack = async () => {
    tries += 1;
    throw raw();
  };
  const { id } = await moved.begin();
  await expect.poll(() => tries, { timeout: 5000, interval: 5 }).toBeGreaterThan(2);
  const { admin, campaigns } = moved.office;
  const now = await admin.ok<{ state: string; endedAt?: string }>("GET", `/campaigns/${id}`);
  expect([now.state, now.endedAt]).toEqual(["waiting", undefined]);
  await campaigns.close();
  waysBack.putBack = putBack;
  moved.office.openOtherNode().begin();
  expect((await moved.ended(id)).reason).toContain("sip.server of organization default was put back");
  expect(await serverOf(moved)).toBe("pbx.example");
});

test("a break after the layers were put back leaves nothing undone, and what was said is kept", async () => {
  const moved = await openMovedOffice(moveAll);
  const { admin, campaigns } = moved.office;
  const revisions: Open<Revisions> = admin.office.revisions;
  const { refresh } = revisions;
  let breaks = 0;
  revisions.refresh = async (devices, cause) => {
    if (!cause.why.startsWith("campaign.revert") || breaks > 0) return await refresh(devices, cause);
    breaks += 1;
    return await never();
  };
  const { id } = await moved.begin();
  await expect.poll(() => breaks, { timeout: 5000, interval: 5 }).toBe(1);
  await campaigns.close();
  expect(await serverOf(moved)).toBe("pbx.example");
  moved.office.openOtherNode().begin();
  const over = await moved.ended(id);
  expect(over.state).toBe("stopped");
  expect(over.reason).toMatch(/^the canary failed: .* in time; sip\.server of organization default was put back; /);
  expect(over.reason).toMatch(/; 00562b049001 was put back to revision \d+, and told$/);
  await expect.poll(() => syncOf(moved, "9001")).toBe("up-to-date");
  expect(await syncOf(moved, "9002")).toBe("up-to-date");
  expect(over).not.toHaveProperty("putBack");
});

test("a break after a phone's own settings were put back leaves nothing undone", async () => {
  const moved = await openMovedOffice(({ admin }) =>
    admin.ok("PATCH", `/devices/${macOf("9001")}`, { settings: { "sip.server": "new-pbx.example" } }),
  );
  const { admin, campaigns } = moved.office;
  const revisions: Open<Revisions> = admin.office.revisions;
  const { refresh } = revisions;
  let breaks = 0;
  revisions.refresh = async (devices, cause) => {
    if (!cause.why.startsWith("device.revert") || breaks > 0) return await refresh(devices, cause);
    breaks += 1;
    return await never();
  };
  const { id } = await moved.begin();
  await expect.poll(() => breaks, { timeout: 5000, interval: 5 }).toBe(1);
  await campaigns.close();
  moved.office.openOtherNode().begin();
  expect((await moved.ended(id)).reason).toMatch(/00562b049001 was put back to revision \d+, and told$/);
  await expect.poll(() => syncOf(moved, "9001")).toBe("up-to-date");
});

test("who cancels it after such a break does not keep the canary from what it had", async () => {
  const moved = await openMovedOffice(moveAll);
  const { admin, campaigns } = moved.office;
  const waysBack: Open<WaysBack> = admin.office.waysBack;
  const { putBack } = waysBack;
  let breaks = 0;
  waysBack.putBack = async (...asked) => {
    await putBack(...asked);
    breaks += 1;
    return await never();
  };
  const { id } = await moved.begin();
  await expect.poll(() => breaks, { timeout: 5000, interval: 5 }).toBe(1);
  await campaigns.close();
  await admin.ok("POST", `/campaigns/${id}/cancel`, {});
  moved.office.openOtherNode().begin();
  const over = await moved.ended(id);
  expect([over.state, breaks]).toEqual(["cancelled", 1]);
  expect(over.reason).toMatch(
    /sip\.server of organization default was put back; 00562b049001 was put back .*, and told$/,
  );
  await expect.poll(() => syncOf(moved, "9001")).toBe("up-to-date");
});

test("of a phone that does not hear that it was put back it is not said that it was told", async () => {
  const moved = await openMovedOffice(moveAll, { patienceMs: 500 });
  moved.fleet.comes = () => {
    moved.fleet.answers = false;
    return true;
  };
  const { reason } = await ended(moved);
  expect(reason).toMatch(/00562b049001 was put back to revision \d+, and could not be told: sip-notify: /);
});
