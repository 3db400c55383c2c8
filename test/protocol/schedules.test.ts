import { mkdir, readdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readBackup } from "../../server/store/backup-file.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

let admin: AdminOffice;
let data: string;
let remove: () => Promise<void>;
let now: number;

beforeEach(async () => {
  const folder = await createTemporaryFolder();
  remove = folder.remove;
  data = join(folder.path, "data");
  now = Date.parse("2026-03-01T02:00:00Z");
  admin = await openAdminOffice({}, () => now, { OFFHOOK_DATA: data });
});
afterEach(async () => {
  await admin.close();
  await remove();
});

interface Schedule {
  readonly name: string;
  readonly text: string;
  readonly cron: string;
  readonly zone: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly last?: { readonly at: string; readonly outcome: string; readonly detail: string; readonly tookMs: number };
  readonly next?: string;
}

const read = (name: string) => admin.ok<Schedule>("GET", `/schedules/${name}`);
const run = (name: string) => admin.ok<Schedule>("POST", `/schedules/${name}/run`);

describe("the schedules", () => {
  it("are listed, each with its times", async () => {
    const { items } = await admin.ok<{ items: readonly Schedule[] }>("GET", "/schedules");
    expect(items.map(({ name, cron, enabled }) => [name, cron, enabled])).toEqual([
      ["backup", "0 3 * * *", true],
      ["drift-check", "40 4 * * 0", false],
      ["expired-windows", "20 3 * * *", true],
      ["journal", "40 3 * * *", true],
      ["late-phones", "* * * * *", true],
      ["push-changes", "* * * * *", true],
      ["push-windows", "* * * * *", true],
      ["web-hooks", "* * * * *", true],
    ]);
    expect(items.every(({ text, zone, last }) => text.endsWith(".") && zone === "UTC" && last === undefined)).toBe(
      true,
    );
  });

  it("are moved and switched off, and given back", async () => {
    await admin.ok("PATCH", "/schedules/backup", { cron: "30 1 * * 7", zone: "Europe/Zagreb" });
    const moved = await read("backup");
    expect(moved).toMatchObject({ cron: "30 1 * * 7", zone: "Europe/Zagreb", enabled: true });
    const local = { timeZone: "Europe/Zagreb", weekday: "short", hour: "2-digit", minute: "2-digit" } as const;
    expect(new Date(moved.next ?? "").toLocaleString("en-GB", local)).toBe("Sun 01:30");
    const off = await admin.ok<Schedule>("PATCH", "/schedules/backup", { enabled: false });
    expect(off).toMatchObject({ enabled: false });
    expect(off.next).toBeUndefined();
    const back = await admin.ok("PATCH", "/schedules/backup", { enabled: null, cron: null, zone: null });
    expect(back).toMatchObject({ cron: "0 3 * * *", zone: "UTC", enabled: true });
    const { items } = await admin.ok<{ items: readonly { action: string; id: string }[] }>("GET", "/audit");
    expect(items.map(({ action, id }) => `${action} ${id}`)).toContain("schedule.change backup");
  });

  it.each([
    [{ cron: "every day" }, "/cron", "cron"],
    [{ cron: "* * * * * *" }, "/cron", "cron"],
    [{ cron: "61 * * * *" }, "/cron", "cron"],
    [{ cron: "0 0 30 2 *" }, "/cron", "cron"],
    [{ cron: "0 0 L-30 2 *" }, "/cron", "cron"],
    [{ cron: "30 2 * 3 0L", zone: "Europe/Prague" }, "/cron", "cron"],
    [{ zone: "Europe/Nowhere" }, "/zone", "time-zone"],
    [{ name: "other" }, "/name", "unknown"],
  ])("refuse %o", async (patch, pointer, code) => {
    const answer = await admin.call<ProblemBody>("PATCH", "/schedules/backup", patch);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json.errors).toMatchObject([{ pointer, code }]);
    expect(await read("backup")).toMatchObject({ cron: "0 3 * * *", zone: "UTC" });
  });

  it("are refused times that never come with what was said before, naming what was said now", async () => {
    const refusalOf = async (patch: object) => {
      const { json, status } = await admin.call<ProblemBody>("PATCH", "/schedules/backup", patch);
      return { status, errors: json.errors };
    };
    const never = "names no time that ever comes in Europe/Prague";
    await admin.ok("PATCH", "/schedules/backup", { zone: "Europe/Prague" });
    expect(await refusalOf({ cron: "30 2 * 3 0L" })).toEqual({
      status: 422,
      errors: [{ pointer: "/cron", code: "cron", detail: never }],
    });
    expect(await read("backup")).toMatchObject({ cron: "0 3 * * *", zone: "Europe/Prague" });
    await admin.ok("PATCH", "/schedules/backup", { zone: null, cron: "30 2 * 3 0L" });
    expect(await refusalOf({ zone: "Europe/Prague" })).toEqual({
      status: 422,
      errors: [{ pointer: "/zone", code: "cron", detail: `"30 2 * 3 0L" ${never}` }],
    });
    expect(await read("backup")).toMatchObject({ cron: "30 2 * 3 0L", zone: "UTC" });
    await admin.ok("PATCH", "/schedules/backup", { cron: null });
  });

  it("are none but these", async () => {
    for (const [method, path] of [
      ["GET", "/schedules/none"],
      ["PATCH", "/schedules/none"],
      ["POST", "/schedules/none/run"],
    ] as const)
      expect((await admin.call(method, path, method === "PATCH" ? { enabled: true } : undefined)).status).toBe(404);
  });
});

