import { networkInterfaces } from "node:os";
import { onTestFinished } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import {
  createTftpServer,
  type TftpContent,
  type TftpRequest,
  type TftpServer,
  type TftpServerParts,
  type TransferOutcome,
} from "../../server/tftp/server.ts";

interface ToldOutcome extends TransferOutcome {
  readonly path: string;
}

export interface RunningTftp {
  readonly port: number;
  readonly server: TftpServer;
  readonly requests: TftpRequest[];
  /** What `done` was told, in order. */
  readonly outcomes: ToldOutcome[];
  readonly logged: { level: string; fields: Record<string, unknown>; message: string }[];
  /** Lets the reads of a server that is held end. */
  release(): void;
  /** Resolves when so many outcomes were told. */
  told(count?: number): Promise<ToldOutcome[]>;
}

type Served = Buffer | string | { file: string; size: number } | Error;

export interface TftpCase extends Partial<Omit<TftpServerParts, "read" | "log">> {
  /** What is served by path: bytes, text, a file, or what `read` throws. Anything else is NO_SUCH_FILE. */
  readonly files?: Readonly<Record<string, Served>>;
  /** No read ends before `release` is called. */
  readonly isHeld?: boolean;
}

/** A server on 127.0.0.1 and any free port, closed when the test ends. */
export async function startTftp({ files = {}, isHeld = false, ...parts }: TftpCase = {}): Promise<RunningTftp> {
  const requests: TftpRequest[] = [];
  const logged: RunningTftp["logged"] = [];
  let release = () => {};
  const gate = isHeld ? new Promise<void>((resolve) => (release = resolve)) : undefined;
  const { outcomes, tell, told } = collectOutcomes();
  const note = (level: string) => (fields: object, message: string) =>
    void logged.push({ level, fields: { ...fields }, message });
  const server = createTftpServer({
    host: "127.0.0.1",
    port: 0,
    dataPorts: "any",
    mtu: 1500,
    ...parts,
    log: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
    read: async (request): Promise<TftpContent> => {
      requests.push(request);
      await gate;
      const known = Object.hasOwn(files, request.path) ? files[request.path] : undefined;
      const served = known ?? new Failure("NO_SUCH_FILE", "internals of the shelf");
      if (served instanceof Error) throw served;
      const done = (outcome: TransferOutcome) => tell({ path: request.path, ...outcome });
      if (typeof served === "string") return { body: Buffer.from(served), done };
      return Buffer.isBuffer(served) ? { body: served, done } : { ...served, done };
    },
  });
  onTestFinished(() => server.close());
  const { port } = await server.listen();
  return { port, server, requests, outcomes, logged, release, told };
}

function collectOutcomes() {
  const outcomes: ToldOutcome[] = [];
  let waiters: { count: number; resolve(outcomes: ToldOutcome[]): void }[] = [];
  const tell = (outcome: ToldOutcome) => {
    outcomes.push(outcome);
    for (const waiter of waiters) if (outcomes.length >= waiter.count) waiter.resolve(outcomes);
    waiters = waiters.filter((waiter) => outcomes.length < waiter.count);
  };
  const told = async (count = 1): Promise<ToldOutcome[]> => {
    if (outcomes.length >= count) return outcomes;
    return await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`only ${outcomes.length} of ${count} transfers ended`)), 5000);
      waiters.push({
        count,
        resolve: (all) => {
          clearTimeout(late);
          resolve(all);
        },
      });
    });
  };
  return { outcomes, tell, told };
}

/** Whether this machine has an IPv6 loopback address. */
export const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === "::1"));

/** Bytes that differ from block to block, so that a block in the wrong place is seen. */
export function someBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) bytes[i] = (i * 7 + (i >> 8) * 13 + (i >> 16) * 29) & 0xff;
  return bytes;
}
