import { PbxError } from "./pbx-error.ts";

/** The promise, or a PbxError as soon as the signal fires; the work itself goes on. */
export function orCancelled<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(new PbxError("silent", "the PBX did not answer in the time there was"));
    if (signal.aborted) cancel();
    signal.addEventListener("abort", cancel, { once: true });
    void work.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
}
