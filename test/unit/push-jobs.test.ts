import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { Failure } from "../../server/domain/failures.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { byOffhook } from "../../server/office/editing.ts";
import type { Job } from "../../server/schedule/job.ts";
import { pushJobs } from "../../server/schedule/jobs/pushes.ts";
import { createWaiting, type Waiting } from "../../server/schedule/waiting.ts";
import { edit, openTestOffice } from "../support/office.ts";

const one = "00562b043615" as Mac;
const two = "00562b043616" as Mac;
const three = "00562b043617" as Mac;

let office: Office;
let waiting: Waiting;
let started: { readonly organization: string; readonly devices: readonly Mac[]; readonly by: string }[];
/** 02:30 of a Monday in Zagreb. */
const inWindow = Date.parse("2026-03-02T01:30:20Z");
let now: number;
/** In the hand of another campaign: before one is started, and found only while it is. */
let inHand: Mac[];
let taken: Mac[];
let unproven: Mac[];
/** Thrown for one organization. */
let trouble: { readonly organization: string; readonly error: Error } | undefined;
let refusal: Failure | undefined;

beforeEach(async () => {
  now = inWindow;
  office = await openTestOffice({}, () => now);
  await office.layers.add(edit, "site", { id: "zagreb", settings: { "time.zone": "Europe/Zagreb" } });
  for (const mac of [one, two, three]) {
    await office.devices.add(edit, mac, { model: "cisco/8851", site: "zagreb" });
    await fetches(mac);
  }
  started = [];
  inHand = [];
  taken = [];
  unproven = [];
  trouble = undefined;
  refusal = undefined;
  waiting = createWaiting({ ...office, store: office.stores.config, clock: () => now });
});
afterEach(async () => {
  waiting.close();
  await office.close();
});

async function fetches(mac: Mac): Promise<void> {
  const { n = 0, digest = "" } = (await office.revisions.of("default", mac)) ?? {};
  const at = new Date(now).toISOString();
  office.presence.note("default", mac, { lastSeen: at, served: { n, digest, at } });
}

const set = (mac: Mac, settings: Record<string, string | null>) => office.devices.change(edit, mac, { settings });
/** What alters the phone's file. */
const change = (mac: Mac, server = "10.0.0.9") => set(mac, { "time.ntp": server });

function jobOf(name: "push-changes" | "push-windows"): Job {
  const campaigns = {
    async start(organization: string, { select }: { readonly select: { devices: readonly Mac[] } }, by: string) {
      if (refusal) throw refusal;
      if (trouble?.organization === organization) throw trouble.error;
      started.push({ organization, devices: select.devices, by });
      return { taken, unproven };
    },
    inHand: async () => new Set(inHand),
  };
  const parts = { store: office.stores.config, waiting, records: office.records, clock: () => now };
  const jobs = pushJobs({ ...parts, campaigns: campaigns as never });
  const job = jobs.find((each) => each.name === name);
  if (!job) throw new Error(name);
  return job;
}

async function leftOut() {
  const found = await office.stores.config.find<object>({ kind: "push" });
  return found.map(({ id, body }) => [id, body]);
}

/** As the schedules do it. */
async function turn(name: "push-changes" | "push-windows", asked = false): Promise<readonly Mac[]> {
  const job = jobOf(name);
  const before = started.length;
  if (asked || (await job.hasWork?.(now))) await job.run({ slot: now, asked, signal: new AbortController().signal });
  return started.slice(before).flatMap(({ devices }) => devices);
}

