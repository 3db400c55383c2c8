import { once } from "node:events";
import net from "node:net";

/** A process of clients that mean no good, so that an honest phone's waits are not those of who makes the crowd. */
export interface CrowdJob {
  readonly port: number;
  /** Connections at a time; each says the words so many times and no more, and one that is closed is made again. */
  readonly size: number;
  readonly words: string;
  readonly times: number;
}

process.once("message", (job) => {
  gather(job as CrowdJob).then(
    () => process.send?.("all are there"),
    () => process.exit(1),
  );
});
process.on("disconnect", () => process.exit(0));

async function gather({ port, size, times, words }: CrowdJob): Promise<void> {
  const said = words.repeat(times);
  const come = () => {
    const socket = net.connect({ port, host: "127.0.0.1" }, () => socket.write(said));
    // Reads nothing of a reply; 408 is no more than its buffer holds.
    socket.pause();
    socket.on("error", () => undefined);
    socket.on("close", () => setTimeout(come, 1000));
    return once(socket, "connect").catch(() => undefined);
  };
  for (let index = 0; index < size; index += 100)
    await Promise.all(Array.from({ length: Math.min(100, size - index) }, come));
}
