import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import { type Flood, flood, floodApart } from "../support/tftp-flood.ts";
import { fuzz } from "../support/tftp-fuzz.ts";
import { fetchTftp } from "../support/tftp-phone.ts";
import { startTftpProcess, type TftpProcess } from "../support/tftp-process.ts";
import { someBytes } from "../support/tftp-server.ts";

const whyNot = existsSync("/proc/self/fd") ? "" : " (skipped: descriptors and memory are counted in /proc, of Linux)";

/** More files than there are descriptors for, each longer than what is read before a phone has answered. */
const names = Array.from({ length: 1200 }, (_, index) => `image-${index}.bin`);
const image = someBytes(40_000);
const requests = 20_000;
const patienceMs = 5000;
const mostDescriptors = 300;
const mostMemory = 350_000_000;

describe.skipIf(whyNot !== "")(`a server with 1,024 descriptors${whyNot}`, () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  let server: TftpProcess;
  let floods: { close(): unknown }[] = [];

  // A process of its own for each, since memory that a process was given once is seldom given back.
  beforeEach(async () => {
    folder = await createTemporaryFolder();
    server = await startTftpProcess(folder.path, Object.fromEntries(names.map((name) => [name, image])), 1024);
  });

  afterEach(async () => {
    await Promise.all(floods.map((each) => each.close()));
    floods = [];
    await server?.stop();
    await folder?.remove();
  });

  for (const [title, addresses] of [
    ["one address", ["127.0.0.1"]],
    ["two hundred addresses", Array.from({ length: 200 }, (_, index) => `127.0.1.${1 + index}`)],
  ] as const) {
    test(`repeats at most five times to each silent phone of ${title}`, async () => {
      const parts = { port: server.port, paths: names, requests: 1000, listeners: 1000 };
      const silent = await flood({ ...parts, addresses });
      floods.push(silent);
      await untilQuiet(silent);
      const counts = silent.answers.map((heard) => heard.length);
      expect(Math.max(...counts)).toBe(5);
      const first = silent.answers.map(([packet]) => packet?.subarray(0, 4).toString("hex"));
      expect(first.filter((header) => header === "00030001").length).toBeGreaterThan(900);
    }, 60_000);

    test(`serves an honest phone through ${requests} reads from ${title} without one ACK`, async () => {
      const seen = await watched(server, async () => {
        const parts = { port: server.port, paths: [...names, "SEP001721820542.cnf.xml"], requests, listeners: 400 };
        const flooding = floodApart({ ...parts, addresses });
        floods.push(flooding);
        const slowest = await honestUntil(server, flooding.sent);
        return Math.max(slowest, await honest(server));
      });
      console.log(`from ${title}: ${JSON.stringify(seen)}`);
      expect(seen.result).toBeLessThan(patienceMs);
      expect(seen.descriptors).toBeLessThan(mostDescriptors);
      expect(seen.memory).toBeLessThan(mostMemory);
    });
  }

  test("serves two thousand phones at once from one address", async () => {
    const path = names[0] ?? "";
    const fetches = Array.from({ length: 2000 }, () =>
      fetchTftp({ host: "127.0.0.1", port: server.port, path, blksize: 1428, repeatMs: 5000 }),
    );
    const bodies = await Promise.all(fetches);
    expect(bodies.filter(({ body }) => !body.equals(image))).toEqual([]);
  }, 60_000);

  test("serves on after 100,000 datagrams of every kind of nonsense", async () => {
    const seen = await watched(server, async () => {
      const rounds = { port: server.port, path: names[0] ?? "", datagrams: 100_000 };
      let slowest = 0;
      const between = async () => {
        slowest = Math.max(slowest, await honest(server));
      };
      await fuzz({ ...rounds, between });
      return slowest;
    });
    console.log(`fuzzed: ${JSON.stringify(seen)}`);
    expect(seen.result).toBeLessThan(patienceMs);
    expect(seen.descriptors).toBeLessThan(mostDescriptors);
    expect(seen.memory).toBeLessThan(mostMemory);
  });
});

/** A phone behind the same address as the flood; gives how many milliseconds it took to get its file. */
async function honest(server: TftpProcess): Promise<number> {
  const startedAt = performance.now();
  const fetch = { host: "127.0.0.1", port: server.port, path: "image-7.bin", repeatMs: 1000, repeats: 20 };
  const { body } = await fetchTftp(fetch);
  expect(body.equals(image)).toBe(true);
  return performance.now() - startedAt;
}

/** One honest phone after the other while work is under way; gives the longest time. */
async function honestUntil(server: TftpProcess, work: Promise<unknown>): Promise<number> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  let slowest = 0;
  while (!isOver) slowest = Math.max(slowest, await honest(server));
  await over;
  return slowest;
}

/** The most descriptors and bytes of memory that the server held meanwhile. */
async function watched<Result>(server: TftpProcess, work: () => Promise<Result>) {
  const most = { descriptors: 0, memory: 0 };
  const look = async () => {
    most.descriptors = Math.max(most.descriptors, await server.descriptors());
    most.memory = Math.max(most.memory, await server.memory());
  };
  const looking = setInterval(() => void look(), 50);
  try {
    const result = await work();
    await look();
    return { ...most, result };
  } finally {
    clearInterval(looking);
  }
}

/** Longer than the longest pause between two repeats has passed without a packet. */
async function untilQuiet({ answers }: Flood): Promise<void> {
  const count = () => answers.reduce((sum, heard) => sum + heard.length, 0);
  for (let before = -1; before !== count(); ) {
    before = count();
    await pause(9000);
  }
}
