import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("a small file", () => {
  let path: string;
  let files: SmallFiles;

  beforeEach(async () => {
    path = join(await temporaryFolder(), "ring.raw");
    await writeFile(path, "first");
    files = new SmallFiles();
    vi.useFakeTimers({ toFake: ["performance"] });
  });
  afterEach(() => void vi.useRealTimers());

  const text = async (size = 5) => (await files.read(path, size))?.bytes.toString();

  it("is read once for all who ask within a second, and again after it", async () => {
    expect(await text()).toBe("first");
    await writeFile(path, "other");
    vi.advanceTimersByTime(999);
    expect(await text()).toBe("first");
    vi.advanceTimersByTime(1);
    expect(await text()).toBe("other");
  });

  it("is read again at once where it is known to have another size", async () => {
    expect(await text()).toBe("first");
    await writeFile(`${path}.new`, "longer");
    await rename(`${path}.new`, path);
    expect(await text(6)).toBe("longer");
  });

  it.each([
    ["is known to be large", 64 * 1024 + 1, async () => {}],
    ["is larger than it was known to be", 5, () => writeFile(path, Buffer.alloc(64 * 1024 + 1))],
    ["is not there", 5, () => rm(path)],
  ])("is not had from memory when it %s", async (_what, size, happens) => {
    await happens();
    expect(await files.read(path, size)).toBeUndefined();
  });
});
