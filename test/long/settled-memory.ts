import { isMainThread } from "node:worker_threads";

/** What a process holds when its garbage was collected, in bytes. */
export interface SettledMemory {
  /** Of the operating system. */
  readonly resident: number;
  /** Objects, and buffers beside them. */
  readonly live: number;
}

// Loaded into the server before its own modules: answers each message of whoever started it.
if (isMainThread && process.channel) {
  process.on("message", () => {
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const settled: SettledMemory = { resident: rss, live: heapUsed + external };
    process.send?.(settled);
  });
  process.channel.unref();
}
