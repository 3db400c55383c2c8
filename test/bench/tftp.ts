import type { Candidate } from "./compare.ts";
import { compare } from "./compare.ts";
import { startWorker } from "./jobs.ts";
import type { ServedFile, ServedFiles } from "./served-files.ts";
import { figure, type Row } from "./table.ts";
import type { LoadResult, TftpJob } from "./tftp-load.ts";

/** One question: which files, how asked. */
interface Case extends Pick<TftpJob, "blksize" | "windowsize" | "atATime" | "loss"> {
  readonly name: string;
  readonly files: readonly ServedFile[];
  readonly unit: "/s" | "MB/s";
}

/** Whole transfers of a configuration, a second: the phones' own files, then the 12 KB file that all servers have. */
export function measureTftp(files: ServedFiles, servers: readonly Candidate[], isFull: boolean): Promise<Row[]> {
  const own = [512, 1428].map((blksize) => ({
    ...plain,
    name: `${kilobytes(files.own[0])} KB own file`,
    files: files.own,
    blksize,
  }));
  const shelf = matrix(isFull ? [50, 4] : [50], { ...plain, name: "12 KB file", files: [files.configuration] });
  const few = isFull ? [] : [{ ...plain, name: "12 KB file", files: [files.configuration], atATime: 4 }];
  return run([...own, ...shelf, ...few], servers, isFull ? 1.2 : 0.7);
}

/** Bytes of a 20 MB image, a second. */
export function measureImage(files: ServedFiles, servers: readonly Candidate[], isFull: boolean): Promise<Row[]> {
  const image = { ...plain, name: "20 MB image", files: [files.image], unit: "MB/s" } as const;
  const few = isFull ? [] : [{ ...image, atATime: 50 }];
  return run([...matrix(isFull ? [50, 4] : [4], image), ...few], servers, isFull ? 2 : 1);
}

/** The same with 2 % of the datagrams lost: one long round, since most of it is waiting for the repeats. */
export function measureLoss(files: ServedFiles, servers: readonly Candidate[], isFull: boolean): Promise<Row[]> {
  const configuration = { ...plain, loss: 2, name: "12 KB file", files: [files.configuration] };
  const image = { ...plain, loss: 2, name: "20 MB image", files: [files.image], unit: "MB/s" } as const;
  const cases = isFull
    ? [...matrix([50, 4], configuration), ...matrix([50, 4], image)]
    : [...matrix([50], configuration), ...matrix([4], image).filter(({ blksize }) => blksize === 1428)];
  return run(cases, servers, isFull ? 8 : 4, 1);
}

const plain = { blksize: 512, windowsize: 1, atATime: 50, loss: 0, unit: "/s" } as const;

function matrix(amounts: readonly number[], about: Case): Case[] {
  return [512, 1428].flatMap((blksize) =>
    [1, 8].flatMap((windowsize) => amounts.map((atATime) => ({ ...about, blksize, windowsize, atATime }))),
  );
}

async function run(cases: readonly Case[], servers: readonly Candidate[], seconds: number, rounds = 3): Promise<Row[]> {
  const worker = await startWorker<TftpJob, LoadResult>(new URL("./tftp-load.ts", import.meta.url));
  const rows: Row[] = [];
  try {
    for (const { name, files, unit, ...asked } of cases) {
      rows.push(
        ...(await compare({
          what: `TFTP, ${name}, ${inWords(asked)}`,
          // The others know no windowsize (RFC 7440) and would be measured with 1 again.
          servers: asked.windowsize === 1 ? servers : servers.slice(0, 1),
          unit,
          rounds,
          seconds,
          load: ({ host, port }, duration) => worker.run({ host, port, files, ...asked, seconds: duration }),
        })),
      );
    }
    return rows;
  } finally {
    await worker.end();
  }
}

function inWords({ blksize, windowsize, atATime, loss }: Pick<Case, "blksize" | "windowsize" | "atATime" | "loss">) {
  const lost = loss > 0 ? `, ${loss} % lost` : "";
  return `blksize ${blksize}, windowsize ${windowsize}, ${atATime} at a time${lost}`;
}

function kilobytes(file: ServedFile | undefined): string {
  return figure((file?.bytes ?? 0) / 1000);
}
