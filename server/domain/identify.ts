import { Failure } from "./failures.ts";
import { type Mac, parseMac } from "./mac.ts";
import type { FileSpec } from "./model.ts";

/** A file that a family's phones ask for; `model` where the name itself says the model. */
export interface Candidate {
  readonly family: string;
  readonly model?: string;
  readonly file: FileSpec;
}

export interface Asked {
  /** Normalised: forward slashes, no leading slash. */
  readonly name: string;
  /** The MAC in the name, else the one in the user agent. Only the first proves what was asked for. */
  readonly mac?: Mac;
  readonly macFrom?: "name" | "userAgent";
  readonly candidates: readonly Candidate[];
}

/** Where names are looked up: see `createNameIndex`. */
export interface NameIndex {
  find(name: string): { readonly mac?: Mac; readonly candidates: readonly Candidate[] };
}

const longestName = 255;
const driveOrPrefix = /^(?:[a-z]:)?\/*(?:communicator\/+)?/i;

/**
 * A name as a phone wrote it, made plain: backslashes, doubled and leading slashes, a drive letter, and what IP
 * Communicator puts before it (cisco.md B.1, item 10). Query and fragment go. Fails with BAD_PATH for `..`, control
 * characters and overlong names.
 */
export function normaliseName(path: string): string {
  const name = path
    .replace(/[?#].*$/s, "")
    .replaceAll("\\", "/")
    .replace(/\/{2,}/g, "/")
    .replace(driveOrPrefix, "");
  if (name.length > longestName) throw new Failure("BAD_PATH", "the name is too long");
  if (/\p{Cc}/u.test(name)) throw new Failure("BAD_PATH", "the name holds a control character");
  if (name.split("/").some((step) => step === "..")) throw new Failure("BAD_PATH", "the name leaves the folder");
  return name;
}

/** Which names lead to which files of which families. Names are compared without regard to case. */
export function createNameIndex(
  entries: readonly { readonly name: string; readonly candidate: Candidate }[],
): NameIndex {
  const exact = new Map<string, Candidate[]>();
  const endings: { ending: string; candidate: Candidate }[] = [];
  for (const { name, candidate } of entries) {
    const key = name.toLowerCase();
    if (key.startsWith("*")) endings.push({ ending: key.slice(1), candidate });
    else exact.set(key, [...(exact.get(key) ?? []), candidate]);
  }
  endings.sort((a, b) => b.ending.length - a.ending.length || a.candidate.family.localeCompare(b.candidate.family));
  const mac = macPattern([...exact.keys()]);

  return {
    find(name) {
      const found = lookUp(name.toLowerCase(), exact, mac);
      if (found) return found;
      const ends = endings.filter(({ ending }) => name.toLowerCase().endsWith(ending));
      return { candidates: ends.map((each) => each.candidate) };
    },
  };
}

type Found = { mac?: Mac; candidates: readonly Candidate[] };

/** The whole name first, then without its leading folders one by one: the most specific match wins. */
function lookUp(name: string, exact: Map<string, Candidate[]>, pattern: RegExp): Found | undefined {
  for (let rest = name; ; ) {
    const candidates = exact.get(rest);
    if (candidates) return { candidates };
    const [, before = "", digits = "", after = ""] = pattern.exec(rest) ?? [];
    const byMac = digits && exact.get(`${before}{mac}${after}`);
    const mac = parseMac(digits);
    if (byMac && mac) return { candidates: byMac, mac };
    const slash = rest.indexOf("/");
    if (slash < 0) return undefined;
    rest = rest.slice(slash + 1);
  }
}

/** Finds the MAC after any folder and one of the beginnings that families put before it (`sep`, `ata`, `ctlsep`). */
function macPattern(names: readonly string[]): RegExp {
  const beginnings = new Set<string>();
  for (const name of names) {
    const at = name.indexOf("{mac}");
    if (at >= 0) beginnings.add(name.slice(name.lastIndexOf("/", at) + 1, at));
  }
  const alternatives = [...beginnings].sort((a, b) => b.length - a.length).map(escapeRegExp);
  return new RegExp(`^((?:.*/)?(?:${alternatives.join("|")}))([0-9a-f]{12})(?![0-9a-f])(.*)$`);
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
