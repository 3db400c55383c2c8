import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { addSimulateCommand } from "../../server/cli/simulate.ts";
import { parseMac } from "../../server/domain/mac.ts";
import { createDallying } from "../../server/simulate/dallying.ts";
import { givesOwnAddresses, ownAddress } from "../../server/simulate/own-address.ts";

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function bound(): Promise<Socket> {
  const socket = createSocket("udp4");
  const listening = once(socket, "listening");
  socket.bind(0, "127.0.0.1");
  await listening;
  return socket;
}

/** The addresses that two phones ask from over both protocols, told to by `offhook simulate`; nobody gets anything. */
async function askedFrom(...options: readonly string[]): Promise<readonly string[]> {
  const seen = new Set<string>();
  const web = createServer(({ socket }, response) => {
    seen.add(`http ${socket.remoteAddress}`);
    response.writeHead(404).end();
  });
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const tftp = await bound();
  tftp.on("message", (_, { port, address }) => {
    seen.add(`tftp ${address}`);
    tftp.send(Buffer.from("\x00\x05\x00\x01no\x00"), port, address);
  });
  closers.push(
    () => web.close(),
    () => tftp.close(),
  );
  const { port } = web.address() as AddressInfo;
  const server = ["--server", "localhost", "--tftp-port", `${tftp.address().port}`, "--http-port", `${port}`];
  const phones = ["--model", "cisco/8851-3pcc", "--mac", "00562b043615", "--mac", "02bf00ff0001"];
  const program = new Command();
  addSimulateCommand(program, { out: () => {}, profiles: "profiles", untilSignal: async () => "SIGINT" });
  const told = program.parseAsync(["node", "offhook", "simulate", ...phones, ...server, ...options]);
  await expect(told).rejects.toThrow("2 of 2 phones were not provisioned");
  return [...seen].sort();
}

describe.runIf(process.platform === "linux")("phones that boot from a server on loopback", () => {
  it("each ask from an address of their own when they are told to, over TFTP and HTTP", async () => {
    expect(await askedFrom("--own-addresses")).toEqual([
      "http 127.127.0.1",
      "http 127.68.54.21",
      "tftp 127.127.0.1",
      "tftp 127.68.54.21",
    ]);
  });

  it("otherwise all ask from the machine's address, as from behind one router", async () => {
    expect(await askedFrom()).toEqual(["http 127.0.0.1", "tftp 127.0.0.1"]);
  });

  it.each([
    ["127.0.0.1", true],
    ["localhost", true],
    ["::1", false],
    ["192.0.2.1", false],
  ])("%s: %s", async (host, gives) => {
    expect(await givesOwnAddresses(host)).toBe(gives);
  });
});

it("gives ten thousand phones of one range ten thousand addresses, none of them the server's", () => {
  const addresses = Array.from({ length: 10_000 }, (_, index) => {
    const mac = parseMac((0x02_0f_f0_00_00_00 + index).toString(16).padStart(12, "0"));
    return mac ? ownAddress(mac) : "";
  });
  expect(new Set(addresses).size).toBe(10_000);
  expect([addresses[0], addresses[9999]]).toEqual(["127.64.0.0", "127.64.39.15"]);
});

describe("ports of ended transfers", () => {
  it("are kept for a while and then given back", async () => {
    const socket = await bound();
    const started = performance.now();
    createDallying(50, 10).hold(socket);
    await once(socket, "close");
    expect(performance.now() - started).toBeGreaterThanOrEqual(48);
  });

  it("are given back sooner, the oldest first, when too many are kept", async () => {
    const sockets = [await bound(), await bound(), await bound()];
    const dallying = createDallying(60_000, 2);
    const closed: number[] = [];
    for (const [index, socket] of sockets.entries()) {
      socket.on("close", () => closed.push(index));
      dallying.hold(socket);
    }
    await expect.poll(() => closed).toEqual([0]);
    for (const socket of sockets.slice(1)) socket.close();
  });
});
