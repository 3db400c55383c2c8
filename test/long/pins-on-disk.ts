import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

interface PresenceRecord {
  readonly id?: string;
  readonly body?: { readonly pin?: object };
}

/** How many devices have a pin in the store of presence: what a power cut can't take away any more. */
export async function pinsOnDisk(folder: string): Promise<number> {
  const data = join(folder, "data");
  const names = (await readdir(data)).filter((name) => /^presence\..*jsonl$/.test(name) && !name.includes("audit"));
  const texts = await Promise.all(names.map((name) => readFile(join(data, name), "utf8")));
  const lines = texts.flatMap((text) => text.split("\n").slice(0, -1));
  const records = lines.flatMap((line) => {
    const record = JSON.parse(line) as PresenceRecord & { readonly changes?: readonly PresenceRecord[] };
    return record.changes ?? [record];
  });
  return new Set(records.filter(({ body }) => body?.pin !== undefined).map(({ id }) => id)).size;
}
