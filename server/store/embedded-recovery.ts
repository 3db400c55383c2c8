import { readFile } from "node:fs/promises";
import type { Low } from "lowdb";
import type { StoredAuditEntry } from "../domain/ports.ts";
import { type Line, linesOf, openLine } from "./checked-line.ts";
import type { StoreData } from "./embedded-data.ts";
import { type LogHead, type LogPosition, logFormat, logHeadLine } from "./embedded-log.ts";
import { type CommitRecord, changesOf } from "./embedded-records.ts";
import { damageFailure, restoreAll } from "./store-failures.ts";
import type { StoreLog } from "./store-log.ts";

export interface RecoveryParts {
  readonly low: Low<StoreData>;
  readonly snapshotPath: string;
  readonly logPath: string;
  readonly log: StoreLog;
}

export interface Recovered {
  /**
   * Where the good part of the log ends; what lies behind is a torn line that nobody was answered for. Undefined for a
   * new store, which has no log yet.
   */
  readonly logEnd: LogPosition | undefined;
  /** The number of the last audit entry that the snapshot knows. */
  readonly auditInSnapshot: number;
  /** The audit entries of the log, in order; some may be in the audit file already. */
  readonly audited: readonly StoredAuditEntry[];
}

/** Fills lowdb's data from the snapshot and the log. Throws, naming file and place, on anything but a torn last line. */
export async function recover(parts: RecoveryParts): Promise<Recovered> {
  const { low, snapshotPath, logPath } = parts;
  // The log first: a fold replaces the snapshot before it cuts the log, so that also one who reads while a server writes
  // (a backup) finds every commit in one of the two.
  const bytes = await readIfThere(logPath);
  await low.read();
  const auditInSnapshot = low.data.audit;
  if (bytes !== undefined) {
    return { auditInSnapshot, ...replay(parts, bytes) };
  }
  if (low.data.commit > 0) {
    const line = logHeadLine(low.data.commit).trimEnd();
    const command = `printf '%s\\n' '${line}' > ${logPath}`;
    const wayOut = `Restore a backup (offhook restore FILE --replace); or go on with the snapshot ${snapshotPath} alone, without later changes, with: ${command}`;
    throw damageFailure(logPath, "the file is missing", wayOut);
  }
  return { auditInSnapshot, logEnd: undefined, audited: [] };
}

function replay(parts: RecoveryParts, bytes: Buffer): Omit<Recovered, "auditInSnapshot"> {
  const { low, logPath, log } = parts;
  const audited: StoredAuditEntry[] = [];
  const lines = linesOf(bytes);
  let commit = readHead(parts, lines.next().value);
  for (const line of lines) {
    if (!line.isWhole) {
      log.warn({ event: "store-torn-line", file: logPath, line: line.number }, "dropped a line cut off by a crash");
      return { logEnd: { bytes: line.start, commit }, audited };
    }
    const record = readRecord(logPath, line, commit + 1);
    commit = record.commit;
    for (const entry of record.audit ?? []) {
      audited.push(entry);
    }
    applyRecord(low.data, record);
  }
  return { logEnd: { bytes: bytes.length, commit }, audited };
}

/** The commit that the log follows, which the snapshot must hold. */
function readHead({ low, snapshotPath, logPath }: RecoveryParts, line: Line | undefined): number {
  const head = line?.isWhole ? (openLine(line.bytes) as LogHead | undefined) : undefined;
  if (head === undefined) {
    throw damageFailure(`${logPath}, line 1 (byte 0)`, "the line is damaged", restoreAll);
  }
  if (head.format !== logFormat) {
    const wayOut = "Start the version of Offhook that wrote it.";
    throw damageFailure(
      logPath,
      `the file has format ${head.format}, and this Offhook reads format ${logFormat}`,
      wayOut,
    );
  }
  if (head.follows > low.data.commit) {
    const what = `the log follows commit ${head.follows}, but the snapshot ends with commit ${low.data.commit} or is missing`;
    throw damageFailure(snapshotPath, what, restoreAll);
  }
  return head.follows;
}

/** Commits that the snapshot holds already are passed over: a crash came between writing it and cutting the log. */
function applyRecord(data: StoreData, record: CommitRecord): void {
  if (record.commit > data.commit) {
    data.apply(changesOf(record));
    data.commit = record.commit;
    data.audit = record.audit?.at(-1)?.n ?? data.audit;
  }
}

function readRecord(logPath: string, line: Line, expected: number): CommitRecord {
  const record = openLine(line.bytes) as CommitRecord | undefined;
  if (record?.commit === expected) {
    return record;
  }
  const what = record === undefined ? "the line is damaged" : `here is commit ${record.commit}, not ${expected}`;
  const command = `truncate -s ${line.start} ${logPath}`;
  const wayOut = `Restore a backup (offhook restore FILE --replace); or give up this change and all later ones with: ${command}`;
  throw damageFailure(`${logPath}, line ${line.number} (byte ${line.start})`, what, wayOut);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === "ENOENT") {
      return undefined;
    }
    throw thrown;
  });
}
