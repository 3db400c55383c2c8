import { isAbsolute, relative, resolve, sep } from "node:path";

/**
 * The absolute path of `name` below `root`, or undefined when it would leave it. Every path that comes from outside goes
 * through here. Symbolic links are the opener's concern: compare real paths before serving.
 */
export function confine(root: string, name: string): string | undefined {
  if (name.includes("\0") || name.includes("\\") || isAbsolute(name)) return undefined;
  const full = resolve(root, name);
  const way = relative(root, full);
  if (way === "" || way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way)) return undefined;
  return full;
}
