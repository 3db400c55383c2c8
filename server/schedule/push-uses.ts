import type { Store, StoreChange } from "../domain/ports.ts";

/** Documents that hold settings: a change of these may change how a device is pushed. */
const layers = ["organization", "site", "preset", "device"] as const;
const pageSize = 500;

export function isLayer(kind: string): boolean {
  return layers.some((each) => each === kind);
}

/** Whether anything at all is pushed by itself: only then is a desk worth working out after a change. */
export function createPushUses(store: Store) {
  const uses = new Set<string>();

  function follow({ organization, kind, id, body }: Omit<StoreChange, "version">): void {
    const when = (body as { settings?: Record<string, unknown> } | undefined)?.settings?.["push.when"];
    const key = `${organization}/${kind}/${id}`;
    if (when === undefined || when === "manual") uses.delete(key);
    else uses.add(key);
  }

  return {
    isEmpty: () => uses.size === 0,
    note(changes: readonly StoreChange[]): void {
      for (const change of changes) if (isLayer(change.kind)) follow(change);
    },
    async load(): Promise<void> {
      for (const kind of layers) for await (const document of inPages(store, kind)) follow(document);
    },
  };
}

/** Every document of a kind, some at a time. */
export async function* inPages<Body>(store: Store, kind: string) {
  let after: { organization: string; id: string } | undefined;
  do {
    const found = await store.find<Body>({ kind, limit: pageSize, ...(after && { after }) });
    yield* found;
    const last = found.at(-1);
    after = last && found.length === pageSize ? { organization: last.organization, id: last.id } : undefined;
  } while (after);
}
