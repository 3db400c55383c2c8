import { Failure } from "../domain/failures.ts";

interface Waiting<Seat> {
  readonly sit: (seat: Seat) => void;
  readonly leave: (failure: Failure) => void;
}

/**
 * Those who wait for one of a few seats. Groups take turns, and within a group the first comes first: whoever sends many
 * waits for their own. When too many wait, the group with the most gives way.
 */
export class SandboxQueue<Seat> {
  readonly #free: Seat[];
  readonly #most: number;
  /** Groups with somebody waiting, the next in turn first. */
  readonly #groups = new Map<string, Waiting<Seat>[]>();

  constructor(seats: readonly Seat[], mostWaiting: number) {
    this.#free = [...seats];
    this.#most = mostWaiting;
  }

  /** A seat, to be given back. Fails with TOO_BUSY, also later, when others need the place more. */
  take(group: string): Promise<Seat> {
    const seat = this.#free.pop();
    if (seat !== undefined) return Promise.resolve(seat);
    const line = this.#groups.get(group) ?? [];
    if (this.#waiting >= this.#most) this.#makeRoom(line.length);
    return new Promise((sit, leave) => {
      line.push({ sit, leave });
      this.#groups.set(group, line);
    });
  }

  give(seat: Seat): void {
    const [next] = this.#groups;
    const [group = "", line = []] = next ?? [];
    const first = line.shift();
    if (!first) return void this.#free.push(seat);
    this.#groups.delete(group);
    if (line.length > 0) this.#groups.set(group, line);
    first.sit(seat);
  }

  get #waiting(): number {
    return [...this.#groups.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** The last of the longest line goes, unless it would be no longer than the newcomer's. */
  #makeRoom(newcomers: number): void {
    const tooMany = new Failure("TOO_BUSY", "too many templates wait to be rendered");
    const lines = [...this.#groups.values()];
    const longest = lines.reduce((long, line) => (line.length > long.length ? line : long), lines[0] ?? []);
    if (longest.length <= newcomers + 1) throw tooMany;
    longest.pop()?.leave(tooMany);
  }
}
