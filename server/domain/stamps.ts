/** Stamps that a phone compares with those of the files that it has, by the ids of the files. */
export interface FileStamps {
  /** Of the files that the phone is given and whose stamps are known. */
  readonly given: Readonly<Record<string, string>>;
  /** One that no file has: the phone reads the file in any case. */
  readonly other: string;
}

/** What is known of a phone that is to be told. */
export interface StampFacts {
  /** Of what it gets when it asks now. */
  readonly digest: string;
  /** The revision that it shall have; 0 where there is none. */
  readonly revision: number;
  /** What it has completed a fetch of. */
  readonly served?: { readonly digest: string };
  /** Of the file that was sent to it last, perhaps not to its end. */
  readonly begun?: string;
  /** What became of its last push; `not-pushed`: it was left out. */
  readonly push?: { readonly revision: number; readonly result: string };
}

/**
 * A phone that is told the stamps of its own files does nothing, and then nothing proves that it has them. So the true
 * stamps are told only where it is known to have another revision and was not told of this one yet. One that has this
 * revision is told because somebody wants it to read again. One that was told and did not come, one that it was sent to
 * but perhaps not to its end, and one of which nothing is known may have it all the same: only our record may be missing.
 */
export function stampsToTell(stamps: FileStamps, { begun, digest, push, revision, served }: StampFacts): FileStamps {
  const wasTold = push !== undefined && push.result !== "not-pushed" && push.revision === revision;
  if (served !== undefined && served.digest !== digest && begun !== digest && !wasTold) return stamps;
  return { ...stamps, given: Object.fromEntries(Object.keys(stamps.given).map((file) => [file, stamps.other])) };
}
