import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import writeFileAtomic from "write-file-atomic";

// Loaded into a server before its own modules: from when it waits for its end, it is in the middle of writing a file.
// The library of atomic writes listens to signals as well, only while it writes, and ends the process when it is alone.
if (isMainThread) {
  const unending = () => new Promise<void>(() => undefined);
  const write = () => writeFileAtomic(join(process.cwd(), "unfinished.json"), "{}", { tmpfileCreated: unending });
  process.on("newListener", function begin(event) {
    if (event !== "SIGTERM") return;
    process.off("newListener", begin);
    setImmediate(() => void write());
  });
}
