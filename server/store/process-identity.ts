import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What tells one process from another, also one that got the same number later, elsewhere or after a restart. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in clock ticks since the system did; absent where there is no /proc. */
  readonly started?: string;
  /** Where its number means something: the machine, the machine's run since it was switched on, the container in it. */
  readonly host: string;
  readonly boot: string;
  readonly namespace: string;
}

export function ownIdentity(): ProcessIdentity {
  const started = statusOf(process.pid)?.started;
  return {
    pid: process.pid,
    ...(started !== undefined && { started }),
    host: hostname(),
    boot: textOr("", () => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: textOr("", () => readlinkSync("/proc/self/ns/pid")),
  };
}

/**
 * Whether a process still runs; undefined when that cannot be told from here: containers that share a folder each have
 * a process 1, and processes of another machine do not answer.
 */
export function isAlive(other: ProcessIdentity): boolean | undefined {
  const own = ownIdentity();
  if (other.host !== own.host || other.namespace !== own.namespace) {
    return undefined;
  }
  // The machine was restarted since.
  return other.boot === own.boot && runs(other);
}

function runs({ pid, started }: ProcessIdentity): boolean {
  if (!answersSignals(pid)) {
    return false;
  }
  const status = statusOf(pid);
  // A zombie has ended and only waits for its parent to notice.
  return status === undefined || (status.state !== "Z" && (started === undefined || status.started === started));
}

function answersSignals(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    // EPERM: it runs, as another user.
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Fields 3 and 22 of /proc/<pid>/stat, see proc(5); the name in field 2 may hold blanks and parentheses. */
function statusOf(pid: number): { state: string; started: string } | undefined {
  const text = textOr("", () => readFileSync(`/proc/${pid}/stat`, "utf8"));
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, started] = [fields[0], fields[19]];
  return state && started ? { state, started } : undefined;
}

function textOr(otherwise: string, read: () => string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
