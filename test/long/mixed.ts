import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { type End, warmUp, workUntil, workWhile } from "./afternoon.ts";
import { bootAll, furnish, newLedger, phones, sitePaths } from "./fleet.ts";
import { growthOf, growthText } from "./growth.ts";
import { pinsOnDisk } from "./pins-on-disk.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import type { SettledMemory } from "./settled-memory.ts";

const fewestEnds = 4;
/** As many exchanges as the journal keeps: until then it grows, as it should. */
const warmUpFetches = 20_000;
const changeEveryMs = 100;
const mostGrowth = 1.1;
const hasProc = existsSync("/proc/self/fd");

interface ListedDevice {
  readonly mac: string;
  readonly revision: { readonly n: number } | null;
  readonly sync: { readonly state: string };
}

/**
 * Sixty phones, people who change things, and a server that ends again and again, by a power cut and in order; then one
 * that lives long. The warm-up comes on top of the minutes.
 */
export function describeMixed(minutes: number): void {
  const endsForMs = minutes * 60_000 * 0.4;
  const steadyMs = minutes * 60_000 * 0.6;

  describe("sixty phones of six models through an afternoon of changes, power cuts and restarts", () => {
    const ledger = newLedger();
    const revisions = new Map<string, number>();
    let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
    let server: ServerProcess;
    let descriptors = 0;

    beforeAll(async () => {
      folder = await createTemporaryFolder();
      server = await startServer(folder.path);
    });

    afterAll(async () => {
      await server?.kill();
      await folder?.remove();
    });

    test("every phone gets its own file inside the window that was opened for it", async () => {
      await furnish(server);
      const window = await server.call<{ id: string }>("POST", "/enrolment-windows", { all: true, minutes: 5 });
      expect(await bootAll(server, ledger)).toEqual([]);
      await server.call("DELETE", `/enrolment-windows/${window.id}`);
      await until("every pin is on the disk", async () => (await pinsOnDisk(folder.path)) >= phones.length);
      if (hasProc) descriptors = await server.descriptors();
    });

    test("after each end every answered change is there and every phone gets its file without a window", async () => {
      const endAt = performance.now() + endsForMs;
      const ends = { kill: 0, stop: 0 };
      while (performance.now() < endAt || ends.kill + ends.stop < fewestEnds) {
        const end: End = ends.stop < ends.kill ? "stop" : "kill";
        ends[end] += 1;
        await workUntil(end, server, ledger, 50 + Math.random() * 1500);
        server = await startServer(folder.path);
        const when = `after end ${ends.kill + ends.stop}, a ${end}`;
        expect(await ledger.check(server), when).toEqual([]);
        expect(await bootAll(server, ledger), when).toEqual([]);
        expect(await olderRevisions(server, revisions), when).toEqual([]);
        await until("every phone is up to date", async () =>
          (await statesOf(server)).every((each) => each === "up-to-date"),
        );
        if (hasProc) await untilNoMore(server, descriptors);
      }
      console.log(`${ends.kill} power cuts, ${ends.stop} restarts in order, ${ledger.answered} answered changes`);
      expect(ledger.answered).toBeGreaterThan(ends.kill + ends.stop);
    });

    test("a change that was lost would be noticed, in the documents and in the phones", async () => {
      // They believe that nothing was ever changed.
      const [one, other] = [newLedger(), newLedger()];
      expect((await one.check(server)).length).toBeGreaterThan(sitePaths.length);
      expect((await bootAll(server, other)).length).toBeGreaterThan(sitePaths.length);
    });

    test("no phone goes without its file, and neither memory nor descriptors of the server grow", async () => {
      expect(await warmUp(server, ledger, warmUpFetches)).toEqual([]);
      const open = hasProc ? await server.descriptors() : 0;
      const samples: SettledMemory[] = [];
      const endAt = performance.now() + steadyMs;
      const boots = await workWhile(
        () => performance.now() < endAt,
        server,
        ledger,
        changeEveryMs,
        async () => void samples.push(await server.settledMemory()),
      );
      expect(boots.failed).toEqual([]);
      tell(boots.storms, samples);
      expect(growthOf(samples, "live").ratio).toBeLessThan(mostGrowth);
      expect(growthOf(samples, "resident").ratio).toBeLessThan(mostGrowth);
      if (hasProc) await untilNoMore(server, open);
      expect(await ledger.check(server)).toEqual([]);
      expect(await olderRevisions(server, revisions)).toEqual([]);
    });

    test("the server ends in order when it is told to, and the phones have their files after that too", async () => {
      expect(await server.stop()).toBe(0);
      server = await startServer(folder.path);
      expect(await ledger.check(server)).toEqual([]);
      expect(await bootAll(server, ledger)).toEqual([]);
    });
  });
}

function tell(storms: number, samples: readonly SettledMemory[]): void {
  console.log(`${storms} boots of all phones after the warm-up`);
  for (const what of ["live", "resident"] as const) console.log(`${what}: ${growthText(growthOf(samples, what))}`);
}

/** Devices whose revision is lower than it was. */
async function olderRevisions(server: ServerProcess, known: Map<string, number>): Promise<string[]> {
  const devices = await devicesOf(server);
  expect(devices).toHaveLength(phones.length);
  return devices.flatMap(({ mac, revision }) => {
    const [before, now] = [known.get(mac) ?? 1, revision?.n ?? 0];
    known.set(mac, now);
    return now < before ? [`${mac} went back from revision ${before} to ${now}`] : [];
  });
}

async function statesOf(server: ServerProcess): Promise<string[]> {
  return (await devicesOf(server)).map(({ sync }) => sync.state);
}

async function devicesOf(server: ServerProcess): Promise<readonly ListedDevice[]> {
  return (await server.call<{ items: readonly ListedDevice[] }>("GET", "/devices?limit=500")).items;
}

function untilNoMore(server: ServerProcess, descriptors: number): Promise<void> {
  return until(
    `no more than ${descriptors} descriptors are open`,
    async () => (await server.descriptors()) <= descriptors,
  );
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`within 10 s it did not happen that ${what}`);
    await pause(50);
  }
}
