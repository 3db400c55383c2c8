import { stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { expect, test } from "vitest";
import { createShelf } from "../../server/firmware/shelf.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test.each([
  ["letters", "a"],
  ["letters and dots", "a."],
  ["letters and hyphens", "a-"],
  ["endings that are none", ".sbx"],
])("a list that is one run of %s does not hold anybody up", async (_name, part) => {
  const root = await temporaryFolder();
  await writeFile(join(root, "x.loads"), part.repeat(65_536 / part.length));
  const begun = performance.now();
  await createShelf(root);
  expect(performance.now() - begun).toBeLessThan(400);
});

test("the names in a list are found beside whatever bytes it has between them", async () => {
  const root = await temporaryFolder();
  await writeFile(join(root, "x.loads"), "\0\x18kern88xx.12.sbn\0-rootfs.12.zz.sgn\0\xffdsp(1).bin\0notes.txt\0");
  expect((await createShelf(root)).missing("x", ".loads")).toEqual([
    "kern88xx.12.sbn",
    "rootfs.12.zz.sgn",
    "dsp(1).bin",
  ]);
});

test("a list is read again only when its size or its time is another", async () => {
  const root = await temporaryFolder();
  const path = join(root, "x.loads");
  await writeFile(path, "\0one.sbn\0");
  const shelf = await createShelf(root);
  const { atime, mtime } = await stat(path);
  // Times of whole milliseconds can be set again as they were.
  const before = new Date(Math.floor(mtime.getTime() / 1000) * 1000);
  await utimes(path, atime, before);
  await shelf.refresh();
  await writeFile(path, "\0two.sbn\0");
  await utimes(path, atime, before);
  await shelf.refresh();
  expect(shelf.missing("x", ".loads")).toEqual(["one.sbn"]);
  await utimes(path, atime, new Date(before.getTime() + 1000));
  await shelf.refresh();
  expect(shelf.missing("x", ".loads")).toEqual(["two.sbn"]);
});
