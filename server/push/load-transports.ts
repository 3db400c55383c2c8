import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CreatePushTransport, PushTransport, PushTransportParts } from "../domain/push.ts";

/**
 * Every file of the folder is a transport. Throws naming the file that is none, or that has the name of another: one that
 * was passed over in silence would be missed only when a phone is not told.
 */
export async function loadTransports(
  parts: PushTransportParts,
  folder = join(import.meta.dirname, "transports"),
): Promise<readonly PushTransport[]> {
  const names = (await readdir(folder)).filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith(".d.ts")).sort();
  const transports = new Map<string, PushTransport>();
  for (const file of names) {
    const made = await makeOne(parts, join(folder, file));
    if (transports.has(made.name)) throw new Error(`${join(folder, file)}: there is another transport ${made.name}`);
    transports.set(made.name, made);
  }
  return [...transports.values()];
}

async function makeOne(parts: PushTransportParts, file: string): Promise<PushTransport> {
  const { default: create } = (await import(pathToFileURL(file).href)) as { default?: CreatePushTransport };
  const made: Partial<PushTransport> | undefined = typeof create === "function" ? create(parts) : undefined;
  const hasShape =
    typeof made?.name === "string" &&
    [made.objection, made.send, made.close].every((each) => typeof each === "function");
  if (!hasShape) throw new Error(`${file} is not a transport: its default export makes none`);
  return made as PushTransport;
}
