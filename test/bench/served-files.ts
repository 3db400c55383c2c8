import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { DeviceFile } from "./device-files.ts";

/** One file that every server beside Offhook has too. */
export interface ServedFile {
  /** As it is asked for, with the slash. */
  readonly path: string;
  /** Where its bytes are on the disk. */
  readonly disk: string;
  readonly bytes: number;
}

export interface ServedFiles {
  /** What the plain servers are pointed at: all of the files. */
  readonly root: string;
  readonly configuration: ServedFile;
  readonly image: ServedFile;
  readonly own: readonly ServedFile[];
  close(): Promise<void>;
}

const configurationBytes = 12 * 1024;
const imageBytes = 20 * 1024 * 1024;

/** Writes a 12 KB file and a 20 MB image into `shelf` and, with the phones' own files, into a folder that anyone may read. */
export async function writeServedFiles(shelf: string, own: readonly DeviceFile[]): Promise<ServedFiles> {
  const root = await mkdtemp(join(tmpdir(), "offhook-served-"));
  // The servers beside us read it as another user.
  await chmod(root, 0o755);
  const write = async (path: string, body: Buffer): Promise<ServedFile> => {
    const disk = join(root, path);
    await writeFile(disk, body, { mode: 0o644 });
    return { path, disk, bytes: body.length };
  };
  const onShelf = async (path: string, body: Buffer) => {
    const file = join(shelf, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body);
    return write(path, body);
  };
  return {
    root,
    configuration: await onShelf("/bench-12k.bin", noise(configurationBytes)),
    image: await onShelf("/bench-20m.bin", noise(imageBytes)),
    own: await Promise.all(own.map(({ path, base64 }) => write(path, Buffer.from(base64, "base64")))),
    close: () => rm(root, { recursive: true, force: true }),
  };
}

/** The same bytes every time, no two blocks alike. */
function noise(bytes: number): Buffer {
  const body = Buffer.allocUnsafe(bytes);
  let state = 0x9e3779b9;
  for (let index = 0; index < bytes; index += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    body.writeUInt32LE(state, index);
  }
  return body;
}
