import { Failure } from "../domain/failures.ts";
import type { DocumentKey, FindQuery } from "../domain/ports.ts";

/** The longest part of a key and the longest unique name, in bytes of UTF-8: PostgreSQL indexes them whole. */
const longestPart = 512;

/** What neither store takes in a key or a unique name: control characters and lone surrogates. */
const unacceptable = /[\p{Cc}\p{Surrogate}]/u;

/** Throws INVALID unless each part of the key can be stored: 1 to 512 bytes, no control character. */
export function checkKey(key: DocumentKey): void {
  checkPart("organization", key.organization);
  checkPart("kind", key.kind);
  checkPart("id", key.id);
}

/** Throws INVALID unless the unique name can be stored: 1 to 512 bytes, no control character. */
export function checkName(name: string): void {
  checkPart("unique name", name);
}

/** Throws INVALID for a query whose words could not be part of a key. */
export function checkQuery(query: FindQuery): void {
  checkPart("kind", query.kind);
  if (query.organization !== undefined) {
    checkPart("organization", query.organization);
  }
  if (query.after !== undefined) {
    checkPart("organization", query.after.organization);
    checkPart("id", query.after.id);
  }
}

/** One text for a key; no two keys share one, because no part may hold a line feed. */
export function keyText(key: DocumentKey): string {
  return `${key.kind}\n${key.organization}\n${key.id}`;
}

/** The parts of a key and nothing else, frozen. */
export function plainKey(key: DocumentKey): DocumentKey {
  return Object.freeze({ organization: key.organization, kind: key.kind, id: key.id });
}

function checkPart(part: string, text: string): void {
  if (text === "" || Buffer.byteLength(text) > longestPart) {
    throw new Failure("INVALID", `the ${part} must have 1 to ${longestPart} bytes`);
  }
  if (unacceptable.test(text)) {
    throw new Failure("INVALID", `the ${part} holds a control character or half a character`);
  }
}
