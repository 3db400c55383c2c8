import { Failure } from "../domain/failures.ts";
import type { DocumentKey } from "../domain/ports.ts";

/** What a write with `expect` throws when another version is there; 0 stands for "none". */
export function staleFailure(key: DocumentKey, expected: number, found: number): Failure {
  return new Failure("STALE", `${key.kind} ${key.id} is ${versionText(found)}, not ${versionText(expected)}`);
}

/** What a put throws when other documents hold some of its unique names; one error for each name. */
export function takenFailure(names: readonly string[]): Failure {
  const errors = names.map((name) => ({ pointer: "", code: "taken", detail: name }));
  return new Failure("CONFLICT", `taken: ${names.join(", ")}`, { errors });
}

/** What every call to a closed store throws. */
export function closedFailure(): Failure {
  return new Failure("STORE_UNAVAILABLE", "the store is closed");
}

/** The error of a file operation as the product's own failure, wrapped once. */
export function fileFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new Failure(isFull ? "STORE_FULL" : "STORE_UNAVAILABLE", undefined, { cause: thrown });
}

/** What stops the start on damaged data: where it is, what is wrong, and the way out. */
export function damageFailure(where: string, what: string, wayOut: string): Failure {
  return new Failure("STORE_UNAVAILABLE", `${where}: ${what}. Offhook does not start on damaged data. ${wayOut}`);
}

/** The way out of damage that cannot be cut off. */
export const restoreAll =
  "Restore the whole data folder from a backup; to begin with an empty store, move the store's files out of the folder.";

function versionText(version: number): string {
  return version === 0 ? "not there" : `at version ${version}`;
}
