import type { Device, Line } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import { type Rotation, type RotationTarget, rotationTargetKey } from "../../domain/rotation.ts";
import { inSlices } from "../../lib/slices.ts";
import type { Sealer } from "../../security/sealer.ts";
import { audited } from "../editing.ts";
import type { Revisions } from "../revisions/revisions.ts";
import { openLineSecret, sealLineSecret } from "../sealing.ts";
import { holdersOf, isSettled, type StandingParts, standingsOf } from "./standing.ts";
import { type Move, moveTargets, readTargets, without } from "./targets.ts";

export interface GivingParts extends StandingParts {
  /** Not one that remembers changes: an undo would give phones a secret that the PBX has no more. */
  readonly store: Store;
  readonly sealer: Sealer;
  readonly revisions: Pick<Revisions, "of" | "refresh">;
  readonly clock: Clock;
  /** Starts to tell these phones to come, at a pace; gives the id of the campaign that does. */
  tell(organization: string, macs: readonly Mac[], by: string): Promise<string>;
}

type RotationDocument = StoredDocument<Rotation>;

/** Step three: lines whose secret the PBX has get it themselves; with it their step is committed. */
export async function giveSecrets(parts: GivingParts, rotation: RotationDocument): Promise<void> {
  await moveTargets(parts.store, rotation, (target, transaction) => {
    return target.state === "written" ? give(parts, rotation, target, transaction) : undefined;
  });
  await makeRevisions(parts, rotation);
}

async function give(
  { clock, sealer }: GivingParts,
  { organization, id, body: { by } }: RotationDocument,
  target: RotationTarget,
  transaction: StoreTransaction,
): Promise<Move> {
  const at = new Date(clock()).toISOString();
  const key: DocumentKey = { organization, kind: "line", id: target.line };
  const line = await transaction.get<Line>(key);
  if (!line || target.secret === undefined)
    return { target: { ...without(target), state: "failed", reason: "the line was removed", at }, isFree: true };
  const secret = openLineSecret(sealer, rotationTargetKey({ organization, id }, target.line), target.secret);
  await transaction.put<Line>(key, { ...line.body, secret: sealLineSecret(sealer, key, secret) });
  audited(transaction, clock, { organization, actor: by }, "line.change", key, ["secret"]);
  return { target: { ...without(target), state: "given", at } };
}

/** Of the phones that have the lines; each line then knows from which revision on they have its secret. */
async function makeRevisions({ revisions, store }: GivingParts, rotation: RotationDocument): Promise<void> {
  const { organization, id, body } = rotation;
  const targets = await readTargets(store, rotation);
  const lines = new Set(targets.filter(isUnrevised).map(({ line }) => line));
  if (lines.size === 0) return;
  const devices = await store.find<Device>({ organization, kind: "device" });
  const touched = devices.filter((device) => device.body.lines.some((line) => lines.has(line)));
  await revisions.refresh(touched, { by: body.by, why: `rotation ${id}` });
  const made = new Map<Mac, number>();
  await inSlices(touched, async ({ body: { mac } }) => {
    made.set(mac, (await revisions.of(organization, mac))?.n ?? 0);
  });
  const holders = holdersOf(touched);
  await moveTargets(store, rotation, (target) => {
    if (!isUnrevised(target) || !lines.has(target.line)) return undefined;
    const macs = holders.get(target.line) ?? [];
    return {
      target: { ...target, devices: macs.map((mac) => ({ mac, revision: made.get(mac) ?? 0 })), isUntold: true },
    };
  });
}

function isUnrevised({ devices, state }: RotationTarget): boolean {
  return state === "given" && devices === undefined;
}

/** Phones are told once their file has the new secret; those that have come already are left alone. */
export async function tellPhones(parts: GivingParts, rotation: RotationDocument): Promise<void> {
  const { organization, body } = rotation;
  const macs = new Set<Mac>();
  const told = new Set<string>();
  const untold = (await readTargets(parts.store, rotation)).filter((each) => each.isUntold && each.state === "given");
  await inSlices(untold, async (target) => {
    told.add(target.line);
    for (const each of await standingsOf(parts, organization, target)) if (!isSettled(each)) macs.add(each.mac);
  });
  if (told.size === 0) return;
  const campaign = macs.size === 0 ? undefined : await parts.tell(organization, [...macs], body.by);
  await moveTargets(parts.store, rotation, (target) => {
    if (!target.isUntold || !told.has(target.line)) return undefined;
    const { isUntold: _isUntold, ...rest } = target;
    return { target: { ...rest, ...(campaign !== undefined && { campaign }) } };
  });
}

/** Of all lines that have their secret, those whose phones have come. */
export async function settleLines(parts: GivingParts, rotation: RotationDocument): Promise<void> {
  const given = (await readTargets(parts.store, rotation)).filter(({ state }) => state === "given");
  await inSlices(given, ({ line }) => settleLine(parts, rotationTargetKey(rotation, line)));
}

/** A line is done when every phone that has it has come for the new secret. */
export async function settleLine(parts: GivingParts, target: DocumentKey): Promise<void> {
  const found = await parts.store.get<RotationTarget>(target);
  if (found?.body.state !== "given" || !found.body.devices) return;
  const standings = await standingsOf(parts, target.organization, found.body);
  if (!standings.every(isSettled)) return;
  await parts.store.transaction(async (transaction) => {
    const now = await transaction.get<RotationTarget>(target);
    if (now?.version !== found.version) return;
    const { isUntold: _isUntold, ...rest } = now.body;
    const done: RotationTarget = { ...rest, state: "done", at: new Date(parts.clock()).toISOString() };
    await transaction.put<RotationTarget>(target, done, { unique: [] });
  });
}

/** Why a rotation could not go on, for people: our own words, which hold no secret. */
export function wordsOf(thrown: unknown): string {
  return thrown instanceof Failure ? thrown.message : "something unexpected went wrong here; see the log";
}
