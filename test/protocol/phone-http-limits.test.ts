import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import net, { type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PhoneRequest } from "../../server/domain/exchange.ts";
import { createPhoneHttp, type PhoneHttpLimits } from "../../server/http/phones/listener.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { ask } from "../support/front-door.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** More than the buffers of the network hold. */
const image = Buffer.alloc(40_000_000, "image of a phone ");
const request = "GET /image.sbn HTTP/1.1\r\nHost: x\r\n\r\n";

interface Door {
  readonly port: number;
  /** From where each request came. */
  readonly addresses: readonly string[];
  /** What the listener told of each delivery. */
  readonly told: { readonly completed: boolean }[];
}

/** The listener alone, on one port, with a shelf of one file. */
async function open(limits: Partial<PhoneHttpLimits>, trustedProxies: readonly string[] = []): Promise<Door> {
  const shelf = await temporaryFolder();
  await writeFile(join(shelf, "image.sbn"), image);
  const told: { readonly completed: boolean }[] = [];
  const addresses: string[] = [];
  const provision = async ({ address, path }: PhoneRequest) => {
    addresses.push(address);
    const common = { contentType: "text/plain", done: (how: { completed: boolean }) => void told.push(how) };
    if (path === "/small") return { ...common, body: Buffer.from("small"), tag: "1" } as never;
    return { ...common, file: "image.sbn", name: "image.sbn", root: shelf, size: image.length } as never;
  };
  const log = { warn: () => undefined };
  const smallFiles = new SmallFiles();
  const phones = createPhoneHttp({ host: "127.0.0.1", ports: [0], trustedProxies, smallFiles, provision, log, limits });
  onTestFinished(() => phones.close());
  const { ports } = await phones.listen();
  return { port: ports[0] ?? 0, addresses, told };
}

async function connect(port: number, localAddress = "127.0.0.1"): Promise<Socket> {
  const socket = net.connect({ port, host: "127.0.0.1", localAddress });
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
}

/** A client that has the first bytes of a long file and reads no further. */
async function hold(port: number, localAddress?: string): Promise<Socket> {
  const socket = await connect(port, localAddress);
  socket.write(request);
  await once(socket, "readable");
  return socket;
}

/** Reads on, to see the end of the connection; rejects after five seconds. */
async function ended(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  if (!socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(5000) });
  return Buffer.concat(chunks).toString("latin1");
}

async function isServed(port: number, localAddress = "127.0.0.1"): Promise<boolean> {
  const reply = await ask(port, "/small", { localAddress }).catch(() => undefined);
  return reply?.body.toString() === "small";
}

describe("a client that is slow", () => {
  it.each([
    ["with nothing", ""],
    ["with half a request line", "GET /sma"],
    ["with half its headers", "GET /small HTTP/1.1\r\nHost: x\r\nX: "],
  ])("%s is told 408 when its time for headers is over", async (_what, bytes) => {
    const { port } = await open({ headersMs: 100 });
    const socket = await connect(port);
    socket.write(bytes);
    expect(await ended(socket)).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\nContent-Type: text\/plain/);
    expect(await isServed(port)).toBe(true);
  });

  it("with taking its file loses its connection, and the delivery does not count", async () => {
    const { port, told } = await open({ readingMs: 400 });
    const socket = await hold(port);
    await expect.poll(() => told, { timeout: 5000 }).toEqual([expect.objectContaining({ completed: false })]);
    expect((await ended(socket)).length).toBeLessThan(image.length);
  });

  it("but takes its file at a fair pace gets all of it", async () => {
    const { port, told } = await open({ readingMs: 400 });
    const socket = await hold(port);
    let taken = 0;
    const begun = performance.now();
    // Eight hundred milliseconds for the whole: twice the time after which a client that stands still is ended.
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      taken += chunk.length;
      const due = begun + (taken / image.length) * 800;
      if (due > performance.now()) await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
      if (taken > image.length) break;
    }
    expect(taken).toBeGreaterThan(image.length);
    await expect.poll(() => told).toEqual([expect.objectContaining({ completed: true })]);
  });
});

describe("where as many are connected as may be", () => {
  it("the one that was idle for longest makes room", async () => {
    const { port } = await open({ connections: 3 });
    const [first, second, third] = [await connect(port), await connect(port), await connect(port)];
    expect(await isServed(port)).toBe(true);
    expect(await ended(first)).toBe("");
    expect([second.closed, third.closed]).toEqual([false, false]);
  });

  it("nobody is thrown out in the middle of a file: the new one goes, until there is room", async () => {
    const { port } = await open({ connections: 2 });
    const [one, other] = [await hold(port), await hold(port)];
    expect(await isServed(port)).toBe(false);
    one.destroy();
    await expect.poll(() => isServed(port)).toBe(true);
    other.write("GET /small HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    expect(await ended(other)).toMatch(/small$/);
  });

  it("an address that took its share leaves the others theirs", async () => {
    const { port } = await open({ connections: 4, connectionsPerAddress: 2 });
    await hold(port, "127.0.0.2");
    await hold(port, "127.0.0.2");
    expect(await isServed(port, "127.0.0.2")).toBe(false);
    expect(await isServed(port, "127.0.0.3")).toBe(true);
  });

  it("a trusted proxy, which speaks for many, has no share of its own", async () => {
    const { port } = await open({ connections: 4, connectionsPerAddress: 2 }, ["127.0.0.2/32"]);
    await hold(port, "127.0.0.2");
    await hold(port, "127.0.0.2");
    expect(await isServed(port, "127.0.0.2")).toBe(true);
  });
});

describe("a phone behind a proxy", () => {
  it.each([
    ["no proxy", [], "10.0.0.1", "127.0.0.1"],
    ["the proxy", ["127.0.0.0/8"], "10.0.0.1", "10.0.0.1"],
    ["the proxy, which saw it over IPv6", ["127.0.0.0/8"], "::ffff:10.0.0.1", "10.0.0.1"],
    ["the proxy, after what the phone wrote itself", ["127.0.0.0/8"], "10.9.9.9, 10.0.0.1", "10.0.0.1"],
    ["two proxies", ["127.0.0.0/8", "10.1.0.0/16"], "10.9.9.9, 10.0.0.1, 10.1.0.1", "10.0.0.1"],
    ["proxies alone", ["127.0.0.0/8", "10.1.0.0/16"], "10.1.0.2,10.1.0.1", "10.1.0.2"],
    ["the proxy, which knows no address", ["127.0.0.0/8"], "unknown", "127.0.0.1"],
    ["the proxy, which says nothing", ["127.0.0.0/8"], "", "127.0.0.1"],
  ])("trusting %s is taken for where it is", async (_what, trusted, forwarded, address) => {
    const { addresses, port } = await open({}, trusted);
    await ask(port, "/small", { headers: { "x-forwarded-for": forwarded } });
    expect(addresses).toEqual([address]);
  });
});
