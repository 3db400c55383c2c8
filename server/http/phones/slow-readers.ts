import type { Socket } from "node:net";

/** Bytes per second. A phone behind a line of 64 kbit/s takes eight times as much. */
const slowestPace = 1000;

/** Where a connection stood when it was last found in time. */
interface Mark {
  readonly at: number;
  /** Bytes that the network took. */
  readonly taken: number;
}

/**
 * Ends connections that do not take their answer: at least `patienceMs` at the slowest pace while there is something
 * to take. What fits the buffers of the network is not seen here, and costs nothing here either. Gives its end.
 */
export function endSlowReaders(busy: () => Iterable<Socket>, patienceMs: number): () => void {
  const marks = new WeakMap<Socket, Mark>();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const socket of busy()) look(socket, now, patienceMs, marks);
  }, patienceMs / 4);
  timer.unref();
  return () => clearInterval(timer);
}

function look(socket: Socket, now: number, patienceMs: number, marks: WeakMap<Socket, Mark>): void {
  const taken = socket.bytesWritten - socket.writableLength;
  const mark = marks.get(socket);
  const waitsForUs = socket.writableLength === 0;
  if (mark === undefined || waitsForUs) return void marks.set(socket, { at: now, taken });
  if (now - mark.at < patienceMs) return;
  if (taken - mark.taken < (patienceMs / 1000) * slowestPace) socket.destroy();
  else marks.set(socket, { at: now, taken });
}