describe("push.when auto", () => {
  it("pushes the phones that a change alters, once, as one campaign", async () => {
    for (const mac of [one, two]) await set(mac, { "push.when": "auto" });
    for (const mac of [one, two, three]) await change(mac);
    expect(await turn("push-changes")).toEqual([one, two]);
    expect(started).toMatchObject([{ organization: "default", by: "schedule push-changes" }]);
    expect(await turn("push-changes")).toEqual([]);
    await change(one, "10.0.0.10");
    expect(await turn("push-changes")).toEqual([one]);
  });

  it("pushes nothing for a change that alters nothing of the phone", async () => {
    await set(one, { "push.when": "auto" });
    await set(one, { "push.address": "10.0.0.5" });
    expect(await turn("push-changes")).toEqual([]);
  });

  it("leaves a phone alone that has come meanwhile, or went back", async () => {
    for (const mac of [one, two]) {
      await set(mac, { "push.when": "auto" });
      await change(mac);
    }
    await fetches(one);
    await set(two, { "time.ntp": null });
    expect(await turn("push-changes")).toEqual([]);
  });

  it("does not push what Offhook itself brought", async () => {
    await set(one, { "push.when": "auto" });
    // Written beside the rules, as a new template would make another digest.
    const device = await office.stores.config.holder(`mac:${one}`);
    await office.stores.config.transaction(async (transaction) => {
      const key = { organization: "default", kind: "revision", id: one };
      const { body } = (await transaction.get<{ n: number; digest: string }>(key)) ?? {};
      await transaction.put(key, { ...body, digest: "of an older template" });
    });
    await office.revisions.refresh([device as never], byOffhook("Offhook started"));
    office.presence.note("default", one, {
      served: { n: 1, digest: "of an older template", at: new Date(now).toISOString() },
    });
    expect(await turn("push-changes")).toEqual([]);
    await change(one);
    expect(await turn("push-changes")).toEqual([one]);
  });

  it("is still done after a restart between the change and the push, and not twice", async () => {
    await set(one, { "push.when": "auto" });
    await change(one);
    waiting.close();
    waiting = createWaiting({ ...office, store: office.stores.config, clock: () => now });
    expect(await turn("push-changes")).toEqual([one]);
    waiting.close();
    waiting = createWaiting({ ...office, store: office.stores.config, clock: () => now });
    expect(await turn("push-changes")).toEqual([]);
  });

  it("takes phones up again after a while whose campaign was refused, and not each minute", async () => {
    await set(one, { "push.when": "auto" });
    await change(one);
    refusal = new Failure("INVALID", "20 campaigns are under way already");
    expect(await turn("push-changes")).toEqual([]);
    expect(await leftOut()).toMatchObject([
      [one, { reason: "not pushed by itself yet: no campaign could be started; it is tried again" }],
    ]);
    refusal = undefined;
    now += 60_000;
    expect(await turn("push-changes")).toEqual([]);
    now += 10 * 60_000;
    expect(await turn("push-changes")).toEqual([one]);
    now += 24 * 60 * 60_000;
    expect(await turn("push-changes")).toEqual([]);
  });

  it("leaves a phone to the campaign that has it in hand, and takes it up afterwards where it still waits", async () => {
    for (const mac of [one, two]) {
      await set(mac, { "push.when": "auto" });
      await change(mac);
    }
    inHand = [one];
    expect(await turn("push-changes")).toEqual([two]);
    expect(await turn("push-changes")).toEqual([]);
    inHand = [];
    expect(await turn("push-changes")).toEqual([one]);
  });

  it("takes up again a phone that another campaign was given at the same moment", async () => {
    for (const mac of [one, two]) {
      await set(mac, { "push.when": "auto" });
      await change(mac);
    }
    taken = [one];
    expect(await turn("push-changes")).toEqual([one, two]);
    taken = [];
    expect(await turn("push-changes")).toEqual([one]);
    expect(await turn("push-changes")).toEqual([]);
  });

  it("leaves out whom nobody can prove, says so, and takes them up after a while; the others are given", async () => {
    for (const mac of [one, two]) {
      await set(mac, { "push.when": "auto" });
      await change(mac);
    }
    unproven = [one];
    const said = await jobOf("push-changes").run({ slot: now, asked: false, signal: new AbortController().signal });
    expect(said).toBe(
      "1 devices are pushed; default: 1 devices are not pushed: this changes how phones reach their PBX, and nobody can prove that they find it",
    );
    const reason =
      "not pushed by itself: this changes how phones reach their PBX, and nobody can prove that they find it; push it with a campaign";
    const kept = { result: "not-pushed", revision: 2, at: inWindow, by: "schedule push-changes", reason };
    expect(await leftOut()).toEqual([[one, kept]]);
    unproven = [];
    now += 60_000;
    expect(await turn("push-changes")).toEqual([]);
    now += 10 * 60_000;
    expect(await turn("push-changes")).toEqual([one]);
  });

  it("goes on with the next organization where one could not be pushed, fails, and tries that one again", async () => {
    await office.stores.config.transaction(async (transaction) => {
      const settings = { "push.when": "auto" };
      await transaction.put({ organization: "other", kind: "organization", id: "other" }, { id: "other", settings });
      await transaction.put({ organization: "other", kind: "site", id: "main" }, { id: "main", settings: {} });
    });
    await set(one, { "push.when": "auto" });
    await change(one);
    const theirs = "00562b043620" as Mac;
    const there = { ...edit, organization: "other" };
    await office.devices.add(there, theirs, { model: "cisco/8851" });
    const { n = 0, digest = "" } = (await office.revisions.of("other", theirs)) ?? {};
    office.presence.note("other", theirs, { served: { n, digest, at: new Date(now).toISOString() } });
    await office.devices.change(there, theirs, { settings: { "time.ntp": "10.0.0.9" } });
    trouble = { organization: "default", error: new Error("connect ECONNREFUSED 10.1.2.3:5432") };
    await expect(turn("push-changes")).rejects.toThrow(
      "1 devices are pushed; default: 1 devices could not be pushed yet",
    );
    expect(started).toMatchObject([{ organization: "other", devices: [theirs] }]);
    trouble = undefined;
    expect(await turn("push-changes")).toEqual([one]);
  });

  it("tells of a change of people, so that it need not wait for the clock", async () => {
    await waiting.find(() => false);
    await change(two);
    await set(one, { "push.when": "auto" });
    let told = 0;
    waiting.watch(() => {
      told++;
    });
    await change(one);
    expect(told).toBe(1);
  });
});

