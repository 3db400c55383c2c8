import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Job } from "../../server/schedule/job.ts";
import { createSchedules, type Schedules } from "../../server/schedule/schedules.ts";
import { openTestOffice } from "../support/office.ts";

let office: Office;
let now: number;
let opened: Schedules[];

beforeEach(async () => {
  office = await openTestOffice();
  now = Date.now();
  opened = [];
});
afterEach(async () => {
  for (const schedules of opened) await schedules.close();
  await office.close();
});

const quiet = { warn: (_fields: object) => {}, error: (_fields: object) => {} };

function open(node: string, job: Partial<Job>, log = quiet): Schedules {
  const whole: Job = { name: "work", text: "Works.", cron: "* * * * * *", enabled: true, run: async () => "", ...job };
  const schedules = createSchedules({ store: office.stores.config, clock: () => now, node, jobs: [whole], log });
  opened.push(schedules);
  return schedules;
}

/** Something that is awaited, and a way to let it happen. */
function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

/** As people can't, and as another version of the time zones may have let them. */
async function storeSwitches(body: object): Promise<void> {
  const key = { organization: "default", kind: "schedule", id: "work" };
  await office.stores.config.transaction((transaction) => transaction.put(key, body));
}

const deadline = (ms: number) =>
  new Promise<never>((_resolve, reject) => {
    setTimeout(() => reject(new Error(`nothing within ${ms} ms`)), ms).unref();
  });

describe("a schedule", () => {
  it("runs by the clock once started, at one node for each of its times", async () => {
    const slots: number[] = [];
    const twice = gate();
    const run: Job["run"] = async ({ slot }) => {
      slots.push(slot);
      if (slots.length >= 2) twice.open();
      return "done";
    };
    for (const node of ["one", "two"]) open(node, { run }).start();
    await Promise.race([twice.passed, deadline(10_000)]);
    expect(new Set(slots).size).toBe(slots.length);
    expect(slots.every((slot) => slot % 1000 === 0)).toBe(true);
  });

  it("is not run beside itself, at this node or another", async () => {
    const [begun, end] = [gate(), gate()];
    const run = async () => {
      begun.open();
      await end.passed;
      return "done";
    };
    const [one, two] = [open("one", { run }), open("two", { run })];
    const first = one.run("work", "ana");
    await begun.passed;
    await expect(one.run("work", "ana")).rejects.toMatchObject({ code: "CONFLICT" });
    await expect(two.run("work", "ana")).rejects.toMatchObject({ code: "CONFLICT" });
    end.open();
    expect((await first).last).toMatchObject({ outcome: "done", detail: "done" });
    expect((await two.run("work", "ana")).last).toMatchObject({ outcome: "done" });
  });

  it("is taken over when the node that ran it has died", async () => {
    const dead = open("one", { run: () => new Promise<string>(() => {}) });
    void dead.run("work", "ana");
    opened.pop();
    const two = open("two", { run: async () => "taken over" });
    await expect(two.run("work", "ana")).rejects.toMatchObject({ code: "CONFLICT" });
    now += 61_000;
    expect((await two.run("work", "ana")).last).toMatchObject({ detail: "taken over" });
  });

  it("that fails is logged, told, and goes on the next time", async () => {
    const errors: object[] = [];
    let isBroken = true;
    const schedules = open(
      "one",
      {
        run: async () => {
          if (isBroken) throw new Error("the disk is full");
          return "done";
        },
      },
      { ...quiet, error: (fields: object) => void errors.push(fields) },
    );
    const { last } = await schedules.run("work", "ana");
    expect(last).toMatchObject({ outcome: "failed", detail: "the disk is full" });
    expect(errors).toMatchObject([{ event: "schedule-failed", schedule: "work" }]);
    isBroken = false;
    expect((await schedules.run("work", "ana")).last).toMatchObject({ outcome: "done", detail: "done" });
  });

  it("writes nothing when there is nothing to do", async () => {
    const asked = gate();
    const schedules = open("one", {
      hasWork: () => {
        asked.open();
        return false;
      },
    });
    schedules.start();
    await Promise.race([asked.passed, deadline(10_000)]);
    await schedules.close();
    expect(await office.stores.config.find({ kind: "schedule" })).toEqual([]);
  });

  it("that is switched off is not hurried", async () => {
    let runs = 0;
    const ran = gate();
    const run = async () => {
      runs++;
      ran.open();
      return "";
    };
    const schedules = open("one", { run, cron: "0 0 1 1 *" });
    await schedules.change("work", { enabled: false }, "ana");
    schedules.hurry("work");
    await schedules.change("work", { enabled: true }, "ana");
    expect(runs).toBe(0);
    schedules.hurry("work");
    await Promise.race([ran.passed, deadline(5000)]);
  });

  it.each([
    { cron: "30 2 * 3 0L", zone: "Europe/Prague" },
    { cron: "0 3 * * *", zone: "Mars/Olympus" },
  ])("whose times never come is told once, runs when asked, and keeps no other from its turns: %j", async (times) => {
    await storeSwitches(times);
    const warnings: object[] = [];
    const [warned, ran] = [gate(), gate()];
    const log = {
      ...quiet,
      warn: (fields: object) => {
        warnings.push(fields);
        warned.open();
      },
    };
    const work: Job = { name: "work", text: "Works.", cron: "0 3 * * *", enabled: true, run: async () => "done" };
    const run: Job["run"] = async () => {
      ran.open();
      return "done";
    };
    const other: Job = { ...work, name: "other", cron: "* * * * * *", run };
    const parts = { store: office.stores.config, clock: () => now, node: "one", log };
    const schedules = createSchedules({ ...parts, jobs: [work, other] });
    opened.push(schedules);
    schedules.start();
    await Promise.race([Promise.all([warned.passed, ran.passed]), deadline(10_000)]);
    const asked = await schedules.run("work", "ana");
    expect(asked).toMatchObject({ ...times, last: { outcome: "done" } });
    expect(asked.next).toBeUndefined();
    expect(warnings).toEqual([{ event: "schedule-never", schedule: "work", ...times }]);
  });

  it("whose times never come runs by the clock again when it is given others", async () => {
    await storeSwitches({ cron: "30 2 * 3 0L", zone: "Europe/Prague" });
    const ran = gate();
    const run: Job["run"] = async () => {
      ran.open();
      return "done";
    };
    const warned = gate();
    const schedules = open("one", { run }, { ...quiet, warn: () => warned.open() });
    schedules.start();
    await Promise.race([warned.passed, deadline(10_000)]);
    // Its own has seconds, which people's have not.
    await storeSwitches({});
    await Promise.race([ran.passed, deadline(10_000)]);
  });

  it("tells what runs to end when Offhook ends, and waits for it", async () => {
    const begun = gate();
    let ended = false;
    const schedules = open("one", {
      run: async ({ signal }) => {
        begun.open();
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        ended = true;
        return "";
      },
    });
    void schedules.run("work", "ana");
    await begun.passed;
    await schedules.close();
    expect(ended).toBe(true);
  });
});
