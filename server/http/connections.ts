import type { Server } from "node:http";
import type { Socket } from "node:net";

/** How long requests under way may take to end at a shutdown. */
const graceMs = 5000;

/**
 * Lets a listener stop in good time. Node counts a connection that never sent a byte (browsers open some in reserve)
 * as busy, and would wait until its time for headers is over.
 */
export function watchConnections(server: Server): { closeWith(close: () => Promise<void>): Promise<void> } {
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  return {
    /** Closes the listener: silent connections at once, requests under way after a time of grace. */
    async closeWith(close) {
      for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      try {
        await close();
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
