import { ulid } from "ulid";
import { Failure } from "../../domain/failures.ts";
import type { Clock, DocumentKey, Store, StoredDocument } from "../../domain/ports.ts";
import {
  lineInRotation,
  type Rotation,
  type RotationRequest,
  type RotationTarget,
  rotationKey,
  rotationKind,
  rotationTargetKey,
} from "../../domain/rotation.ts";
import { inSlices } from "../../lib/slices.ts";
import type { Sealer } from "../../security/sealer.ts";
import { audited, type Edit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { sealLineSecret } from "../sealing.ts";
import { selectLines } from "./selection.ts";
import { dropRotation, readTargets } from "./targets.ts";

export interface RotationStartParts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** A secret that every family can carry. */
  readonly newSecret: () => string;
}

const batchSize = 100;
const mostRotations = 20;
/** A process that makes secrets for longer than this has ended. */
const preparingMs = 60_000;

/**
 * Step one: new secrets, sealed, beside lines that keep theirs. Nobody sees the rotation until all of them are there.
 * Fails with INVALID naming the selector, or with CONFLICT naming the lines that are in another rotation.
 */
export async function writeRotation(
  parts: RotationStartParts,
  edit: Edit,
  request: RotationRequest,
): Promise<StoredDocument<Rotation>> {
  const { clock, store } = parts;
  const { organization } = edit;
  await makeRoom(parts, organization);
  const lines = await selectLines(store, organization, request.select);
  await refuseTaken(store, organization, lines);
  const key = rotationKey(organization, ulid(clock()));
  const rotation = { id: key.id, by: edit.actor, startedAt: now(clock), ...request, total: lines.length };
  await store.transaction((transaction) => transaction.put(key, { ...rotation, isPreparing: true }, { expect: 0 }));
  try {
    for (let at = 0; at < lines.length; at += batchSize) await prepare(parts, key, lines.slice(at, at + batchSize));
    return await store.transaction(async (transaction) => {
      audited(transaction, clock, edit, "rotation.start", key, Object.keys(request.select));
      return await transaction.put<Rotation>(key, rotation);
    });
  } catch (error) {
    await dropRotation(store, key).catch(() => undefined);
    throw error instanceof Failure && error.errors[0]?.code === "taken" ? taken([]) : error;
  }
}

async function prepare(
  { clock, newSecret, sealer, store }: RotationStartParts,
  key: DocumentKey,
  lines: readonly string[],
) {
  await store.transaction(async (transaction) => {
    for (const line of lines) {
      const target = rotationTargetKey(key, line);
      const secret = sealLineSecret(sealer, target, newSecret());
      const unique = [lineInRotation(key.organization, line)];
      const body: RotationTarget = { line, state: "waiting", secret, at: now(clock) };
      await transaction.put(target, body, { expect: 0, unique });
    }
  });
}

async function refuseTaken(store: Store, organization: string, lines: readonly string[]): Promise<void> {
  const held: string[] = [];
  await inSlices(lines, async (line) => {
    if (await store.holder(lineInRotation(organization, line))) held.push(line);
  });
  if (held.length > 0) throw taken(held);
}

const mostNamed = 50;

function taken(lines: readonly string[]): Failure {
  const errors = lines
    .slice(0, mostNamed)
    .map((line) => finding("/select", "taken", `line ${line} is in a rotation that is not over`));
  const which = lines.length === 0 ? "a line is" : `${lines.length} lines are, such as ${lines[0]},`;
  return new Failure("CONFLICT", `${which} in a rotation that is not over; end that one first`, { errors });
}

/** Removes what a broken process left. */
export async function dropUnprepared(
  { clock, store }: Pick<RotationStartParts, "clock" | "store">,
  all: readonly StoredDocument<Rotation>[],
): Promise<void> {
  for (const each of all) {
    const age = clock() - Date.parse(each.body.startedAt);
    if (each.body.isPreparing && age > preparingMs) await dropRotation(store, each);
  }
}

const over = new Set<RotationTarget["state"]>(["done", "failed", "cancelled"]);

/** One that failed with its new secret kept may have that at the PBX already: resume is the only way to use it. */
function isOver({ secret, state }: RotationTarget): boolean {
  return over.has(state) && !(state === "failed" && secret !== undefined);
}

/** Makes room for one more: of those that are over only the last are kept. */
async function makeRoom(parts: RotationStartParts, organization: string): Promise<void> {
  const { store } = parts;
  const all = await store.find<Rotation>({ organization, kind: rotationKind });
  await dropUnprepared(parts, all);
  let excess = all.length - mostRotations + 1;
  for (const each of all) {
    if (excess <= 0) return;
    const targets = await readTargets(store, each);
    if (each.body.isPreparing || targets.some((each) => !isOver(each))) continue;
    await dropRotation(store, each);
    excess -= 1;
  }
  refuseIf(excess > 0 ? [finding("", "too-many", `${mostRotations} rotations are not over yet`)] : []);
}

function now(clock: Clock): string {
  return new Date(clock()).toISOString();
}
