import { setImmediate as nextTurn } from "node:timers/promises";
import * as fc from "fast-check";
import { openTftpPhone, readRequest, type TftpPhone } from "./tftp-datagrams.ts";

export interface FuzzParts {
  /** Where the server listens. */
  readonly port: number;
  /** A file that it serves. */
  readonly path: string;
  readonly datagrams: number;
  /** Called some times on the way and once at the end. */
  between(): Promise<void>;
}

/** Where a datagram goes: to the listening port, or to a data port that has answered. */
type Shot = readonly [to: "listener" | "data", phone: number, datagram: Uint8Array];

const phonesAtOnce = 8;
const shotsOfRound = 100;
const roundsBetween = 5;

/**
 * Sends nonsense of every kind from several ports; fast-check tells the seed of what made `between` fail. Answers are
 * listened to, so that transfers that nonsense began can be disturbed where they run.
 */
export async function fuzz({ port, path, datagrams, between }: FuzzParts): Promise<void> {
  const phones = await Promise.all(Array.from({ length: phonesAtOnce }, () => openTftpPhone()));
  let rounds = 0;
  const round = fc.asyncProperty(
    fc.array(shots(path), { minLength: shotsOfRound, maxLength: shotsOfRound, size: "max" }),
    async (all) => {
      for (const [to, index, datagram] of all) {
        const phone = phones[index];
        if (phone === undefined) throw new RangeError("there are fewer phones than that");
        phone.send(Buffer.from(datagram), to === "listener" ? port : await dataPort(phone, port));
      }
      // What was sent is taken in before more comes, or most of it would be lost in the kernel.
      await nextTurn();
      rounds += 1;
      if (rounds % roundsBetween === 0) await between();
    },
  );
  try {
    // A round that was sent is not undone by a smaller one, so nothing is gained by shrinking.
    await fc.assert(round, { numRuns: Math.ceil(datagrams / shotsOfRound), endOnFailure: true });
    await between();
  } finally {
    for (const phone of phones) phone.close();
  }
}

/** Where the phone was answered from last. */
async function dataPort(phone: TftpPhone, port: number): Promise<number> {
  let latest = knownPorts.get(phone) ?? port;
  while (phone.waiting() > 0) latest = (await phone.next()).port;
  knownPorts.set(phone, latest);
  return latest;
}

const knownPorts = new WeakMap<TftpPhone, number>();

function shots(path: string): fc.Arbitrary<Shot> {
  const phone = fc.nat(phonesAtOnce - 1);
  return fc.oneof(
    { weight: 3, arbitrary: fc.tuple(fc.constant("listener" as const), phone, mutated(request(path))) },
    { weight: 2, arbitrary: fc.tuple(fc.constant("data" as const), phone, mutated(answer())) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom("listener", "data"), phone, fc.uint8Array({ maxLength: 1500 })) },
  );
}

/** A read or write request with options that are right, nearly right or not at all. */
function request(path: string): fc.Arbitrary<Uint8Array> {
  const name = fc.constantFrom("blksize", "WINDOWSIZE", "timeout", "tsize", "multicast", "__proto__", "");
  const number = fc.constantFrom("0", "1", "8", "512", "1428", "65464", "65536", "-1", "4294967296", "1e3");
  const options = fc.array(fc.tuple(name, fc.oneof(number, fc.string())), { maxLength: 6 });
  const paths = fc.oneof(fc.constantFrom(path, path, "nothing", "../../etc/passwd", "C:\\x"), fc.string());
  const mode = fc.constantFrom("octet", "OCTET", "netascii", "mail", "binary", "");
  return fc.tuple(paths, options, mode, fc.constantFrom(1, 1, 1, 2)).map(([asked, pairs, how, operation]) => {
    const datagram = readRequest(asked, pairs, how);
    datagram[1] = operation;
    return datagram;
  });
}

/** What a phone says in the course of a transfer: ACK, ERROR, and what only a server may say. */
function answer(): fc.Arbitrary<Uint8Array> {
  const block = fc.oneof(fc.nat(4), fc.constantFrom(65_535, 65_534, 32_768), fc.nat(65_535));
  const rest = fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.string());
  return fc
    .tuple(fc.constantFrom(4, 4, 4, 4, 4, 4, 3, 5, 6, 7, 0), block, rest)
    .map(([operation, number, text]) => Buffer.from([0, operation, number >> 8, number & 0xff, ...Buffer.from(text)]));
}

/** Half of them as they are, the others cut off, lengthened or with bytes changed. */
function mutated(whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  const change = fc.array(fc.tuple(fc.nat(600), fc.nat(255)), { maxLength: 4 });
  return fc.oneof(
    whole,
    fc.oneof(
      fc.tuple(whole, fc.nat(60)).map(([datagram, end]) => datagram.subarray(0, end)),
      fc.tuple(whole, fc.uint8Array({ maxLength: 1200 })).map((parts) => Buffer.concat(parts)),
      fc.tuple(whole, change).map(([datagram, changes]) => withBytes(datagram, changes)),
    ),
  );
}

function withBytes(datagram: Uint8Array, changes: readonly (readonly [number, number])[]): Uint8Array {
  const changed = Buffer.from(datagram);
  if (changed.length > 0) for (const [at, byte] of changes) changed[at % changed.length] = byte;
  return changed;
}
