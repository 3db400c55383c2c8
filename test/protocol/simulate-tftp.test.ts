import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { fetchOverTftp, TftpError } from "../../server/simulate/tftp-client.ts";

const open: Socket[] = [];
afterEach(() => {
  for (const socket of open.splice(0)) socket.close();
});

interface Peer {
  readonly port: number;
  /** What the client sent, byte by byte. */
  readonly heard: string[];
}

type Answer = (packet: Buffer, from: RemoteInfo, number: number, socket: Socket) => void;

/** A peer that answers the n-th packet as the test says. */
async function peer(answer: Answer, address = "127.0.0.1"): Promise<Peer> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  open.push(socket);
  const heard: string[] = [];
  socket.on("message", (packet, from) => {
    heard.push(packet.toString("latin1"));
    answer(packet, from, heard.length, socket);
  });
  await new Promise<void>((resolve) => socket.bind(0, address, resolve));
  return { port: socket.address().port, heard };
}

const data = (block: number, bytes: string) =>
  Buffer.from(`\x00\x03${String.fromCharCode(block >> 8, block & 0xff)}${bytes}`, "latin1");
const error = (code: number, text: string) =>
  Buffer.from(`\x00\x05\x00${String.fromCharCode(code)}${text}\x00`, "latin1");
const oack = (...texts: string[]) => Buffer.from(`\x00\x06${texts.map((text) => `${text}\x00`).join("")}`, "latin1");
const full = "x".repeat(512);
const waits = [20, 40, 80];

const replies = (...packets: Buffer[]): Answer => {
  const left = [...packets];
  return (_, from, __, socket) => {
    const packet = left.shift();
    if (packet) socket.send(packet, from.port, from.address);
  };
};

const ask = (port: number, more = {}) => fetchOverTftp({ host: "127.0.0.1", port, name: "a.xml", waits, ...more });

