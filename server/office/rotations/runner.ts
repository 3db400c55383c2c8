import type { DocumentKey, Store, StoredDocument } from "../../domain/ports.ts";
import { type Rotation, type RotationTarget, rotationKind, rotationTargetKind } from "../../domain/rotation.ts";
import type { Presence } from "../../journal/presence.ts";
import { type GivingParts, giveSecrets, settleLine, settleLines, tellPhones, wordsOf } from "./giving.ts";
import { dropUnprepared } from "./start.ts";
import { watchRotations } from "./watch.ts";
import { type WritingParts, writeAtPbx } from "./writing.ts";

export interface RunnerParts extends GivingParts, Omit<WritingParts, "signal"> {
  readonly store: Store;
  readonly presence: Pick<Presence, "of" | "all" | "watchServed">;
  readonly log: { warn(fields: object, message: string): void };
}

/** Does what Offhook itself has to do for rotations; each goes on from where its lines are stored. */
export interface RotationRunner {
  /** One at a time for a rotation; what is asked for meanwhile comes after. */
  advance(rotation: StoredDocument<Rotation>): void;
  begin(): Promise<void>;
  close(): Promise<void>;
}

export function createRotationRunner(parts: RunnerParts): RotationRunner {
  const { log, store } = parts;
  const running = new Map<string, Promise<void>>();
  const ended = new AbortController();
  const { signal } = ended;
  const watch = watchRotations({
    ...parts,
    look: (target) =>
      void settleLine(parts, target).catch((error) =>
        log.warn({ err: error }, "a rotated line could not be settled yet"),
      ),
  });

  function advance(rotation: StoredDocument<Rotation>): void {
    const before = running.get(rotation.id) ?? Promise.resolve();
    const next = before.then(() => (signal.aborted ? undefined : goOn({ ...parts, signal }, rotation)));
    running.set(rotation.id, next);
    void next.finally(() => {
      if (running.get(rotation.id) === next) running.delete(rotation.id);
    });
  }

  async function takeUp(): Promise<void> {
    for (const each of await store.find<RotationTarget>({ kind: rotationTargetKind })) watch.note(each, each.body);
    const all = await store.find<Rotation>({ kind: rotationKind });
    await dropUnprepared(parts, all);
    for (const each of all) if (!each.body.isPreparing && !each.body.isHeld) advance(each);
  }

  return {
    advance,
    begin: () => takeUp().catch((error) => log.warn({ err: error }, "rotations of secrets could not be taken up yet")),
    async close() {
      ended.abort();
      watch.close();
      await Promise.all(running.values());
    },
  };
}

/** Every step that is not a person's. Does not reject. */
async function goOn(parts: RunnerParts & WritingParts, rotation: StoredDocument<Rotation>): Promise<void> {
  const { log, store } = parts;
  const { organization, kind, id } = rotation;
  try {
    const trouble = await steps(parts, rotation);
    await noteReason(store, { organization, kind, id }, trouble);
  } catch (error) {
    // What is stored is where it goes on from, by resume or after a restart.
    log.warn({ err: error, rotation: id }, "a rotation of secrets could not go on yet");
  }
}

async function steps(
  parts: RunnerParts & WritingParts,
  rotation: StoredDocument<Rotation>,
): Promise<string | undefined> {
  try {
    await writeAtPbx(parts, rotation);
    if (parts.signal.aborted) return rotation.body.reason;
    await giveSecrets(parts, rotation);
    await tellPhones(parts, rotation);
    await settleLines(parts, rotation);
    return undefined;
  } catch (error) {
    parts.log.warn({ err: error, rotation: rotation.id }, "a rotation of secrets could not go on yet");
    return wordsOf(error);
  }
}

async function noteReason(store: Store, key: DocumentKey, reason: string | undefined): Promise<void> {
  await store.transaction(async (transaction) => {
    const found = await transaction.get<Rotation>(key);
    if (!found || found.body.reason === reason) return;
    const { reason: _reason, ...rest } = found.body;
    await transaction.put<Rotation>(key, { ...rest, ...(reason !== undefined && { reason }) });
  });
}
