import type { Failure } from "../domain/failures.ts";
import type { StoreChange } from "../domain/ports.ts";
import type { CommitLog } from "./embedded-log.ts";
import { fileFailure } from "./store-failures.ts";

/** A commit that is in memory and on its way to the disk. */
export interface Commit {
  readonly number: number;
  readonly line: Buffer;
  readonly kinds: ReadonlySet<string>;
  readonly changes: readonly StoreChange[];
  /** Takes it out of memory again; called in reverse order of the commits. */
  undo(): void;
}

interface Pending {
  readonly commit: Commit;
  /** Resolves to undefined when the commit is on the disk, or to why it was undone. */
  readonly settled: Promise<Failure | undefined>;
  settle(failure: Failure | undefined): void;
}

export interface CommitQueueParts {
  readonly log: Pick<CommitLog, "append">;
  /** Called for each commit once it is on the disk, in order. */
  committed(changes: readonly StoreChange[]): void;
  /** Called when a group of commits is on the disk. */
  groupWritten(): void;
}

/**
 * Group commit: what arrives while one group is being written and synced makes up the next one. When a group cannot be
 * written, it and all that came after it are undone, since later commits were made on top of it.
 */
export class CommitQueue {
  readonly #parts: CommitQueueParts;
  #writing: Pending[] = [];
  #waiting: Pending[] = [];
  #drained: Promise<void> | undefined;
  #lastFailure: Failure | undefined;

  constructor(parts: CommitQueueParts) {
    this.#parts = parts;
  }

  /** Why commits were undone last; a transaction that sees it change has read what is no longer true. */
  get lastFailure(): Failure | undefined {
    return this.#lastFailure;
  }

  /** Resolves to undefined when the commit is on the disk, or to why it was undone. */
  push(commit: Commit): Promise<Failure | undefined> {
    const pending = createPending(commit);
    this.#waiting.push(pending);
    this.#drained ??= this.#drain();
    return pending.settled;
  }

  /** How the last commit on its way (of a kind, or of any) ends; undefined when none is on its way. */
  settling(kind?: string): Promise<Failure | undefined> | undefined {
    const isMeant = ({ commit }: Pending) => kind === undefined || commit.kinds.has(kind);
    return (this.#waiting.findLast(isMeant) ?? this.#writing.findLast(isMeant))?.settled;
  }

  /** Resolves when no commit is on its way. */
  async drained(): Promise<void> {
    await this.#drained;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      this.#writing = this.#waiting;
      this.#waiting = [];
      try {
        await this.#writeGroup(this.#writing.map(({ commit }) => commit));
        this.#finishGroup();
      } catch (thrown) {
        this.#undoAll(fileFailure(thrown));
      }
    }
    this.#drained = undefined;
  }

  async #writeGroup(group: readonly Commit[]): Promise<void> {
    const lines = Buffer.concat(group.map(({ line }) => line));
    await this.#parts.log.append(lines, group.at(-1)?.number ?? 0);
  }

  #finishGroup(): void {
    const group = this.#writing;
    this.#writing = [];
    for (const { commit, settle } of group) {
      this.#parts.committed(commit.changes);
      settle(undefined);
    }
    this.#parts.groupWritten();
  }

  #undoAll(failure: Failure): void {
    const undone = [...this.#writing, ...this.#waiting];
    this.#writing = [];
    this.#waiting = [];
    this.#lastFailure = failure;
    for (const { commit } of undone.toReversed()) {
      commit.undo();
    }
    for (const { settle } of undone) {
      settle(failure);
    }
  }
}

function createPending(commit: Commit): Pending {
  let settle: Pending["settle"] = () => undefined;
  const settled = new Promise<Failure | undefined>((resolve) => {
    settle = resolve;
  });
  return { commit, settled, settle };
}
