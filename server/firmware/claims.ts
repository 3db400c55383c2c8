import { Failure } from "../domain/failures.ts";

/** What a request holds while it works on an upload. */
export interface Claim {
  /** Aborted, with the failure to answer, when a newer request takes over. */
  readonly lost: AbortSignal;
  /** From here on nobody takes over: whoever comes is refused. Fails with CONFLICT when somebody has already. */
  keep(): void;
}

export interface Claims {
  isHeld(id: string): boolean;
  /**
   * Works on an upload alone. The newest request wins: the one before is told (CONFLICT), and this one begins when that one
   * has let go. Its place is taken before anything is waited for, so no two find the same state of an upload.
   */
  hold<Result>(id: string, work: (claim: Claim) => Promise<Result>): Promise<Result>;
}

interface Holder {
  readonly abort: AbortController;
  readonly done: Promise<unknown>;
  isKept: boolean;
}

export function createClaims(): Claims {
  const holders = new Map<string, Holder>();
  return {
    isHeld: (id) => holders.has(id),
    async hold(id, work) {
      const before = holders.get(id);
      if (before?.isKept) throw new Failure("CONFLICT", "this upload is being put onto the shelf");
      before?.abort.abort(new Failure("CONFLICT", "another request goes on with this upload"));
      const abort = new AbortController();
      const result = begin(before, abort.signal, () => work({ lost: abort.signal, keep }));
      const holder: Holder = { abort, done: result.catch(() => undefined), isKept: false };
      holders.set(id, holder);
      function keep() {
        abort.signal.throwIfAborted();
        holder.isKept = true;
      }
      try {
        return await result;
      } finally {
        if (holders.get(id) === holder) holders.delete(id);
      }
    },
  };
}

async function begin<Result>(before: Holder | undefined, lost: AbortSignal, work: () => Promise<Result>) {
  // Waits in any case: nothing is read before the place is taken.
  await before?.done;
  lost.throwIfAborted();
  return await work();
}
