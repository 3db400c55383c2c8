import { mkdtemp, readdir, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "tftp";
import { describe, expect, onTestFinished, test } from "vitest";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp, TftpClientError } from "../support/tftp-phone.ts";
import { hasIPv6, someBytes, startTftp } from "../support/tftp-server.ts";

describe("an independent client fetches the very bytes", () => {
  for (const [blockSize, windowSize] of [
    [512, 1],
    [1428, 1],
    [1468, 4],
    [8, 16],
  ] as const) {
    test(`with blksize ${blockSize} and windowsize ${windowSize}`, async () => {
      const body = someBytes(30_001);
      const tftp = await startTftp({ files: { "SIP001721820542.cnf": body } });
      const client = createClient({ host: "127.0.0.1", port: tftp.port, blockSize, windowSize });
      expect(body.equals(await getWhole(client, "SIP001721820542.cnf"))).toBe(true);
      expect(await tftp.told()).toEqual([{ path: "SIP001721820542.cnf", completed: true, bytes: 30_001 }]);
    });
  }

  test("and is told that a file is not there", async () => {
    const tftp = await startTftp();
    const client = createClient({ host: "127.0.0.1", port: tftp.port });
    await expect(getWhole(client, "CTLSEP001721820542.tlv")).rejects.toThrow("does not exist here, on purpose");
  });
});

describe("a phone gets the whole file", () => {
  for (const [length, blocks] of [
    [0, 1],
    [1, 1],
    [511, 1],
    [512, 2],
    [513, 2],
    [5120, 11],
  ] as const) {
    test(`of ${length} bytes in ${blocks} blocks of 512`, async () => {
      const tftp = await startTftp({ files: { file: someBytes(length) } });
      const fetched = await fetchTftp({ host: "127.0.0.1", port: tftp.port, path: "file" });
      expect(fetched.body.equals(someBytes(length))).toBe(true);
      expect(fetched).toMatchObject({ blocks, options: {} });
      expect(await tftp.told()).toEqual([{ path: "file", completed: true, bytes: length }]);
    });
  }

  test("with more than 65535 blocks, whose numbers start over (RFC 1350 section 5 has two bytes for them)", async () => {
    const body = someBytes(600_000);
    const tftp = await startTftp({ files: { image: body } });
    const fetch = { host: "127.0.0.1", port: tftp.port, path: "image", blksize: 8, windowsize: 64 };
    expect((await fetchTftp(fetch)).body.equals(body)).toBe(true);
  });

  test.skipIf(!hasIPv6)("over IPv6 and, from the same server, over IPv4 with its plain address", async () => {
    const tftp = await startTftp({ host: "::", files: { file: someBytes(3000) } });
    for (const host of ["::1", "127.0.0.1"]) {
      const { body } = await fetchTftp({ host, port: tftp.port, path: "file" });
      expect(body.equals(someBytes(3000))).toBe(true);
    }
    expect(tftp.requests.map(({ address }) => address)).toEqual(["::1", "127.0.0.1"]);
  });

  // Two thousand at once, and twenty thousand that never answer: npm run test:hard.
  test("two hundred times at once from one address", async () => {
    const tftp = await startTftp({ files: { file: someBytes(2000) }, limits: { firstTimeoutMs: 5000 } });
    const fetch = { host: "127.0.0.1", port: tftp.port, path: "file", repeatMs: 5000 };
    const fetches = Array.from({ length: 200 }, () => fetchTftp(fetch));
    for (const { body } of await Promise.all(fetches)) expect(body.equals(someBytes(2000))).toBe(true);
    await tftp.told(200);
    expect(tftp.server.stats()).toMatchObject({ active: 0, started: 200, completed: 200, refused: 0 });
  });
});

