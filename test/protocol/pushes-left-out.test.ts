import { expect, test } from "vitest";
import type { Delivery } from "../../server/domain/webhook.ts";
import { macOf } from "../support/campaign-office.ts";
import { moveAll, openMovedOffice, registersAgain, toldInAll } from "../support/moved-office.ts";

const reason =
  "not pushed by itself: this changes how phones reach their PBX, and nobody can prove that they find it; push it with a campaign";

/** Phones that are pushed by themselves, and take nothing from us when they are asked; then their PBX moves. */
async function openLeftOut() {
  const moved = await openMovedOffice(async (office) => {
    await office.admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.when": "auto" } });
    await moveAll(office);
  });
  moved.fleet.asked = () => ({ status: 403, reason: "Forbidden" });
  const { admin } = moved.office;
  await admin.ok("POST", "/webhooks", { url: "https://example.com/", events: ["alert.raised"] });
  const store = admin.office.stores.config;
  return {
    ...moved,
    admin,
    pushByItself: () => admin.ok("POST", "/schedules/push-changes/run"),
    sync: async (line: string) =>
      (await admin.ok<{ sync: { state: string; since: string; reason?: string } }>("GET", `/devices/${macOf(line)}`))
        .sync,
    alerts: async () =>
      (await store.find<Delivery>({ kind: "delivery" })).flatMap(({ body: { data } }) =>
        data?.["alert"] === "device-not-pushed" ? [[data["mac"], data["revision"], data["reason"]]] : [],
      ),
    /** How often what is known of the pushes of a phone was written. */
    writes: async (line: string) =>
      (await store.get({ organization: "default", kind: "push", id: macOf(line) }))?.version ?? 0,
  };
}

test("a phone that nobody can prove says why it was not pushed by itself, with one alert for each revision", async () => {
  const { admin, alerts, fleet, pushByItself, sync, writes, ...moved } = await openLeftOut();
  const { since } = await sync("9001");
  await pushByItself();
  await pushByItself();
  expect(toldInAll({ fleet, ...moved })).toBe(0);
  expect(await sync("9001")).toMatchObject({ state: "pending", since, reason });
  expect((await alerts()).toSorted()).toEqual(fleet.macs.map((mac) => [mac, expect.any(Number), reason]));
  expect(await writes("9001")).toBe(1);
  const { items } = await admin.ok<{ items: { sync: object }[] }>("GET", "/devices");
  expect(items.map((each) => each.sync)).toEqual(fleet.macs.map(() => expect.objectContaining({ reason })));

  await admin.ok("PATCH", `/devices/${macOf("9001")}`, { settings: { "time.ntp": "10.0.0.8" } });
  expect(await sync("9001")).not.toHaveProperty("reason");
  await pushByItself();
  expect(await sync("9001")).toMatchObject({ state: "pending", reason });
  expect(await alerts()).toHaveLength(4);
});

test("the reason goes when somebody tells the phone, and when it comes", async () => {
  const { admin, alerts, fleet, pushByItself, sync } = await openLeftOut();
  await pushByItself();
  fleet.comes = () => false;
  await admin.ok("POST", `/devices/${macOf("9001")}/push`, {});
  expect(await sync("9001")).toMatchObject({ state: "sent", reason: "sip-notify: answered" });
  await fleet.fetchFile("9002");
  expect((await sync("9002")).state).toBe("up-to-date");
  expect(await sync("9002")).not.toHaveProperty("reason");
  await pushByItself();
  expect((await sync("9001")).state).toBe("sent");
  expect(await alerts()).toHaveLength(3);
});

test("one that can be proven after all is pushed by itself", async () => {
  const moved = await openLeftOut();
  await moved.pushByItself();
  moved.fleet.asked = () => ({ status: 200, reason: "OK" });
  registersAgain(moved);
  await moved.pushByItself();
  await expect.poll(async () => (await moved.sync("9001")).state, { timeout: 10_000 }).toBe("up-to-date");
  expect(await moved.sync("9001")).not.toHaveProperty("reason");
});
