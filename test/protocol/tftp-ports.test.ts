import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, onTestFinished, test } from "vitest";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp } from "../support/tftp-phone.ts";
import { someBytes, startTftp } from "../support/tftp-server.ts";

const files = { file: someBytes(3000) };

describe("data ports", () => {
  test("a few are shared by all transfers, none of them the listening port", async () => {
    const tftp = await startTftp({ files, limits: { dataSockets: 3 } });
    const ports = await portsOf(12, tftp.port);
    expect(ports.size).toBe(3);
    expect(ports).not.toContain(tftp.port);
  });

  test("single: everything runs over the listening port", async () => {
    const tftp = await startTftp({ files, dataPorts: "single" });
    expect(await portsOf(12, tftp.port)).toEqual(new Set([tftp.port]));
    const fetches = Array.from({ length: 20 }, () => fetchTftp({ host: "127.0.0.1", port: tftp.port, path: "file" }));
    for (const { body } of await Promise.all(fetches)) expect(body.equals(files.file)).toBe(true);
  });

  test("single: a packet of no transfer gets error 5, an ERROR gets nothing", async () => {
    const tftp = await startTftp({ files, dataPorts: "single" });
    const phone = await aPhone();
    phone.fail(1, "what?", tftp.port);
    phone.ack(7, tftp.port);
    expect(await phone.nextError()).toMatchObject({ code: 5 });
    expect(phone.waiting()).toBe(0);
  });

  test("single: a phone that asks for another file from the same port gets that", async () => {
    const tftp = await startTftp({ files: { ...files, small: "small", other: "other" }, dataPorts: "single" });
    const phone = await aPhone();
    for (const path of ["file", "small", "other"]) {
      phone.ask(tftp.port, path);
      expect(await phone.nextData()).toMatchObject({ block: 1 });
    }
    phone.ack(1, tftp.port);
    expect(await tftp.told(3)).toMatchObject([
      { path: "file", completed: false },
      { path: "small", completed: false },
      { path: "other", completed: true },
    ]);
  });

  test("a range is kept to, around the ports that are taken in it", async () => {
    const { from, taken } = await takeAPort();
    const tftp = await startTftp({ files, dataPorts: { from, to: from + 2 } });
    const ports = await portsOf(12, tftp.port);
    expect(ports.size).toBeGreaterThan(0);
    for (const port of ports) expect([from + 1, from + 2]).toContain(port);
    expect(ports).not.toContain(taken);
  });

  test("a range without a free port is refused with the system's code", async () => {
    const { taken } = await takeAPort();
    const started = startTftp({ dataPorts: { from: taken, to: taken } });
    await expect(started).rejects.toMatchObject({
      code: "EADDRINUSE",
      message: `no TFTP data port from ${taken} to ${taken} can be bound`,
    });
  });
});

test("a listening port that is taken is refused with the system's code", async () => {
  const { taken } = await takeAPort();
  await expect(startTftp({ port: taken })).rejects.toMatchObject({ code: "EADDRINUSE", syscall: "bind" });
});

describe("closing", () => {
  test("breaks off what is under way, and the port is free again", async () => {
    const tftp = await startTftp({ files });
    const phone = await aPhone();
    phone.ask(tftp.port, "file");
    phone.ack(1, (await phone.nextData()).port);
    await phone.nextData();
    await tftp.server.close();
    expect(tftp.outcomes).toEqual([
      { path: "file", completed: false, bytes: 512, reason: "the server is shutting down" },
    ]);
    const next = await startTftp({ files, port: tftp.port });
    expect(next.port).toBe(tftp.port);
  });

  for (const dataPorts of ["any", "single"] as const) {
    test(`lets transfers finish and takes no more requests (${dataPorts})`, async () => {
      const tftp = await startTftp({ files, dataPorts });
      const [phone, late] = [await aPhone(), await aPhone()];
      phone.ask(tftp.port, "file");
      const { port } = await phone.nextData();
      const closed = tftp.server.close(5000);
      late.ask(tftp.port, "file");
      for (let block = 1; block < 6; block += 1) {
        phone.ack(block, port);
        expect(await phone.nextData()).toMatchObject({ block: block + 1 });
      }
      phone.ack(6, port);
      await closed;
      expect(tftp.outcomes).toEqual([{ path: "file", completed: true, bytes: 3000 }]);
      expect(late.waiting()).toBe(0);
      expect(tftp.requests).toHaveLength(1);
    });
  }

  test("does not wait for a read that hangs, and tells its content when it comes", async () => {
    const tftp = await startTftp({ files, isHeld: true });
    const phone = await aPhone();
    phone.ask(tftp.port, "file");
    await expect.poll(() => tftp.requests.length).toBe(1);
    await tftp.server.close();
    expect(tftp.outcomes).toEqual([]);
    tftp.release();
    expect(await tftp.told()).toMatchObject([{ completed: false, bytes: 0, reason: "the server is shutting down" }]);
  });

  test("may be asked for twice", async () => {
    const tftp = await startTftp();
    await Promise.all([tftp.server.close(), tftp.server.close()]);
    await tftp.server.close();
  });
});

/** The server's ports that so many phones are answered from. */
async function portsOf(phones: number, port: number): Promise<Set<number>> {
  const ports = new Set<number>();
  for (let i = 0; i < phones; i += 1) {
    const phone = await aPhone();
    phone.ask(port, "file");
    ports.add((await phone.nextData()).port);
  }
  return ports;
}

/** A port that is taken, below which a range may start at `from`. */
async function takeAPort(): Promise<{ from: number; taken: number }> {
  const socket = createSocket("udp4");
  const bound = once(socket, "listening");
  socket.bind(0, "127.0.0.1");
  await bound;
  onTestFinished(() => void socket.close());
  const { port } = socket.address();
  return { from: port, taken: port };
}

async function aPhone() {
  const phone = await openTftpPhone();
  onTestFinished(() => phone.close());
  return phone;
}
