import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compiled } from "../support/compiled.ts";
import { ask } from "../support/front-door.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";
import type { CrowdJob } from "./crowd.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

/** What one honest phone notices while a crowd hangs on the same port, from the same address. */

const image = Buffer.alloc(20_000_000, "image of a phone ");
const device = { mac: "00:17:21:82:05:42", model: "cisco/8851", lines: ["9721"] };
const file = "/SEP001721820542.cnf.xml";
const looks = 500;

describe("a phone in a crowd that means no good", () => {
  let folder: Awaited<ReturnType<typeof createTemporaryFolder>>;
  let server: ServerProcess;
  let crowds: ChildProcess[] = [];

  beforeEach(async () => {
    folder = await createTemporaryFolder();
    await mkdir(join(folder.path, "firmware"));
    await writeFile(join(folder.path, "firmware", "image.sbn"), image);
  });

  afterEach(async () => {
    for (const crowd of crowds) crowd.kill();
    crowds = [];
    await server?.kill();
    await folder.remove();
  });

  const port = () => server.phones.httpPort ?? 0;

  async function start(mostDescriptors?: number): Promise<void> {
    server = await startServer(folder.path, mostDescriptors);
    await server.call("POST", "/lines", { id: "9721", extension: "9721" });
    await server.call("POST", "/devices", device);
    await server.call("POST", "/enrolment-windows", { all: true, minutes: 5 });
  }

  async function joinCrowd(size: number, words: string, times = 1): Promise<void> {
    crowds.push(await gather({ port: port(), size, words, times }));
  }

  test("2,000 idle connections, 200 of slow headers and 200 that never read: it gets its file still, in flat memory", async () => {
    await start();
    const alone = await askOften(port());
    await joinCrowd(2000, "");
    await joinCrowd(200, "GET /image.sbn HTTP/1.1\r\nHost: x\r\nX: ");
    await joinCrowd(200, "GET /image.sbn HTTP/1.1\r\nHost: x\r\n\r\n");
    const crowded = await askOften(port());
    const [memory, descriptors] = [await server.memory(), await server.descriptors()];
    tell("alone", alone);
    tell(`in the crowd (${megabytes(memory)} MB, ${descriptors} descriptors)`, crowded);
    expect([alone.refused, crowded.refused]).toEqual([0, 0]);
    expect(crowded.p50).toBeLessThan(20);
    expect(crowded.p99).toBeLessThan(500);
    // Those that never read are sent what the network holds as they come: half a gigabyte.
    expect(crowded.max).toBeLessThan(3000);
    expect(megabytes(memory)).toBeLessThan(350);
    // Each that never reads holds its file open.
    expect(descriptors).toBeLessThan(2000 + 200 + 200 * 2 + 100);
  });

  test("20,000 requests sent ahead on each of 50 connections: it gets its file, in flat memory", async () => {
    await start();
    await joinCrowd(50, "GET /image.sbn HTTP/1.1\r\nHost: x\r\n\r\n", 20_000);
    const crowded = await askOften(port());
    const [memory, descriptors] = [await server.memory(), await server.descriptors()];
    tell(`while others ask ahead (${megabytes(memory)} MB, ${descriptors} descriptors)`, crowded);
    expect(crowded.refused).toBe(0);
    expect(crowded.max).toBeLessThan(1000);
    expect(megabytes(memory)).toBeLessThan(350);
    expect(descriptors).toBeLessThan(50 * 2 + 100);
  });

  test("5,000 from its own address are held to 4,000, and it gets its file", async () => {
    await start();
    await joinCrowd(5000, "");
    const crowded = await askOften(port());
    const descriptors = await server.descriptors();
    tell(`among 5,000 (${megabytes(await server.memory())} MB, ${descriptors} descriptors)`, crowded);
    expect(crowded.refused).toBe(0);
    expect(descriptors).toBeLessThan(4100);
  });

  test("with 1,024 descriptors and 3,000 idle connections it still gets its file", async () => {
    await start(1024);
    await joinCrowd(3000, "");
    const crowded = await askOften(port());
    const descriptors = await server.descriptors();
    tell(`with 1,024 descriptors (${descriptors} in use)`, crowded);
    expect(crowded.refused).toBe(0);
    expect(descriptors).toBeLessThan(450);
  });
});

/** Clients of a process of their own, all of them connected; gives the process. */
async function gather(job: CrowdJob): Promise<ChildProcess> {
  const crowd = fork(compiled("test/long/crowd.ts"));
  crowd.send(job);
  const [told] = await Promise.race([once(crowd, "message"), once(crowd, "exit")]);
  if (told !== "all are there") throw new Error(`the crowd ended with ${told}`);
  return crowd;
}

interface Waits {
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Requests that did not end in the whole file. */
  readonly refused: number;
}

/** One phone that asks again and again, each time on a new connection. */
async function askOften(port: number): Promise<Waits> {
  const waits: number[] = [];
  let refused = 0;
  for (let index = 0; index < looks; index++) {
    const begun = performance.now();
    const reply = await ask(port, file).catch(() => undefined);
    if (!reply?.body.toString().endsWith("</device>\n")) refused += 1;
    waits.push(performance.now() - begun);
  }
  waits.sort((one, other) => one - other);
  const at = (part: number) => waits[Math.min(looks - 1, Math.floor(looks * part))] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1), refused };
}

function tell(where: string, { p50, p99, max, refused }: Waits): void {
  const [middle, most, worst] = [p50, p99, max].map((each) => each.toFixed(1));
  console.log(`${where}: p50 ${middle} ms, p99 ${most} ms, max ${worst} ms, ${refused} refused`);
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e6);
}
