import { lookup } from "node:dns/promises";
import { BoundedMap } from "./bounded-map.ts";

const freshMs = 30_000;
const patienceMs = 3000;
const mostKept = 1000;

interface Entry {
  at: number;
  address: Promise<string | undefined> | undefined;
}

/**
 * Addresses of host names, each asked for once in a while and given up soon: the system resolves in the few threads that
 * files are read and written in, and a name server that does not answer would hold those up.
 */
export class HostNames {
  readonly #entries = new BoundedMap<string, Entry>(mostKept);

  /** Undefined for a name that has none, or where nobody says so in time. */
  addressOf(name: string): Promise<string | undefined> {
    const entry = this.#entries.getOrMake(name, () => ({ at: 0, address: undefined }));
    const now = performance.now();
    if (entry.address && now - entry.at < freshMs) return entry.address;
    const address = inTime(lookup(name).then(({ address }) => address));
    Object.assign(entry, { at: now, address });
    return address;
  }
}

async function inTime(found: Promise<string>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), patienceMs);
  });
  try {
    return await Promise.race([found.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
