import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Delivery, PhoneReply } from "../../server/domain/exchange.ts";
import { createTftpReader } from "../../server/tftp/phones.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { someBytes } from "../support/tftp-server.ts";

const request = { path: "ring.raw", mode: "octet", address: "127.0.0.1", port: 1024 } as const;

/** A file of the shelf with so many bytes, and what reads it for phones. */
async function onShelf(size: number) {
  const root = await temporaryFolder();
  const file = join(root, "ring.raw");
  await writeFile(file, someBytes(size));
  const deliveries: Delivery[] = [];
  const done = (delivery: Delivery) => void deliveries.push(delivery);
  const reply: PhoneReply = { file, name: "ring.raw", root, size, contentType: "application/octet-stream", done };
  return { file, deliveries, read: createTftpReader(async () => reply) };
}

describe("a file of the shelf", () => {
  test("of at most 16 KB comes as bytes, and its delivery is told", async () => {
    const { deliveries, read } = await onShelf(16_384);
    const content = await read(request);
    expect("body" in content && content.body.equals(someBytes(16_384))).toBe(true);
    content.done({ completed: true, bytes: 16_384 });
    expect(deliveries).toEqual([{ completed: true, bytes: 16_384 }]);
  });

  test("that is larger is streamed", async () => {
    const { file, read } = await onShelf(16_385);
    expect(await read(request)).toMatchObject({ file, size: 16_385 });
  });

  test("that is gone is left to the transfer, which says so", async () => {
    const { file, read } = await onShelf(100);
    await rm(file);
    expect(await read(request)).toMatchObject({ file, size: 100 });
  });
});
