import type { Socket } from "node:dgram";

interface Dallying {
  /** Closes the socket some time later; sooner when too many are held, or when the process has nothing else to do. */
  hold(socket: Socket): void;
}

/**
 * Keeps the sockets of ended transfers bound for `ms` (RFC 1350 section 6), the newest `most` of them. Their ports go to
 * nobody else meanwhile: what a server still sends to an ended transfer, such as its answer to a repeated request,
 * would otherwise be the first thing that the next phone hears.
 */
export function createDallying(ms: number, most: number): Dallying {
  const held = new Set<Socket>();

  function letGo(socket: Socket): void {
    if (held.delete(socket)) socket.close();
  }

  return {
    hold(socket) {
      held.add(socket.unref());
      const [oldest] = held;
      if (held.size > most && oldest) letGo(oldest);
      setTimeout(() => letGo(socket), ms).unref();
    },
  };
}
