import type { CommitLog } from "./embedded-log.ts";
import type { StoreLog } from "./store-log.ts";

export interface FoldParts {
  readonly store: string;
  readonly log: StoreLog;
  readonly commits: Pick<CommitLog, "end" | "cut">;
  /** The size from which the log is folded, in bytes. */
  foldAt(): number;
  /** Writes a snapshot that holds at least every commit the log holds now. */
  writeSnapshot(): Promise<void>;
}

/** Folds the log into a new snapshot when it has grown, while commits go on. */
export class Fold {
  readonly #parts: FoldParts;
  #running: Promise<void> | undefined;
  /** After a failure the log must grow to this size before the next try. */
  #retryAt = 0;

  constructor(parts: FoldParts) {
    this.#parts = parts;
  }

  /** Begins a fold when the log is long enough and none is running. */
  beginWhenDue(): void {
    const { commits, foldAt } = this.#parts;
    if (this.#running === undefined && commits.end.bytes >= Math.max(foldAt(), this.#retryAt)) {
      this.#running = this.#fold().finally(() => {
        this.#running = undefined;
      });
    }
  }

  /** Resolves when no fold is running. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #fold(): Promise<void> {
    const { store, log, commits, foldAt } = this.#parts;
    // Taken before the snapshot: what is committed meanwhile stays in the log, and what is in both is passed over.
    const { end } = commits;
    try {
      await this.#parts.writeSnapshot();
      await commits.cut(end);
      this.#retryAt = 0;
    } catch (err) {
      this.#retryAt = end.bytes + foldAt() / 4;
      log.warn({ event: "store-fold-failed", store, err }, "the log could not be folded; it grows until the next try");
    }
  }
}
