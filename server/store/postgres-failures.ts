import { Failure } from "../domain/failures.ts";

/** The SQLSTATE codes that mean "run it again": serialization_failure and deadlock_detected. */
const conflictCodes = new Set(["40001", "40P01"]);
const diskFull = "53100";

/** What the driver threw as the product's own failure, wrapped once. */
export function databaseFailure(thrown: unknown): Failure {
  if (thrown instanceof Failure) {
    return thrown;
  }
  const code = codeOf(thrown) === diskFull ? "STORE_FULL" : "STORE_UNAVAILABLE";
  return new Failure(code, undefined, { cause: thrown });
}

/** Whether a failure only says that another transaction came between. */
export function isTransactionConflict(failure: Failure): boolean {
  return conflictCodes.has(codeOf(failure.cause) ?? "");
}

function codeOf(thrown: unknown): string | undefined {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  return typeof code === "string" ? code : undefined;
}
