import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { createHttpClient, type HttpClient, HttpError, type KeptFile } from "../../server/simulate/http-client.ts";

const servers: Server[] = [];
const clients: HttpClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

function client(server: Server, options: { gzip?: boolean; userAgent?: string; kept?: Map<string, KeptFile> } = {}) {
  const { port } = server.address() as AddressInfo;
  const made = createHttpClient({ host: "127.0.0.1", port, gzip: false, waitMs: 100, kept: new Map(), ...options });
  clients.push(made);
  return made;
}

describe("HTTP as phones speak it", () => {
  it("tells the user agent and keeps its connection", async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push([request.method, request.url, request.headers["user-agent"], request.headers["accept-encoding"]]);
      response.end("hello");
    });
    let connections = 0;
    server.on("connection", () => {
      connections += 1;
    });
    const phone = client(server, { userAgent: "Cisco-CP-8851-3PCC/12.0.2 (00562b043615)", gzip: true });
    const { status, body, bytes } = await phone.get("/8851-3PCC.xml");
    expect({ status, bytes, body: body.toString() }).toEqual({ status: 200, bytes: 5, body: "hello" });
    await phone.head("/x");
    expect(seen).toEqual([
      ["GET", "/8851-3PCC.xml", "Cisco-CP-8851-3PCC/12.0.2 (00562b043615)", "gzip"],
      ["HEAD", "/x", "Cisco-CP-8851-3PCC/12.0.2 (00562b043615)", "gzip"],
    ]);
    expect(connections).toBe(1);
  });

  it("sends no user agent where none is known", async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push(Object.keys(request.headers).sort());
      response.end();
    });
    await client(server).get("/a");
    expect(seen).toEqual([["accept", "connection", "host"]]);
  });

  it("unpacks what it asked to be packed, and only that", async () => {
    const packed = gzipSync("a".repeat(1000));
    const server = await serve((_, response) => response.setHeader("content-encoding", "gzip").end(packed));
    const file = await client(server, { gzip: true }).get("/a");
    expect([file.body.toString(), file.bytes]).toEqual(["a".repeat(1000), packed.length]);
    expect((await client(server).get("/a")).body).toEqual(packed);
  });

  it("remembers a tag for the next boot, also with another client", async () => {
    const seen: unknown[] = [];
    const server = await serve((request, response) => {
      seen.push(request.headers["if-none-match"]);
      response.setHeader("etag", '"one"');
      if (request.headers["if-none-match"] === '"one"') response.writeHead(304).end();
      else response.end("body");
    });
    const kept = new Map<string, KeptFile>();
    await client(server, { kept }).get("/a");
    const { status, body, bytes } = await client(server, { kept }).get("/a");
    expect({ status, bytes, body: body.toString() }).toEqual({ status: 304, bytes: 0, body: "body" });
    expect(seen).toEqual([undefined, '"one"']);
  });

  it.each<readonly [string, RequestListener, HttpError["code"], string]>([
    ["silence", () => {}, "silent", "no byte for 100 ms"],
    ["silence in the middle", (_, response) => void response.write("x"), "broken", "no byte for 100 ms"],
    ["a connection that is cut", (_, response) => void response.destroy(), "broken", "ECONNRESET"],
    [
      "a body that is cut",
      (_, response) => void response.writeHead(200, { "content-length": 9 }).write("x", () => response.destroy()),
      "broken",
      "ECONNRESET",
    ],
    [
      "packed bytes that are damaged",
      (_, response) => void response.end(Buffer.from([0x1f, 0x8b, 8, 0])),
      "broken",
      "the compressed answer can't be unpacked",
    ],
  ])("reports %s", async (_, listener, code, message) => {
    const failure = await client(await serve(listener), { gzip: true })
      .get("/a")
      .catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(HttpError);
    expect(failure).toMatchObject({ code, message });
  });

  it("reports that nobody listens as silence", async () => {
    const server = await serve(() => {});
    const phone = client(server);
    await new Promise((resolve) => server.close(resolve));
    await expect(phone.get("/a")).rejects.toMatchObject({ code: "silent", message: "ECONNREFUSED" });
  });

  it("asks again when the kept connection was closed in the meantime", async () => {
    let asked = 0;
    const server = await serve((request, response) => {
      asked += 1;
      if (asked === 2) request.socket.resetAndDestroy();
      else response.end("x");
    });
    const phone = client(server);
    await phone.get("/a");
    expect((await phone.get("/a")).body.toString()).toBe("x");
    expect(asked).toBe(3);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const server = await serve(() => stop.abort());
    await expect(client(server).get("/a", stop.signal)).rejects.toThrow("aborted");
  });
});
