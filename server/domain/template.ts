/** An organization's own version of a template, and the templates that it names as partials. */
export interface OwnTemplate {
  readonly source: string;
  readonly partials: readonly string[];
  /** Over the source; 16 hex digits. */
  readonly digest: string;
}

/** By the name of the template (`cisco/mpp/flat-profile`): those of one organization, none when it has none. */
export type OwnTemplates = ReadonlyMap<string, OwnTemplate>;

/**
 * What is stored of one; its id in the store is the template's name. It stays when the organization goes back to the
 * shipped template, without `own`, so that its versions go on counting.
 */
export interface TemplateDocument {
  readonly own?: OwnTemplate;
  readonly note?: string;
  /** RFC 3339 UTC. */
  readonly at: string;
  readonly actor: string;
}

/** A version that is no more, the document's `version` of that time with it. */
export interface EarlierTemplate extends TemplateDocument {
  readonly version: number;
}

/** Kept apart from the template: whoever makes a phone's file never reads it. */
export interface TemplateHistory {
  readonly versions: readonly EarlierTemplate[];
}

/** Templates that `name` is made of: itself, its partials, theirs. `partialsOf` says which are in one. */
export function templatesIn(name: string, partialsOf: (name: string) => readonly string[]): ReadonlySet<string> {
  const found = new Set([name]);
  for (const each of found) for (const partial of partialsOf(each)) found.add(partial);
  return found;
}

/** Partials in force: of the organization's own version where there is one. */
export function partialsWith(own: OwnTemplates, shipped: (name: string) => readonly string[]) {
  return (name: string): readonly string[] => own.get(name)?.partials ?? shipped(name);
}
