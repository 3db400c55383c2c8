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

/** What an unusable data folder throws at the start: why, and the way out where the reason has one. */
export function startFailure(dataFolder: string, thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  const { code } = fileFailure(thrown);
  const { message = String(thrown), code: reason = "" } = thrown as NodeJS.ErrnoException;
  const wayOut = waysOut.get(reason) ?? "";
  return new Failure(code, `the data folder ${dataFolder} cannot be used: ${message}${wayOut}`, { cause: thrown });
}

const waysOut = new Map([
  // Node says so too of a folder that is missing on a file system that is read-only.
  [
    "ENOENT",
    ". No folder can be made there: is the path right, and may the disk be written? Or give another (OFFHOOK_DATA).",
  ],
  ["EROFS", ". It is on a file system that is read-only: mount it for writing, or give another folder (OFFHOOK_DATA)."],
  [
    "EACCES",
    ". Offhook must own the folder and what is in it: chown them to its user, or give another (OFFHOOK_DATA).",
  ],
  ["EPERM", ". Offhook must own the folder and what is in it: chown them to its user, or give another (OFFHOOK_DATA)."],
  ["ENOSPC", ". The disk is full: make room, and start again."],
  ["EDQUOT", ". The quota is used up: make room, and start again."],
  ["ENOTDIR", ". It lies under something that is no folder: give another (OFFHOOK_DATA)."],
]);

/** What stops the start on damaged data: where it is, what is wrong, and the way out. */
export function damageFailure(where: string, what: string, wayOut: string): Failure {
  return new Failure("STORE_UNAVAILABLE", `${where}: ${what}. Offhook does not start on damaged data. ${wayOut}`);
}

/** The way out of damage that cannot be cut off. */
export const restoreAll =
  "Restore a backup (offhook restore FILE --replace); to begin with an empty store, move the store's files out of the folder.";

function versionText(version: number): string {
  return version === 0 ? "not there" : `at version ${version}`;
}