describe("a change", () => {
  it("is pushed by itself some seconds after, by a campaign, once Offhook runs", async () => {
    await set(one, { "push.when": "auto" });
    office.schedules.start();
    // Before the change: what is there at the start is looked at by the clock.
    await office.schedules.run("push-changes", "test");
    const campaign = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("no campaign within 10 s")), 10_000).unref();
      office.stores.config.watch((changes) => {
        for (const { kind, body } of changes) if (kind === "push-target") resolve(body);
      });
    });
    await change(one);
    expect(await campaign).toMatchObject({ mac: one });
    const [{ body } = { body: {} }] = await office.stores.config.find<object>({ kind: "campaign" });
    expect(body).toMatchObject({ by: "schedule push-changes", plan: { action: "resync" } });
  });
});

describe("a phone in the hand of a person's campaign", () => {
  it("is left to it, and pushed when that is cancelled", async () => {
    await set(one, { "push.when": "auto" });
    await change(one);
    const window = { cron: "0 3 * * *", minutes: 30, zone: "Europe/Zagreb" };
    const theirs = await office.campaigns.start("default", { select: { devices: [one, two] }, window }, "test");
    expect(await office.campaigns.inHand("default")).toEqual(new Set([one, two]));
    const also = await office.campaigns.start("default", { select: { devices: [two, three] }, window }, "test");
    expect(also.taken).toEqual([two]);

    await office.schedules.run("push-changes", "test");
    expect(await office.campaigns.list("default")).toHaveLength(2);
    await office.campaigns.control("default", theirs.id, "cancel", "test");
    await expect.poll(async () => (await office.campaigns.read("default", theirs.id)).body.endedAt).toBeDefined();
    await office.schedules.run("push-changes", "test");
    const all = await office.campaigns.list("default");
    expect(all.filter(({ body }) => body.by === "schedule push-changes")).toMatchObject([{ body: { total: 1 } }]);
  });
});

describe("push.when window", () => {
  beforeEach(async () => {
    await set(one, { "push.when": "window", "push.window": "30 2 * * 1-5" });
    await set(two, { "push.when": "window", "push.window": "0 4 * * *" });
    for (const mac of [one, two, three]) await change(mac);
  });

  it.each([
    ["2026-03-02T01:30:20Z", [one], "at half past two in winter"],
    ["2026-03-02T01:31:00Z", [], "a minute after"],
    ["2026-03-02T02:30:00Z", [], "at half past two elsewhere"],
    ["2026-03-02T03:00:59Z", [two], "in the other window"],
    ["2026-04-01T00:30:00Z", [one], "at half past two in summer"],
    ["2026-03-01T01:30:00Z", [], "on a Sunday"],
  ])("at %s pushes %j: %s of the site's own time zone", async (time, pushed) => {
    now = Date.parse(time);
    expect(await turn("push-windows")).toEqual(pushed);
  });

  it("pushes again in a later window what did not come, not in the same", async () => {
    expect(await turn("push-windows")).toEqual([one]);
    expect(await turn("push-windows")).toEqual([]);
    now += 24 * 3_600_000;
    expect(await turn("push-windows")).toEqual([one]);
  });

  it("is pushed at any time when somebody runs it", async () => {
    now = Date.parse("2026-03-02T12:00:00Z");
    expect(await turn("push-windows", true)).toEqual([one, two]);
  });
});
