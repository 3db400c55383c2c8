import type { LoadedFamily } from "../catalogue/load.ts";
import type { BootStep } from "../domain/model.ts";

/** A file as it came to a phone. */
export interface Subject {
  readonly family: LoadedFamily;
  /** What macros in rules stand for. */
  readonly facts: PhoneFacts;
  /** The name that was asked. */
  readonly name: string;
  readonly expect: BootStep["expect"];
  readonly body: Buffer;
}

export interface PhoneFacts {
  readonly mac: string;
  readonly psn: string;
  readonly pn: string;
}

/** A file that the inspected one sends the phone to. */
export interface Need {
  readonly by: string;
  readonly file: string;
}

/** What a phone makes of a file. */
export interface Inspection {
  /** Name of the root element; undefined for text files and for what is not XML. */
  readonly root: string | undefined;
  /** By parameter name; paths as in mappings, `…/line[button=1]/name`. Holds secrets. */
  readonly values: ReadonlyMap<string, string>;
  /** Everything that is wrong, without any value; empty when nothing is. */
  readonly problems: readonly string[];
  /** Files that must be served too. */
  readonly needs: readonly Need[];
}

const mostProblems = 20;

/** A file that is broken throughout is told in few words. */
export function concluded(
  root: string | undefined,
  problems: readonly string[],
  values: ReadonlyMap<string, string> = new Map(),
  needs: readonly Need[] = [],
): Inspection {
  const more = problems.length - mostProblems;
  const told = more > 0 ? [...problems.slice(0, mostProblems), `and ${more} more`] : problems;
  return { root, values, problems: told, needs };
}

/** The text of a file; phones of every family take UTF-8 (or ASCII) without a byte order mark. */
export function decode(body: Buffer): { readonly text: string; readonly problems: readonly string[] } {
  const marked = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf;
  const problems = marked ? ["begins with a byte order mark"] : [];
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    return { text, problems };
  } catch {
    return { text: body.toString("latin1"), problems: [...problems, "is not UTF-8"] };
  }
}
