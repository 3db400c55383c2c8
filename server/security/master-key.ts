import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** Where the key that secrets are sealed with comes from; `given` is hex or base64 of 32 bytes. */
export interface MasterKeySource {
  readonly given?: string | undefined;
  readonly file?: string | undefined;
  readonly dataFolder: string;
}

/** 32 bytes: given, read from a file, or made once in the data folder with mode 0600. Throws saying what to do. */
export function loadMasterKey({ given, file, dataFolder }: MasterKeySource): Buffer {
  if (given !== undefined) return decodeKey(given, "OFFHOOK_MASTER_KEY");
  if (file !== undefined) return decodeKey(readFileSync(file, "utf8"), file);
  return keptSecret(join(dataFolder, "master.key"), (text, path) => decodeKey(text, path), 32);
}

/**
 * A secret of this installation: read from its file, or made at random (`bytes`, as base64url) with mode 0600. It is
 * written beside and linked into place when it is whole, so that a crash or a full disk never leaves an empty one.
 */
export function keptSecret<Value>(path: string, decode: (text: string, path: string) => Value, bytes: number): Value {
  if (!existsSync(path)) makeSecret(path, bytes);
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new Error(`${path} can be read by others; run: chmod 600 ${path}`);
  }
  const text = readFileSync(path, "utf8").trim();
  if (text.length < bytes)
    throw new Error(`${path} is damaged; put the former file back, or remove it to have a new one made`);
  return decode(text, path);
}

function makeSecret(path: string, bytes: number): void {
  const draft = `${path}.${process.pid}`;
  const handle = openSync(draft, "w", 0o600);
  try {
    writeSync(handle, `${randomBytes(bytes).toString("base64url")}\n`);
    fsyncSync(handle);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    closeSync(handle);
    unlinkSync(draft);
  }
}

function decodeKey(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const key = /^[0-9a-f]{64}$/i.test(trimmed) ? Buffer.from(trimmed, "hex") : Buffer.from(trimmed, "base64");
  if (key.length !== 32) throw new Error(`${where}: the master key must be 32 bytes, as hex or base64`);
  return key;
}
