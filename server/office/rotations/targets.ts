import { setImmediate } from "node:timers/promises";
import { Failure } from "../../domain/failures.ts";
import type { DocumentKey, Store, StoredDocument, StoreReader, StoreTransaction } from "../../domain/ports.ts";
import {
  type Rotation,
  type RotationTarget,
  rotationKey,
  rotationTargetKey,
  rotationTargetKind,
} from "../../domain/rotation.ts";

/** As many in one commit: few enough not to be in the way of others. */
const batchSize = 100;

export async function readRotation(
  reader: StoreReader,
  organization: string,
  id: string,
): Promise<StoredDocument<Rotation>> {
  const found = await reader.get<Rotation>(rotationKey(organization, id));
  if (!found || found.body.isPreparing) throw new Failure("NOT_FOUND", `there is no rotation "${id}"`);
  return found;
}

/** Somebody ordered it: what is held goes on. */
export async function release(store: Store, { organization, id }: Pick<DocumentKey, "organization" | "id">) {
  const key = rotationKey(organization, id);
  return await store.transaction(async (transaction) => {
    const found = await transaction.get<Rotation>(key);
    if (!found) throw new Failure("NOT_FOUND", `there is no rotation "${id}"`);
    const { isHeld: _isHeld, reason: _reason, ...rest } = found.body;
    return await transaction.put<Rotation>(key, rest);
  });
}

/** The lines of a rotation, a hundred at a time; between them others have their turn. */
async function* targetBatches(
  reader: StoreReader,
  { organization, id }: Pick<DocumentKey, "organization" | "id">,
): AsyncGenerator<readonly StoredDocument<RotationTarget>[]> {
  let after = { organization, id: `${id}.` };
  for (;;) {
    const found = await reader.find<RotationTarget>({
      organization,
      kind: rotationTargetKind,
      after,
      limit: batchSize,
    });
    const mine = found.filter((each) => each.id.startsWith(`${id}.`));
    if (mine.length > 0) yield mine;
    const last = mine.at(-1);
    if (!last || mine.length < batchSize) return;
    after = { organization, id: last.id };
    await setImmediate();
  }
}

export async function readTargets(
  reader: StoreReader,
  rotation: Pick<DocumentKey, "organization" | "id">,
): Promise<readonly RotationTarget[]> {
  const targets: RotationTarget[] = [];
  for await (const batch of targetBatches(reader, rotation)) targets.push(...batch.map(({ body }) => body));
  return targets;
}

/** What becomes of a target; undefined leaves it. `isFree`: the line may be in another rotation. */
export type Move = { readonly target: RotationTarget; readonly isFree?: boolean } | undefined;

type MoveTarget = (target: RotationTarget, transaction: StoreTransaction) => Move | Promise<Move>;
type MovedTogether = (transaction: StoreTransaction, moved: readonly RotationTarget[]) => void;

/**
 * Moves the lines of a rotation on, a hundred in a commit, each from where it is at that moment. `then` is part of the
 * commit, and is told which moved. Gives how many did.
 */
export async function moveTargets(
  store: Store,
  rotation: Pick<DocumentKey, "organization" | "id">,
  move: MoveTarget,
  then?: MovedTogether,
): Promise<number> {
  let count = 0;
  for await (const batch of targetBatches(store, rotation)) {
    const lines = batch.map(({ body }) => body.line);
    count += (await moveLines(store, rotation, lines, move, then)).length;
  }
  return count;
}

/** The same for some of its lines, in one commit. Gives those that moved. */
export async function moveLines(
  store: Store,
  rotation: Pick<DocumentKey, "organization" | "id">,
  lines: readonly string[],
  move: MoveTarget,
  then: MovedTogether = () => undefined,
): Promise<readonly RotationTarget[]> {
  return await store.transaction(async (transaction) => {
    const moved: RotationTarget[] = [];
    for (const line of lines) {
      const target = await moveOne(transaction, rotation, line, move);
      if (target) moved.push(target);
    }
    if (moved.length > 0) then(transaction, moved);
    return moved;
  });
}

async function moveOne(
  transaction: StoreTransaction,
  rotation: Pick<DocumentKey, "organization" | "id">,
  line: string,
  move: MoveTarget,
): Promise<RotationTarget | undefined> {
  const key = rotationTargetKey(rotation, line);
  const now = await transaction.get<RotationTarget>(key);
  const next = now && (await move(now.body, transaction));
  if (!next) return undefined;
  await transaction.put<RotationTarget>(key, next.target, next.isFree ? { unique: [] } : {});
  return next.target;
}

/** Removes a rotation; its own document last, so that what is left of a broken removal is found again. */
export async function dropRotation(store: Store, { organization, id }: Pick<DocumentKey, "organization" | "id">) {
  for await (const batch of targetBatches(store, { organization, id }))
    await store.transaction(async (transaction) => {
      for (const { kind, id: of } of batch) await transaction.delete({ organization, kind, id: of });
    });
  await store.transaction((transaction) => transaction.delete(rotationKey(organization, id)));
}

/** The target without its secret, at another step. */
export function without(target: RotationTarget): RotationTarget {
  const { isWriting: _isWriting, reason: _reason, secret: _secret, ...kept } = target;
  return kept;
}