describe("what runs", () => {
  it("backs up for the owner only, without the key, and keeps seven", async () => {
    for (let day = 0; day < 9; day++) {
      now += 24 * 3_600_000;
      expect((await run("backup")).last).toMatchObject({ outcome: "done", at: new Date(now).toISOString() });
    }
    const files = (await readdir(join(data, "backups"))).sort();
    expect(files).toHaveLength(7);
    expect(files[0]).toBe("offhook-2026-03-04T02-00-00-000Z.backup.gz");
    const newest = join(data, "backups", files.at(-1) ?? "");
    expect((await stat(newest)).mode & 0o777).toBe(0o600);
    const { head } = await readBackup(newest);
    expect(head).not.toHaveProperty("masterKey");
    // Which Offhook made it, as in one that a person makes.
    expect(head.by).toBe("1.2.3");
  });

  it("is told as failed with its reason when it fails, and runs the next time", async () => {
    await writeFile(join(data, "backups"), "a file in the folder's place");
    const { last } = await run("backup");
    expect(last).toMatchObject({ outcome: "failed" });
    expect(last?.detail).not.toBe("");
    expect((await run("expired-windows")).last).toMatchObject({ outcome: "done" });
  });

  it("asks the phones that can report what they have set", async () => {
    expect((await run("drift-check")).last).toMatchObject({ detail: "no phone here can report" });
    await admin.ok("POST", "/lines", { id: "9721", extension: "9721" });
    await admin.ok("POST", "/devices", { mac: "00562b043615", model: "cisco/8851-3pcc", lines: ["9721"] });
    await admin.ok("POST", "/devices", { mac: "00562b043616", model: "cisco/7960" });
    expect((await run("drift-check")).last).toMatchObject({ outcome: "done", detail: "1 phones are asked" });
    const { items } = await admin.ok<{ items: readonly object[] }>("GET", "/campaigns");
    expect(items).toMatchObject([{ action: "report" }]);
    await admin.ok("DELETE", "/devices/00562b043615");
    await admin.ok("DELETE", "/devices/00562b043616");
  });

  it("removes enrolment windows a month after they closed", async () => {
    const open = (minutes: number) => admin.ok<{ id: string }>("POST", "/enrolment-windows", { all: true, minutes });
    await open(10);
    now += 29 * 24 * 3_600_000;
    const { id } = await open(10);
    now += 2 * 24 * 3_600_000;
    expect((await run("expired-windows")).last).toMatchObject({
      detail: "1 windows and 0 grants removed, 0 grants ended",
    });
    const { items } = await admin.ok<{ items: readonly { id: string }[] }>("GET", "/enrolment-windows");
    expect(items.map((each) => each.id)).toEqual([id]);
  });

  it("removes the older file of the journal when nothing in it is younger than 30 days, and says how many", async () => {
    const folder = join(data, "journal");
    const [older, newest] = [join(folder, "exchanges.jsonl.1"), join(folder, "exchanges.jsonl")];
    await mkdir(folder, { recursive: true });
    for (const path of [older, newest]) {
      await writeFile(path, "{}\n");
      await utimes(path, now / 1000, now / 1000);
    }
    now += 30 * 24 * 3_600_000 - 1000;
    expect((await run("journal")).last).toMatchObject({ outcome: "done", detail: "0 files removed" });
    await stat(older);
    now += 2000;
    expect((await run("journal")).last).toMatchObject({ outcome: "done", detail: "1 files removed" });
    await expect(stat(older)).rejects.toMatchObject({ code: "ENOENT" });
    await stat(newest);
    expect((await run("journal")).last).toMatchObject({ detail: "0 files removed" });
  });

  it("raises an alert when it fails", async () => {
    await writeFile(join(data, "backups"), "a file in the folder's place");
    await admin.ok("POST", "/webhooks", { url: "https://example.com/", events: ["alert.raised"] });
    await run("backup");
    const [delivery] = await admin.office.stores.config.find<{ data: object }>({ kind: "delivery" });
    expect(delivery?.body.data).toMatchObject({ alert: "schedule-failed", schedule: "backup" });
  });
});
