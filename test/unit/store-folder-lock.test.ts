import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type FolderLock, lockFolder } from "../../server/store/folder-lock.ts";
import { ownIdentity } from "../../server/store/process-identity.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

describe("the lock of the data folder", () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await temporaryFolder();
    path = join(folder, "offhook.lock");
  });

  const lock = async (times = { beat: 20, silence: 200 }): Promise<FolderLock> => {
    const taken = await lockFolder(folder, pino({ level: "silent" }), times);
    onTestFinished(() => taken.release());
    return taken;
  };

  const leaveLock = (identity: object) => writeFile(path, JSON.stringify({ ...ownIdentity(), ...identity }));
  const holder = async () => JSON.parse(await readFile(path, "utf8")).pid;

  test("is refused while a live process has it, naming the file and the process", async () => {
    await lock();
    const refused = lock();
    await expect(refused).rejects.toMatchObject({ code: "STORE_UNAVAILABLE" });
    await expect(refused).rejects.toThrow(`${path}: the data folder is in use by process ${process.pid}`);
    expect(await readdir(folder)).toEqual(["offhook.lock"]);
  });

  test("is free again when it was released", async () => {
    await (await lock()).release();
    await (await lock()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  test("of a process that ended is taken over", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    await leaveLock({ pid: child.pid });
    await lock();
    expect(await holder()).toBe(process.pid);
    expect(await readdir(folder)).toEqual(["offhook.lock"]);
  });

  test("of a process whose number was given to another one is taken over", async () => {
    await leaveLock({ started: "1" });
    await lock();
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(ownIdentity());
  });

  test("from before the machine was restarted is taken over", async () => {
    await leaveLock({ boot: "an earlier one" });
    await lock();
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(ownIdentity());
  });

  test("that makes no sense is taken over when nobody renews it", async () => {
    await writeFile(path, "{");
    await lock();
    expect(await holder()).toBe(process.pid);
  });

  test("of another container is respected while that renews it, although it has our process number", async () => {
    await leaveLock({ namespace: "pid:[1]", host: "another" });
    const renewal = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, 20);
    onTestFinished(() => clearInterval(renewal));
    await expect(lock()).rejects.toThrow(`in use by process ${process.pid} on another`);
    clearInterval(renewal);
    await lock();
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual(ownIdentity());
  });

  test("is given to exactly one of many that find a dead one at the same time", async () => {
    await leaveLock({ boot: "an earlier one" });
    const outcomes = await Promise.allSettled(Array.from({ length: 10 }, () => lock()));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(await readdir(folder)).toEqual(["offhook.lock"]);
  });

  test("that another process took over fails every check from then on, and is not removed by us", async () => {
    const taken = await lock();
    expect(() => taken.check()).not.toThrow();
    await writeFile(`${path}.other`, "{}");
    await rename(`${path}.other`, path);
    await vi.waitFor(() => expect(() => taken.check()).toThrow("took the data folder over"));
    await taken.release();
    expect(await readFile(path, "utf8")).toBe("{}");
  });
});
