import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PhoneReport } from "../../server/simulate/boot.ts";
import { bootFleet, type FleetOptions } from "../../server/simulate/fleet.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { bootAll, furnish, linePaths, newLedger, phones, sitePaths } from "./fleet.ts";
import type { Ledger } from "./ledger.ts";
import { pinsOnDisk } from "./pins-on-disk.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** An afternoon in a minute: sixty phones, people who change things, and a server that loses its power again and again. */

const killsForMs = 28_000;
const fewestKills = 3;
const warmUpMs = 7000;
const steadyMs = 9000;
const lookMs = 4000;
const changeEveryMs = 100;
const mostGrowth = 1.3;

interface ListedDevice {
  readonly mac: string;
  readonly revision: { readonly n: number } | null;
  readonly sync: { readonly state: string };
}

describe("sixty phones of six models through an afternoon of changes and power cuts", () => {
  const ledger = newLedger();
  const revisions = new Map<string, number>();
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  let server: ServerProcess;

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
  });

  test("after each power cut every answered change is there and every phone gets its file without a window", async () => {
    await until("every pin is on the disk", async () => (await pinsOnDisk(folder.path)) >= phones.length);
    const endAt = performance.now() + killsForMs;
    let kills = 0;
    while (performance.now() < endAt || kills < fewestKills) {
      await workUntilKilled(server, ledger, 50 + Math.random() * 1500);
      kills += 1;
      server = await startServer(folder.path);
      expect(await ledger.check(server), `after kill ${kills}`).toEqual([]);
      expect(await bootAll(server, ledger), `after kill ${kills}`).toEqual([]);
      expect(await olderRevisions(server, revisions), `after kill ${kills}`).toEqual([]);
      await until("every phone is up to date", async () =>
        (await statesOf(server)).every((each) => each === "up-to-date"),
      );
    }
    console.log(`${kills} power cuts, ${ledger.answered} answered changes`);
    expect(ledger.answered).toBeGreaterThan(kills);
  });

  test("a change that was lost would be noticed, in the documents and in the phones", async () => {
    // They believe that nothing was ever changed.
    const [one, other] = [newLedger(), newLedger()];
    expect((await one.check(server)).length).toBeGreaterThan(sitePaths.length);
    expect((await bootAll(server, other)).length).toBeGreaterThan(sitePaths.length);
  });

  test.skipIf(!existsSync("/proc/self/fd"))("the memory and the descriptors of the server do not grow", async () => {
    await work(server, ledger, warmUpMs);
    const before = { memory: await lowestMemory(server, ledger), descriptors: await server.descriptors() };
    await work(server, ledger, steadyMs);
    const memory = await lowestMemory(server, ledger);
    console.log(`${megabytes(before.memory)} MB after the warm-up, ${megabytes(memory)} MB at the end`);
    expect(memory).toBeLessThan(before.memory * mostGrowth);
    await until("no more descriptors are open", async () => (await server.descriptors()) <= before.descriptors);
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

/** Phones boot and people change things as fast as it goes; then the power goes. */
async function workUntilKilled(server: ServerProcess, ledger: Ledger, ms: number): Promise<void> {
  const cut = new AbortController();
  const people = Promise.all(startPeople(server, ledger, cut.signal, 0));
  const booting = bootUntil(server, cut.signal, { signal: cut.signal });
  await pause(ms);
  await server.kill();
  cut.abort();
  await Promise.all([people, booting]);
}

/** The same without a power cut, at the pace of people, whose every change fills caches further; no boot may fail. */
async function work(server: ServerProcess, ledger: Ledger, ms: number): Promise<void> {
  const evening = AbortSignal.timeout(ms);
  const [reports] = await Promise.all([
    bootUntil(server, evening, {}),
    ...startPeople(server, ledger, evening, changeEveryMs),
  ]);
  const failed = reports.filter(({ state }) => state !== "provisioned");
  expect(failed.map(({ mac, faults }) => `${mac}: ${JSON.stringify(faults)}`)).toEqual([]);
}

/** Four who change lines and one who changes sites. */
function startPeople(server: ServerProcess, ledger: Ledger, signal: AbortSignal, pauseMs: number): Promise<void>[] {
  return [
    ...[1, 2, 3, 4].map(() => ledger.change(server, linePaths, signal, pauseMs)),
    ledger.change(server, sitePaths, signal, pauseMs * 10),
  ];
}

/** All phones, again and again; each boot is finished unless the options say otherwise. */
async function bootUntil(server: ServerProcess, signal: AbortSignal, options: FleetOptions): Promise<PhoneReport[]> {
  const reports: PhoneReport[] = [];
  while (!signal.aborted) {
    const report = await bootFleet(phones, server.phones, { concurrency: phones.length, ...options });
    reports.push(...report.phones);
  }
  return reports;
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

/** The least of some seconds of work: what is left when garbage was collected. */
async function lowestMemory(server: ServerProcess, ledger: Ledger): Promise<number> {
  let lowest = await server.memory();
  const looking = setInterval(async () => {
    lowest = Math.min(lowest, await server.memory());
  }, 100);
  try {
    await work(server, ledger, lookMs);
    return lowest;
  } finally {
    clearInterval(looking);
  }
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`within 10 s it did not happen that ${what}`);
    await pause(50);
  }
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
