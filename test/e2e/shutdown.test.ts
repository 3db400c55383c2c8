import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { type ServerProcess, startServer } from "../long/server-process.ts";
import { ask } from "../support/front-door.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openTftpPhone, type TftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp } from "../support/tftp-phone.ts";

/** More than the buffers of the network hold, so that the server is in the middle of it while nobody reads. */
const image = Buffer.alloc(40_000_000, "image of a phone ");
const ringtone = Buffer.alloc(100_000, "ring ");

async function folderWithFiles(): Promise<string> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "firmware"));
  await writeFile(join(folder, "firmware", "image.sbn"), image);
  await writeFile(join(folder, "firmware", "ring.raw"), ringtone);
  return folder;
}

async function started(folder: string): Promise<ServerProcess> {
  const server = await startServer(folder);
  onTestFinished(() => server.kill());
  return server;
}

const httpPort = ({ phones }: ServerProcess) => phones.httpPort ?? 0;

interface Download {
  /** Takes the rest. Rejects when the connection breaks before the end. */
  rest(): Promise<Buffer>;
}

/** A phone that has taken the beginning of its file and nothing more. */
async function beginHttp(server: ServerProcess): Promise<Download> {
  const request = http.get({ host: "127.0.0.1", port: httpPort(server), path: "/image.sbn", agent: false });
  const [reply] = (await once(request, "response")) as [http.IncomingMessage];
  await once(reply, "readable");
  request.on("error", () => undefined);
  return {
    async rest() {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    },
  };
}

/** A phone that has the first block of its file and has not said so. */
async function beginTftp(server: ServerProcess): Promise<Download> {
  const phone = await openTftpPhone();
  onTestFinished(() => phone.close());
  phone.ask(server.phones.tftpPort ?? 0, "ring.raw");
  const { data, port } = await phone.nextData();
  return { rest: () => restByTftp(phone, data, port) };
}

async function restByTftp(phone: TftpPhone, first: Buffer, port: number): Promise<Buffer> {
  const blocks = [first];
  phone.ack(1, port);
  while (blocks.at(-1)?.length === 512) {
    const { block, data } = await phone.nextData();
    // The first one is repeated until it is acknowledged.
    if (block !== blocks.length + 1) continue;
    blocks.push(data);
    phone.ack(block, port);
  }
  return Buffer.concat(blocks);
}

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", () => resolve(true));
  });
}

async function untilRefused(port: number): Promise<void> {
  const deadline = performance.now() + 3000;
  while (!(await isRefused(port))) {
    if (performance.now() > deadline) throw new Error("new connections are still taken");
    await pause(20);
  }
}

describe("a server that is told to stop", { timeout: 60_000 }, () => {
  it("takes no new phones, lets those in mid-transfer end, and ends in order as soon as they have their files", async () => {
    const server = await started(await folderWithFiles());
    const byHttp = await beginHttp(server);
    const byTftp = await beginTftp(server);
    const told = performance.now();
    const stopped = server.stop();
    await untilRefused(httpPort(server));
    const [overHttp, overTftp] = await Promise.all([byHttp.rest(), byTftp.rest()]);
    expect(overHttp.equals(image)).toBe(true);
    expect(overTftp.equals(ringtone)).toBe(true);
    expect(await stopped).toBe(0);
    // Nobody waits for the time of grace when there is nothing to wait for.
    expect(performance.now() - told).toBeLessThan(4500);
  });

  it("waits for no phone that never reads, for half a request, nor for one that keeps its connection: it ends in order within 10 s", async () => {
    const server = await started(await folderWithFiles());
    await beginHttp(server);
    await beginTftp(server);
    const half = net.connect(httpPort(server), "127.0.0.1", () => half.write("GET /image.sbn HT"));
    const silent = net.connect(httpPort(server), "127.0.0.1");
    const kept = net.connect(httpPort(server), "127.0.0.1", () =>
      kept.write("GET /ring.raw HTTP/1.1\r\nHost: x\r\n\r\n"),
    );
    for (const socket of [half, silent, kept]) socket.on("error", () => undefined).on("close", () => socket.destroy());
    await once(kept, "data");
    const told = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - told).toBeLessThan(10_000);
  });
});

describe("a server that is told to stop in the middle of writing a file", { timeout: 60_000 }, () => {
  const writing = "test/support/unfinished-write.ts";

  it("still lets a phone have the rest of its file", async () => {
    const server = await startServer(await folderWithFiles(), undefined, {}, [writing]);
    onTestFinished(() => server.kill());
    const phone = await beginHttp(server);
    const stopped = server.stop();
    await untilRefused(httpPort(server));
    expect((await phone.rest()).equals(image)).toBe(true);
    expect(await stopped).toBe(0);
  });

  it("ends at once when it is told a second time", async () => {
    const server = await startServer(await folderWithFiles(), undefined, {}, [writing]);
    onTestFinished(() => server.kill());
    await beginHttp(server);
    const stopped = server.stop();
    await untilRefused(httpPort(server));
    const told = performance.now();
    await expect(Promise.all([stopped, server.stop()])).rejects.toThrow("the server ended with SIGTERM");
    expect(performance.now() - told).toBeLessThan(2000);
  });
});

describe("a server that is killed in the middle of transfers", { timeout: 60_000 }, () => {
  it("gives the same phones their files when it is started again", async () => {
    const folder = await folderWithFiles();
    const first = await started(folder);
    const byHttp = await beginHttp(first);
    const byTftp = await beginTftp(first);
    await first.kill();
    await expect(byHttp.rest()).rejects.toThrow();
    await expect(byTftp.rest()).rejects.toThrow("no packet came");

    const second = await started(folder);
    expect((await ask(httpPort(second), "/image.sbn")).body.equals(image)).toBe(true);
    const { body } = await fetchTftp({ host: "127.0.0.1", port: second.phones.tftpPort ?? 0, path: "ring.raw" });
    expect(body.equals(ringtone)).toBe(true);
  });
});
