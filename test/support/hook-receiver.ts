import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

export interface ReceivedLetter {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HookReceiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly ReceivedLetter[];
  /** What it answers from now on; 0: nothing at all. */
  answer(status: number, headers?: Record<string, string>): void;
  /** Resolves when it has received so many in all. */
  has(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Somebody else's server that Offhook tells of what happens, on a free port of 127.0.0.1. */
export async function openHookReceiver(): Promise<HookReceiver> {
  const received: ReceivedLetter[] = [];
  let status = 204;
  let more: Record<string, string> = {};
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (piece: string) => {
      body += piece;
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body });
      if (status !== 0) response.writeHead(status, more).end();
      server.emit("letter");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(next, headers = {}) {
      status = next;
      more = headers;
    },
    async has(count) {
      const signal = AbortSignal.timeout(5000);
      while (received.length < count) await once(server, "letter", { signal });
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
