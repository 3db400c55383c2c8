import type { Device } from "../../domain/device.ts";
import type { Store, StoredDocument } from "../../domain/ports.ts";
import { TurnTime } from "../../lib/turn-time.ts";
import type { Desk, Desks } from "./desk.ts";

export interface DeskCacheParts {
  readonly desks: Desks;
  readonly store: Store;
  /** What is decided outside of the store: the advertised address, the shelf. Another text, and nothing kept is true. */
  outside(): string;
  /** What is known of one phone beside its documents: another text, and only that desk is worked out again. */
  known(device: StoredDocument<Device>): string;
  /** How much is kept, in lines and keys; a desk without any counts as one. A key takes about 500 bytes. */
  readonly most?: number;
}

/** Desks as they are read for phones, with a way to stop. */
export interface CachedDesks extends Desks {
  close(): void;
}

/** Each takes a millisecond or two, with the file that is made of it. */
const turnMs = 2;

/** These change without any phone's file changing. */
const others = new Set([
  "revision",
  "device-snapshot",
  "enrolment-window",
  "change",
  "change-image",
  "former-presence",
  "push",
  "push-target",
  "rotation",
  "rotation-target",
  "campaign",
  "pbx-connection",
  "schedule",
  "push-handed",
  "webhook",
  "delivery",
  "delivery-drops",
]);

/**
 * Keeps what was worked out for a phone, since a booting phone asks for several files and a site boots at once. Any change
 * of anything that people configure empties it: nothing stale can be served, and such changes are rare beside requests.
 * Nothing kept is used while changes of other nodes are not heard. Reads inside a transaction are never kept. Holds secrets in the clear, as the desks do.
 */
export function cacheDesks({ desks, known, store, outside, most = 100_000 }: DeskCacheParts): CachedDesks {
  const kept = new Map<string, Desk>();
  const turns = new TurnTime(turnMs);
  let size = 0;
  let generation = 0;
  let seenOutside = outside();
  const empty = () => {
    generation++;
    kept.clear();
    size = 0;
  };
  const unwatch = store.watch((changes) => {
    if (changes.some(({ kind }) => !others.has(kind))) empty();
  });

  async function readKept(device: StoredDocument<Device>): Promise<Desk> {
    if (outside() !== seenOutside) {
      seenOutside = outside();
      empty();
    }
    if (store.hears?.() === false) return await readNow(device);
    const key = `${device.organization}/${device.id}/${device.version}/${device.body.born}/${known(device)}`;
    const found = kept.get(key);
    if (found) return found;
    const begun = generation;
    const desk = await readNow(device);
    // A change that came while it was read may be in it or not: then it serves this once.
    if (begun === generation) keep(key, desk);
    return desk;
  }

  async function readNow(device: StoredDocument<Device>): Promise<Desk> {
    await turns.take();
    return await desks.read(store, device);
  }

  function keep(key: string, desk: Desk): void {
    size += sizeOf(desk) - sizeOf(kept.get(key));
    kept.set(key, desk);
    for (const [oldest, { device }] of kept) {
      if (size <= most) return;
      kept.delete(oldest);
      size -= sizeOf({ device });
    }
  }

  return {
    ...desks,
    read: (reader, device) => (reader === store ? readKept(device) : desks.read(reader, device)),
    close: unwatch,
  };
}

function sizeOf(desk: Pick<Desk, "device"> | undefined): number {
  if (!desk) return 0;
  const { keys, lines } = desk.device.body;
  return 1 + lines.length + keys.length;
}
