import { mkdir, open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { Failure } from "../domain/failures.ts";
import { isShelfName } from "../domain/shelf-name.ts";
import { confine } from "../lib/confine.ts";
import { syncFolder } from "./file-trouble.ts";
import type { NewFile } from "./ready.ts";

const mostEntries = 10_000;
/** Firmware is compressed already; deflate makes a thousandth of zeros. */
const largestRatio = 200;
const smallEntry = 1024 * 1024;

/**
 * Unpacks a zip into a new folder and tells its files, their names with forward slashes. All or nothing: every entry is
 * checked before the first is written, and whatever fails (INVALID, naming the entry) leaves no folder behind.
 * `mostBytes` is for all files together, unpacked.
 */
export async function unpack(zip: string, folder: string, mostBytes: number): Promise<NewFile[]> {
  const file = await openZip(zip);
  try {
    const entries = await readEntries(file, mostBytes);
    await mkdir(folder, { recursive: true });
    for (const entry of entries) await extract(file, entry, folder);
    await syncFolder(folder);
    return entries.map(({ fileName: name, uncompressedSize: size }) => ({ name, path: join(folder, name), size }));
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    file.close();
  }
}

async function openZip(zip: string): Promise<ZipFile> {
  try {
    return await openPromise(zip, { lazyEntries: true, autoClose: false, strictFileNames: true });
  } catch (error) {
    throw refused(`is no zip: ${(error as Error).message}`, error);
  }
}

/** Its files; folders are made as files need them. */
async function readEntries(file: ZipFile, mostBytes: number): Promise<Entry[]> {
  const files = new Map<string, Entry>();
  const folders = new Set<string>();
  let total = 0;
  for await (const entry of namedEntries(file)) {
    const { fileName, uncompressedSize } = entry;
    if (fileName.endsWith("/") && isShelfName(fileName.slice(0, -1))) continue;
    total += uncompressedSize;
    const trouble = troubleOf(entry) ?? clashOf(fileName, files, folders);
    if (trouble !== undefined) throw refused(`"${fileName.slice(0, 200)}" ${trouble}`);
    if (total > mostBytes) throw refused(`holds more than ${mostBytes} bytes`);
    files.set(fileName.toLowerCase(), entry);
    for (const folder of foldersOf(fileName)) folders.add(folder);
  }
  if (files.size === 0) throw refused("holds no file");
  return [...files.values()];
}

/** The reader itself refuses absolute names, drive letters, backslashes and `..`, and ends at what is damaged. */
async function* namedEntries(file: ZipFile): AsyncGenerator<Entry> {
  if (file.entryCount > mostEntries) throw refused(`holds more than ${mostEntries} entries`);
  try {
    yield* file.eachEntry();
  } catch (error) {
    throw refused(`can't be read: ${(error as Error).message}`, error);
  }
}

const kindMask = 0o170000;
const plainFile = 0o100000;

function troubleOf(entry: Entry): string | undefined {
  const { fileName, compressedSize, uncompressedSize } = entry;
  const unixKind = (entry.externalFileAttributes >>> 16) & kindMask;
  if (!isShelfName(fileName))
    return "is no name for the shelf: hidden, too long, or with characters that phones can't ask for";
  if (unixKind !== 0 && unixKind !== plainFile) return "is a link or something else that is no file";
  if (entry.isEncrypted()) return "is encrypted";
  if (!entry.canDecodeFileData()) return "is packed in a way that is not supported";
  const isBomb = uncompressedSize > smallEntry && uncompressedSize > compressedSize * largestRatio;
  return isBomb ? `unpacks to more than ${largestRatio} times its size` : undefined;
}

/** With what came before it. On the shelf case does not count. */
function clashOf(name: string, files: ReadonlyMap<string, Entry>, folders: ReadonlySet<string>): string | undefined {
  const isFile = files.has(name.toLowerCase());
  if (isFile) return "stands twice in it";
  const isBoth = folders.has(name.toLowerCase()) || foldersOf(name).some((folder) => files.has(folder));
  return isBoth ? "needs one name for a file and a folder" : undefined;
}

/** `a/b/c` lies in `a` and `a/b`; in small letters. */
function foldersOf(name: string): string[] {
  const steps = name.toLowerCase().split("/");
  return steps.slice(1).map((_, index) => steps.slice(0, index + 1).join("/"));
}

async function extract(zip: ZipFile, entry: Entry, folder: string): Promise<void> {
  const path = confine(folder, entry.fileName);
  if (path === undefined) throw refused(`"${entry.fileName}" leads out of its folder`);
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "wx", 0o644);
  try {
    // Read at once: it may fail before anybody listens.
    for await (const chunk of await zip.openReadStreamPromise(entry)) await file.appendFile(chunk as Buffer);
    await file.sync();
  } catch (error) {
    // Of the disk's own trouble there is a code; the reader's has none, or zlib's.
    const { code = "Z_" } = error as NodeJS.ErrnoException;
    throw code.startsWith("Z_") ? refused(`"${entry.fileName}" is damaged: ${(error as Error).message}`, error) : error;
  } finally {
    await file.close();
  }
}

function refused(detail: string, cause?: unknown): Failure {
  return new Failure("INVALID", `the zip: ${detail}`, { cause, errors: [{ pointer: "", code: "zip", detail }] });
}
