import type { Provision } from "../domain/exchange.ts";
import { SmallFiles } from "../lib/small-files.ts";
import type { TftpContent, TftpRequest } from "./parts.ts";

/**
 * Thousands of phones that were sent the first block and never answer, each for another file, hold that much each; the
 * longer ones are read block by block.
 */
const mostBytes = 16 * 1024;

/**
 * TFTP as one more way to ask: the request without its protocol, the reply as bytes or as a file to stream. Small files
 * of the shelf come as bytes.
 */
export function createTftpReader(
  provision: Provision,
  smallFiles = new SmallFiles(),
): (request: TftpRequest) => Promise<TftpContent> {
  return async ({ path, address }) => {
    const reply = await provision({ via: "tftp", path, address });
    const done = (outcome: { completed: boolean; bytes: number; reason?: string }) => reply.done(outcome);
    if ("body" in reply) return { body: reply.body, done };
    const small = reply.size > mostBytes ? undefined : await smallFiles.read(reply.file, reply.size);
    return small ? { body: small.bytes, done } : { file: reply.file, size: reply.size, done };
  };
}