describe("a file on the shelf", () => {
  test("of 5 MB is streamed, and every descriptor is closed", async () => {
    const body = someBytes(5_000_000);
    const file = await aFile(body);
    const tftp = await startTftp({ files: { image: { file, size: body.length } } });
    const fetch = { host: "127.0.0.1", port: tftp.port, path: "image", blksize: 1428, tsize: true };
    const [once, inWindows] = await Promise.all([fetchTftp(fetch), fetchTftp({ ...fetch, windowsize: 16 })]);
    expect(once.body.equals(body)).toBe(true);
    expect(inWindows.body.equals(body)).toBe(true);
    expect(once.options).toEqual({ blksize: "1428", tsize: "5000000" });
    expect(await tftp.told(2)).toMatchObject([{ completed: true }, { completed: true, bytes: 5_000_000 }]);
    expect(await openDescriptors(file)).toBe(0);
  });

  test("keeps its descriptor only while the phone is there", async () => {
    const file = await aFile(someBytes(1_000_000));
    const limits = { firstTimeoutMs: 10, maxSends: 2 };
    const tftp = await startTftp({ limits, files: { image: { file, size: 1_000_000 } } });
    const fetch = { host: "127.0.0.1", port: tftp.port, path: "image" };
    await expect(fetchTftp({ ...fetch, signal: AbortSignal.timeout(20) })).rejects.toThrow();
    expect(await tftp.told()).toMatchObject([{ completed: false, reason: "the phone does not answer" }]);
    await tftp.server.close();
    expect(await openDescriptors(file)).toBe(0);
  });

  test("that becomes shorter while it is sent ends the transfer without an ERROR packet", async () => {
    const file = await aFile(someBytes(1_000_000));
    const tftp = await startTftp({ files: { image: { file, size: 1_000_000 } } });
    const phone = await openTftpPhone();
    onTestFinished(() => phone.close());
    phone.ask(tftp.port, "image");
    const { port } = await phone.nextData();
    await truncate(file, 50_000);
    for (let block = 1; tftp.outcomes.length === 0; block += 1) {
      phone.ack(block, port);
      await Promise.race([phone.nextData(), tftp.told()]);
    }
    expect(tftp.outcomes).toMatchObject([{ completed: false, reason: "the file could not be read to its end" }]);
    expect(tftp.logged).toMatchObject([{ level: "error", fields: { path: "image" } }, { level: "debug" }]);
    expect(await openDescriptors(file)).toBe(0);
  });

  test("that cannot be opened is silence, not error 1", async () => {
    const tftp = await startTftp({ files: { image: { file: "/nowhere/image.bin", size: 10 } } });
    const silent = fetchTftp({ host: "127.0.0.1", port: tftp.port, path: "image", repeatMs: 100, repeats: 0 });
    await expect(silent).rejects.not.toBeInstanceOf(TftpClientError);
    expect(await tftp.told()).toMatchObject([{ completed: false, bytes: 0 }]);
    expect(tftp.logged).toMatchObject([{ level: "error", fields: { code: "SHELF_UNAVAILABLE" } }, { level: "debug" }]);
  });
});

describe("netascii (RFC 764 as RFC 1350 section 1 has it: CR LF for LF, CR NUL for CR)", () => {
  const lines = "a\r\nb\nc\rd\n\r\n".repeat(300);

  test("gives back exactly the bytes, whatever the block borders cut", async () => {
    const file = await aFile(Buffer.from(lines));
    const tftp = await startTftp({
      files: { body: lines, file: { file, size: lines.length } },
      limits: { fileChunkBytes: 1000 },
    });
    for (const path of ["body", "file"]) {
      for (const blksize of [8, 9, 10, 11, 512]) {
        const fetched = await fetchTftp({ host: "127.0.0.1", port: tftp.port, path, mode: "netascii", blksize });
        expect(fetched.body.toString()).toBe(lines);
      }
    }
  });

  test("tells the size on the wire, or nothing when that is not known", async () => {
    const file = await aFile(Buffer.from(lines));
    const limits = { fileChunkBytes: 1000 };
    const tftp = await startTftp({ limits, files: { body: "a\nb\r", file: { file, size: lines.length } } });
    const fetch = { host: "127.0.0.1", port: tftp.port, mode: "netascii", tsize: true } as const;
    expect((await fetchTftp({ ...fetch, path: "body" })).options).toEqual({ tsize: "6" });
    expect((await fetchTftp({ ...fetch, path: "file" })).options).toEqual({});
  });
});

/** The package closes its stream before it ends it, which the stream consumers of Node take for a failure. */
function getWhole(client: Client, path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  return new Promise((resolve, reject) => {
    const stream = client.createGetStream(path);
    stream.on("data", (part) => parts.push(part));
    stream.on("end", () => resolve(Buffer.concat(parts)));
    stream.on("error", reject);
  });
}

async function aFile(body: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "offhook-tftp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "image.bin"), body);
  return join(folder, "image.bin");
}

/** How many descriptors of this process are open on the file; 0 where the system does not tell. */
async function openDescriptors(file: string): Promise<number> {
  const descriptors = await readdir("/proc/self/fd").catch(() => []);
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => "")));
  return targets.filter((target) => target === file).length;
}
