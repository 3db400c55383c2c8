import { readFileSync } from "node:fs";

/** Where the operating system does not say. Node raises its soft limit to the hard one when it starts. */
const usual = 4096;

/** How many descriptors (sockets and files) this process may hold open. */
export function descriptorLimit(): number {
  try {
    // proc_pid_limits(5): `Max open files            1024                 524288               files`
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(readFileSync("/proc/self/limits", "utf8")) ?? [];
    if (soft === "unlimited") return Number.POSITIVE_INFINITY;
    return soft === undefined ? usual : Number(soft);
  } catch {
    return usual;
  }
}
