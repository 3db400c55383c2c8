import type { BaseLogger } from "pino";

/** The part of the process's logger that the stores write to. */
export type StoreLog = Pick<BaseLogger, "info" | "warn" | "error">;
