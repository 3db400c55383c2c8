import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { open } from "node:fs/promises";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

/** Not everywhere may a test mount a file system; on Linux with user namespaces it may. */
export const canMount = spawnSync("sh", ["-c", "unshare -rm mount -t tmpfs none /mnt"]).status === 0;
if (!canMount) console.warn("Disks that are full or may only be read are NOT tested: nothing may be mounted here.");

/**
 * The path of a file system in memory, in a mount namespace of a process that ends with the test. Gets commands of the
 * shell to run in it first, such as `mount -o remount,ro .`.
 */
export async function mountDisk(megabytes: number, first = ":"): Promise<string> {
  const folder = await temporaryFolder();
  const mount = `mount -t tmpfs -o size=${megabytes}m none ${folder}`;
  const script = `${mount} && cd ${folder} && ${first} && cd / && echo ready && exec sleep 300`;
  const holder = spawn("sh", ["-c", 'exec unshare -rm sh -c "$0"', script], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void holder.kill("SIGKILL"));
  await once(holder.stdout, "data");
  return `/proc/${holder.pid}/root${folder}`;
}

/** Writes a file until nothing more fits on its disk. */
export async function fillDisk(path: string): Promise<void> {
  const file = await open(path, "w");
  try {
    for (let length = 64 * 1024; length >= 1; ) {
      const { bytesWritten } = await file.write(Buffer.alloc(length)).catch((thrown: NodeJS.ErrnoException) => {
        if (thrown.code !== "ENOSPC") throw thrown;
        return { bytesWritten: 0 };
      });
      if (bytesWritten === 0) length = Math.floor(length / 2);
    }
  } finally {
    await file.close();
  }
}
