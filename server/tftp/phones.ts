import type { Provision } from "../domain/exchange.ts";
import type { TftpContent, TftpRequest } from "./parts.ts";

/** TFTP as one more way to ask: the request without its protocol, the reply as bytes or as a file to stream. */
export function createTftpReader(provision: Provision): (request: TftpRequest) => Promise<TftpContent> {
  return async ({ path, address }) => {
    const reply = await provision({ via: "tftp", path, address });
    const done = (outcome: { completed: boolean; bytes: number; reason?: string }) => reply.done(outcome);
    return "body" in reply ? { body: reply.body, done } : { file: reply.file, size: reply.size, done };
  };
}
