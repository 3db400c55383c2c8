/**
 * The one table of failures: what a phone, an admin and the log are told when something does not work.
 * `http` is the status; `tftp` the RFC 1350 error code, or "silence" where a phone should rather ask again;
 * `log` the level. A file that will never exist is 404; our own trouble is 503, because a phone may take 404
 * for "use your defaults".
 */
export const failures = {
  NO_SUCH_FILE: { http: 404, tftp: 1, log: "debug", text: "this file does not exist here, on purpose" },
  UNKNOWN_FILE: { http: 404, tftp: 1, log: "info", text: "no model asks for this file and the shelf does not hold it" },
  BAD_PATH: { http: 400, tftp: 2, log: "warn", text: "the name of the file is not acceptable" },
  BAD_RANGE: { http: 416, tftp: 0, log: "info", text: "the file has no such part" },
  NOT_PROVEN: { http: 403, tftp: 2, log: "warn", text: "nothing proves that this phone may have this file" },
  READ_ONLY: { http: 405, tftp: 2, log: "warn", text: "phones can only read" },
  TOO_BUSY: { http: 503, tftp: "silence", log: "warn", text: "too much at once; ask again" },
  TEMPLATE_FAILED: { http: 503, tftp: "silence", log: "error", text: "the template could not be rendered" },
  STORE_UNAVAILABLE: { http: 503, tftp: "silence", log: "error", text: "the store did not answer" },
  STORE_FULL: { http: 507, tftp: "silence", log: "error", text: "there is no room to write the change" },
  SHELF_UNAVAILABLE: { http: 503, tftp: "silence", log: "error", text: "a file on the shelf could not be read" },
  UNEXPECTED: { http: 503, tftp: "silence", log: "error", text: "something unexpected went wrong here" },
  UNAUTHENTICATED: { http: 401, tftp: 2, log: "info", text: "a valid bearer token is needed" },
  FORBIDDEN: { http: 403, tftp: 2, log: "warn", text: "this is not allowed" },
  NOT_FOUND: { http: 404, tftp: 1, log: "debug", text: "there is no such thing" },
  INVALID: { http: 422, tftp: 0, log: "info", text: "the request is not acceptable" },
  MALFORMED: { http: 400, tftp: 4, log: "info", text: "the request could not be read" },
  TOO_LARGE: { http: 413, tftp: 0, log: "info", text: "the request is too large" },
  UNSUPPORTED_TYPE: { http: 415, tftp: 0, log: "info", text: "the body is of a type that is not taken here" },
  CONFLICT: { http: 409, tftp: 0, log: "info", text: "this is taken, or was changed meanwhile" },
  STALE: { http: 412, tftp: 0, log: "info", text: "the document was changed since it was read" },
} as const satisfies Record<string, FailureKind>;

export type FailureCode = keyof typeof failures;

export interface FailureKind {
  readonly http: number;
  readonly tftp: number | "silence";
  readonly log: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

/** One finding about one field: `pointer` is a JSON pointer into the request body (RFC 6901). */
export interface FieldError {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** A failure of the product's own vocabulary; anything else that is thrown is a bug and answered as UNEXPECTED. */
export class Failure extends Error {
  readonly code: FailureCode;
  readonly errors: readonly FieldError[];

  constructor(code: FailureCode, detail?: string, options: { cause?: unknown; errors?: readonly FieldError[] } = {}) {
    super(detail ?? failures[code].text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "Failure";
    this.code = code;
    this.errors = options.errors ?? [];
  }

  get kind(): FailureKind {
    return failures[this.code];
  }
}

/** What was thrown, as a Failure: ours unchanged, everything else wrapped as UNEXPECTED with its cause. */
export function asFailure(thrown: unknown): Failure {
  return thrown instanceof Failure ? thrown : new Failure("UNEXPECTED", undefined, { cause: thrown });
}
