import { readFile } from "node:fs/promises";
import { answerJobs } from "./jobs.ts";
import { percentile, startCpuClock } from "./measures.ts";
import { type ClientFile, TftpClient } from "./tftp-client.ts";

/** A process that fetches files over TFTP, many at a time. */

export interface TftpJob {
  readonly host: string;
  readonly port: number;
  /** Asked for in turn; `disk` is where the bytes are that must come. */
  readonly files: readonly { readonly path: string; readonly disk: string }[];
  readonly blksize: number;
  readonly windowsize: number;
  readonly atATime: number;
  /** Percent of the datagrams that are lost, in each direction; always the same ones. */
  readonly loss: number;
  readonly seconds: number;
}

export interface LoadResult {
  /** Whole files. */
  readonly perSecond: number;
  /** Millions of bytes in a second, also of files that were not whole in the end. */
  readonly megabytes: number;
  readonly p50: number;
  readonly p99: number;
  /** Percent of one core that this process used. */
  readonly cpu: number;
  /** Packets that had to be sent again, or requests that were not served. */
  readonly faults: number;
}

const read = new Map<string, Buffer>();

async function load(job: TftpJob): Promise<LoadResult> {
  const files = await Promise.all(job.files.map(async ({ path, disk }) => ({ path, bytes: await bytesOf(disk) })));
  const terms = { ...job, loses: losing(job.loss) };
  const clients = Array.from({ length: job.atATime }, () => new TftpClient(terms));
  await Promise.all(clients.map((client) => client.open()));
  const ticker = setInterval(() => clients.forEach((client) => void client.tick(performance.now())), 100);
  const cpuOf = startCpuClock();
  const started = performance.now();
  try {
    const took = await fetchAll(clients, files, job.seconds);
    const seconds = (performance.now() - started) / 1000;
    return {
      perSecond: took.length / seconds,
      megabytes: sum(clients, ({ received }) => received) / 1e6 / seconds,
      p50: percentile(took, 50),
      p99: percentile(took, 99),
      cpu: cpuOf(),
      faults: sum(clients, ({ repeats }) => repeats),
    };
  } finally {
    clearInterval(ticker);
    for (const client of clients) client.close();
  }
}

/** The milliseconds of each file that came whole before the time was over; the others are broken off. */
async function fetchAll(
  clients: readonly TftpClient[],
  files: readonly ClientFile[],
  seconds: number,
): Promise<number[]> {
  const took: number[] = [];
  let next = 0;
  let isOver = false;
  const timer = setTimeout(() => {
    isOver = true;
    for (const client of clients) client.stop();
  }, seconds * 1000);
  const goOn = async (client: TftpClient) => {
    while (!isOver) {
      const file = files[next++ % files.length];
      const started = performance.now();
      if (file) await client.fetch(file);
      if (!isOver) took.push(performance.now() - started);
    }
  };
  await Promise.all(clients.map(goOn)).finally(() => clearTimeout(timer));
  return took;
}

async function bytesOf(disk: string): Promise<Buffer> {
  const bytes = read.get(disk) ?? (await readFile(disk));
  read.set(disk, bytes);
  return bytes;
}

/** A fixed pseudo-random sequence (mulberry32): every server loses the same ones of its datagrams. */
function losing(percent: number): () => boolean {
  if (percent === 0) return () => false;
  let state = 1;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32 < percent / 100;
  };
}

function sum(clients: readonly TftpClient[], of: (client: TftpClient) => number): number {
  return clients.reduce((total, client) => total + of(client), 0);
}

answerJobs(load);
