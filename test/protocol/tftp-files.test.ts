import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { OpenFiles } from "../../server/tftp/open-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("many files are read through few descriptors, each to its end", async () => {
  const folder = await temporaryFolder();
  const files = new OpenFiles(3);
  const names = Array.from({ length: 40 }, (_, index) => `file-${index}`);
  const texts = names.map(async (name) => {
    await writeFile(join(folder, name), name.padEnd(20, "."));
    const file = await files.use(join(folder, name));
    const parts = [Buffer.alloc(10), Buffer.alloc(10)];
    for (const [index, part] of parts.entries()) await files.read(file, part, index * 10);
    expect(files.descriptors).toBeLessThanOrEqual(3);
    await files.release(file);
    return Buffer.concat(parts).toString();
  });
  expect(await Promise.all(texts)).toEqual(names.map((name) => name.padEnd(20, ".")));
  expect(files.descriptors).toBe(0);
});

test("who reads the same file shares the descriptor, and the last one closes it", async () => {
  const path = join(await temporaryFolder(), "file");
  await writeFile(path, "text");
  const files = new OpenFiles(3);
  const [one, other] = await Promise.all([files.use(path), files.use(path)]);
  await Promise.all([one, other].map((file) => files.read(file, Buffer.alloc(4), 0)));
  expect(files.descriptors).toBe(1);
  await files.release(one);
  expect(await files.read(other, Buffer.alloc(4), 0)).toBe(4);
  await files.release(other);
  expect(files.descriptors).toBe(0);
});

test("a file that was replaced while its descriptor was closed is not mixed with the new one", async () => {
  const folder = await temporaryFolder();
  const [path, newer] = [join(folder, "file"), join(folder, "newer")];
  await writeFile(path, "the old text");
  await writeFile(newer, "the new and longer text");
  const files = new OpenFiles(1);
  const old = await files.use(path);
  await files.read(old, Buffer.alloc(4), 0);
  await rename(newer, path);
  const replaced = await files.use(path);
  await files.read(replaced, Buffer.alloc(4), 0);
  await expect(files.read(old, Buffer.alloc(4), 4)).rejects.toThrow("the file was replaced while it was sent");
  expect(await files.read(replaced, Buffer.alloc(4), 4)).toBe(4);
  await Promise.all([old, replaced].map((file) => files.release(file)));
  expect(files.descriptors).toBe(0);
});
