import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

/** Files hold sealed secrets and who did what: the owner's only. */
export const fileMode = 0o600;
export const folderMode = 0o700;

/** The two operations that meet a full or a failing disk; tests put failures in their place. */
export interface FileOperations {
  /** Writes all the bytes at the position, counted in bytes from the start. */
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves when what was written is on the disk (fdatasync). */
  sync(file: FileHandle): Promise<void>;
}

export const fileOperations: FileOperations = {
  async write(file, bytes, position) {
    // A disk that fills up takes a part of the bytes first and refuses only the next write.
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  },
  sync: (file) => file.datasync(),
};

/** Makes the names in the folder of a file durable: without it a crash may bring back the file that a rename replaced. */
export async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/** The bytes from `start` up to `end`, fewer where the file ends before. */
export async function readBytes(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  let done = 0;
  while (done < bytes.length) {
    const { bytesRead } = await file.read(bytes, done, bytes.length - done, start + done);
    if (bytesRead === 0) {
      break;
    }
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}