describe("a TFTP client as phones have it", () => {
  it("reads a file in blocks of 512 bytes, without options, and acknowledges the last one", async () => {
    const { port, heard } = await peer(replies(data(1, full), data(2, full), data(3, "")));
    expect((await ask(port)).bytes.toString()).toBe(full + full);
    await expect.poll(() => heard).toHaveLength(4);
    expect(heard).toEqual(["\x00\x01a.xml\x00octet\x00", "\x00\x04\x00\x01", "\x00\x04\x00\x02", "\x00\x04\x00\x03"]);
  });

  it("adds zero bytes to the request as a 7960 does", async () => {
    const { port, heard } = await peer(replies(data(1, "x")));
    await ask(port, { padding: 7 });
    expect(heard[0]).toBe("\x00\x01a.xml\x00octet\x00\x00\x00\x00\x00\x00\x00\x00");
  });

  it("asks for options and takes a smaller block size", async () => {
    const { port, heard } = await peer(replies(oack("BLKSIZE", "8", "tsize", "9"), data(1, "12345678"), data(2, "9")));
    const file = await ask(port, { blksize: 1428, tsize: true });
    expect({ ...file, bytes: file.bytes.toString() }).toEqual({ bytes: "123456789", size: 9 });
    expect(heard.slice(0, 2)).toEqual([
      "\x00\x01a.xml\x00octet\x00blksize\x001428\x00tsize\x000\x00",
      "\x00\x04\x00\x00",
    ]);
  });

  it("goes on with 512 bytes where options are ignored", async () => {
    const { port } = await peer(replies(data(1, full), data(2, "")));
    expect((await ask(port, { blksize: 1428 })).bytes).toHaveLength(512);
  });

  it("survives a lost request, a lost block and a lost acknowledgement", async () => {
    const { port, heard } = await peer((_, from, number, socket) => {
      // 1: the request is lost. 2: block 1. 3: its ACK, but block 2 is lost. 4: the ACK again, answered with block 1
      // as if no ACK had come. 5: the ACK of that.
      const answers: Readonly<Record<number, Buffer>> = { 2: data(1, full), 4: data(1, full), 5: data(2, "end") };
      const packet = answers[number];
      if (packet) socket.send(packet, from.port, from.address);
    });
    expect((await ask(port)).bytes.toString()).toBe(`${full}end`);
    expect(heard.slice(0, 5).map((packet) => packet.slice(0, 4))).toEqual([
      "\x00\x01a.",
      "\x00\x01a.",
      "\x00\x04\x00\x01",
      "\x00\x04\x00\x01",
      "\x00\x04\x00\x01",
    ]);
  });

  it("takes nothing from another port once the transfer has begun, and tells it so", async () => {
    const stranger = createSocket("udp4");
    open.push(stranger);
    const told = new Promise<string>((resolve) => {
      stranger.on("message", (packet) => resolve(packet.toString("latin1")));
    });
    const { port } = await peer((_, from, number, socket) => {
      if (number === 1) return socket.send(data(1, full), from.port, from.address);
      stranger.send(data(2, "forged"), from.port, from.address, () => {
        void told.then(() => socket.send(data(2, "real"), from.port, from.address));
      });
    });
    expect((await ask(port, { waits: [2000] })).bytes.toString()).toBe(`${full}real`);
    expect(await told).toBe("\x00\x05\x00\x05unknown transfer\x00");
  });

  it("follows a server that answers from a port of its own", async () => {
    const side = createSocket("udp4");
    open.push(side);
    const { port, heard } = await peer((_, from) => side.send(data(1, "x"), from.port, from.address));
    expect((await ask(port)).bytes.toString()).toBe("x");
    expect(heard).toHaveLength(1);
  });

  it.each<readonly [string, Buffer]>([
    ["a block from the middle of a file", data(2, "stranger")],
    ["an acknowledgement", Buffer.from("\x00\x04\x00\x01")],
  ])("ignores what was meant for another phone: %s", async (_, packet) => {
    const stranger = await peer(() => {});
    const { port, heard } = await peer((_request, from, number, socket) => {
      const answer = () => socket.send(data(1, "own"), from.port, from.address);
      if (number === 1) open[0]?.send(packet, from.port, from.address, answer);
    });
    expect((await ask(port, { waits: [2000] })).bytes.toString()).toBe("own");
    await expect.poll(() => heard).toHaveLength(2);
    expect([heard[1], stranger.heard]).toEqual(["\x00\x04\x00\x01", []]);
  });

  it("never answers an error with an error", async () => {
    const stranger = await peer(() => {});
    const { port } = await peer((_, from, number, socket) => {
      if (number === 1) return socket.send(data(1, full), from.port, from.address);
      if (number > 2) return;
      const late = (packet: Buffer, sent: () => void) => open[0]?.send(packet, from.port, from.address, sent);
      late(error(5, "?"), () => late(data(9, "?"), () => socket.send(data(2, "end"), from.port, from.address)));
    });
    expect((await ask(port, { waits: [2000] })).bytes.toString()).toBe(`${full}end`);
    await expect.poll(() => stranger.heard).toEqual(["\x00\x05\x00\x05unknown transfer\x00"]);
  });

  it("acknowledges the last block again when that acknowledgement was lost, though it has its file", async () => {
    const { port, heard } = await peer((_, from, number, socket) => {
      if (number <= 3) socket.send(data(1, "all"), from.port, from.address);
    });
    expect((await ask(port, { waits: [2000] })).bytes.toString()).toBe("all");
    await expect.poll(() => heard).toHaveLength(4);
    expect(heard.slice(1)).toEqual(["\x00\x04\x00\x01", "\x00\x04\x00\x01", "\x00\x04\x00\x01"]);
  });

  it("says once more that it wants no more of a file, when the server begins it again", async () => {
    const { port, heard } = await peer((_, from, number, socket) => {
      if (number <= 2) socket.send(data(1, full), from.port, from.address);
    });
    await ask(port, { beginningOnly: true, waits: [2000] });
    await expect.poll(() => heard).toHaveLength(3);
    expect(heard.slice(1)).toEqual(["\x00\x05\x00\x00that is enough\x00", "\x00\x05\x00\x00that is enough\x00"]);
  });

  it.each<readonly [string, Answer]>([
    ["has its file", replies(data(1, "x"))],
    ["was told that there is none", replies(error(1, "File not found"))],
    ["has given up", () => {}],
  ])("turns a late answer to a repeated request away when it %s", async (_, answer) => {
    const second = await peer(() => {});
    const late = open[0];
    let client: RemoteInfo | undefined;
    const { port } = await peer((packet, from, number, socket) => {
      client = from;
      answer(packet, from, number, socket);
    });
    await ask(port).catch(() => {});
    late?.send(data(1, "again"), client?.port ?? 0, "127.0.0.1");
    await expect.poll(() => second.heard).toEqual(["\x00\x05\x00\x05unknown transfer\x00"]);
  });

  it("keeps its port from the next phone while late packets may come", async () => {
    let used = 0;
    const { port } = await peer((_, from, number, socket) => {
      used = from.port;
      if (number === 1) socket.send(data(1, "x"), from.port, from.address);
    });
    await ask(port);
    const next = createSocket("udp4");
    open.push(next);
    const refused = new Promise((resolve) => next.once("error", resolve).once("listening", () => resolve("bound")));
    next.bind(used, "127.0.0.1");
    expect(await refused).toMatchObject({ code: "EADDRINUSE" });
  });

  it("counts blocks beyond 65535", async () => {
    let block = 0;
    const { port } = await peer((_, from, number, socket) => {
      if (number > 1) block += 1;
      const packet = number === 1 ? oack("blksize", "8") : data(block & 0xffff, block <= 65_537 ? "12345678" : "");
      socket.send(packet, from.port, from.address);
    });
    expect((await ask(port, { blksize: 8, waits: [5000] })).bytes).toHaveLength(65_537 * 8);
  });

  it("asks over IPv6", async () => {
    const { port } = await peer(replies(data(1, "six")), "::1");
    const file = await fetchOverTftp({ host: "0:0:0:0:0:0:0:1", port, name: "a", waits });
    expect(file.bytes.toString()).toBe("six");
  });

  it("only looks whether a file is there", async () => {
    const { port, heard } = await peer(replies(data(1, full)));
    await ask(port, { beginningOnly: true });
    await expect.poll(() => heard).toHaveLength(2);
    expect(heard[1]).toBe("\x00\x05\x00\x00that is enough\x00");
  });

  it.each<readonly [string, Answer, TftpError["code"], string]>([
    ["a clean no", replies(error(1, "File not found")), 1, "File not found"],
    ["a refusal without a text", replies(error(2, "")), 2, "no reason given"],
    ["a text that is not printable", replies(error(2, "a\x1b[31m\xff")), 2, "a?[31m?"],
    ["an error in the middle", replies(data(1, full), error(3, "disk")), 3, "disk"],
    ["silence", () => {}, "silent", "no answer"],
    ["rubbish", replies(Buffer.from([0]), Buffer.from("\x00\x09\x00\x00")), "silent", "no answer"],
    ["silence in the middle", replies(data(1, full)), "broken", "no answer after block 1"],
    ["a block that is too long", replies(data(1, `${full}x`)), "broken", "a block is longer than 512 bytes"],
    [
      "a block size that was not asked for",
      replies(oack("blksize", "1024")),
      "broken",
      "the server chose a block size of 1024",
    ],
  ])("reports %s", async (_, answer, code, message) => {
    const { port } = await peer(answer);
    const failure = await ask(port).catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(TftpError);
    expect(failure).toMatchObject({ code, message });
  });

  it("repeats after each wait and gives up after the last", async () => {
    const { port, heard } = await peer(() => {});
    const started = performance.now();
    await expect(ask(port)).rejects.toThrow("no answer");
    expect(heard).toHaveLength(3);
    expect(performance.now() - started).toBeGreaterThanOrEqual(138);
    expect(performance.now() - started).toBeLessThan(1000);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const { port } = await peer(() => stop.abort(new Error("enough")));
    await expect(fetchOverTftp({ host: "127.0.0.1", port, name: "a" }, stop.signal)).rejects.toThrow("enough");
    await expect(fetchOverTftp({ host: "127.0.0.1", port, name: "a" }, stop.signal)).rejects.toThrow("enough");
  });
});
