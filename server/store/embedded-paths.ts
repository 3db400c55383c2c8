import { join } from "node:path";

export interface StorePaths {
  readonly snapshot: string;
  readonly commits: string;
  readonly audit: string;
}

/** The three files of one store in a data folder. */
export function storePaths(dataFolder: string, store: string): StorePaths {
  const pathOf = (part: string) => join(dataFolder, `${store}.${part}.jsonl`);
  return { snapshot: pathOf("snapshot"), commits: pathOf("commits"), audit: pathOf("audit") };
}
