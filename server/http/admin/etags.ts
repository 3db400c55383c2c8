import type { FastifyReply } from "fastify";
import { Failure } from "../../domain/failures.ts";

/** A document's version is its ETag. */
export function tagged(reply: FastifyReply, version: number): void {
  reply.header("etag", `"${version}"`);
}

/**
 * The version that a change is meant for; none for `*`. A proxy that compresses makes tags weak, so a weak one counts
 * as well: a version changes with every write.
 */
export function ifMatchOf(header: string | undefined): number | undefined {
  if (header === undefined || header.trim() === "*") return undefined;
  const [, version] = /^(?:W\/)?"(\d{1,15})"$/.exec(header.trim()) ?? [];
  if (version !== undefined) return Number(version);
  const errors = [{ pointer: "", code: "if-match", detail: 'If-Match must be one version in quotes, such as "3"' }];
  throw new Failure("MALFORMED", errors[0]?.detail, { errors });
}
