import type { Line } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Clock, Store, StoredDocument, StoreTransaction } from "../../domain/ports.ts";
import {
  type ExportFormat,
  type Rotation,
  type RotationTarget,
  rotationKey,
  rotationTargetKey,
} from "../../domain/rotation.ts";
import type { Sealer } from "../../security/sealer.ts";
import { audited, type Edit } from "../editing.ts";
import { finding, refuseIf } from "../refusals.ts";
import { openLineSecret } from "../sealing.ts";
import { type ExportedLine, writeExport } from "./files.ts";
import { moveTargets, readRotation, readTargets, without } from "./targets.ts";

export interface OrderParts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** Every step is committed with its audit before a secret leaves: an export that was given is one that is known. */
export async function exportLines(parts: OrderParts, edit: Edit, id: string, format: ExportFormat): Promise<string> {
  const { sealer, store } = parts;
  const { organization } = edit;
  const rotation = await readRotation(store, organization, id);
  if (rotation.body.through !== "export")
    throw new Failure("CONFLICT", "this rotation writes the secrets to the PBX itself: there is nothing to carry");
  const exported: ExportedLine[] = [];
  const audit = auditOf(parts, edit, id, "rotation.export");
  await moveTargets(
    store,
    rotation,
    async (target, transaction) => {
      if (target.state !== "waiting" && target.state !== "exported") return undefined;
      const line = await transaction.get<Line>({ organization, kind: "line", id: target.line });
      return line && { target: { ...target, state: "exported", at: timeOf(parts) } };
    },
    audit,
  );
  for (const { line: lineId, secret, state } of await readTargets(store, rotation)) {
    if (state !== "exported" || secret === undefined) continue;
    const line = await store.get<Line>({ organization, kind: "line", id: lineId });
    if (!line) continue;
    const { authId, extension, userId } = line.body;
    const opened = openLineSecret(sealer, rotationTargetKey(rotation, lineId), secret);
    exported.push({ id: lineId, extension, userId, authId: authId ?? userId, secret: opened });
  }
  if (exported.length === 0) throw new Failure("CONFLICT", "no line of this rotation waits for the PBX any more");
  return writeExport(format, id, exported);
}

/** Step two, by a person's word. A line that was never exported can't be at the PBX. */
export async function confirmLines(
  parts: OrderParts,
  edit: Edit,
  id: string,
  lines: readonly string[] | undefined,
): Promise<StoredDocument<Rotation>> {
  const { store } = parts;
  const rotation = await readRotation(store, edit.organization, id);
  const targets = new Map((await readTargets(store, rotation)).map((target) => [target.line, target]));
  refuseIf((lines ?? []).flatMap((line, at) => confirmErrors(targets.get(line), line, at)));
  const meant = new Set(lines ?? targets.keys());
  const moved = await moveTargets(
    store,
    rotation,
    (target) => {
      if (target.state !== "exported" || !meant.has(target.line)) return undefined;
      return { target: { ...target, state: "written", at: timeOf(parts) } };
    },
    auditOf(parts, edit, id, "rotation.confirm"),
  );
  if (moved === 0 && lines === undefined)
    throw new Failure("CONFLICT", "no line of this rotation was exported and waits to be confirmed");
  return rotation;
}

function confirmErrors(target: RotationTarget | undefined, line: string, at: number) {
  const pointer = `/lines/${at}`;
  if (!target) return [finding(pointer, "not-found", `line ${line} is not in this rotation`)];
  if (target.state === "waiting")
    return [finding(pointer, "not-exported", `the secret of ${line} was not exported yet`)];
  const isOut = target.state === "cancelled" || target.state === "failed";
  return isOut ? [finding(pointer, target.state, `line ${line} is ${target.state}`)] : [];
}

/** What failed at the PBX is tried again, and who has not come is told again. */
export async function takeUpAgain(parts: OrderParts, edit: Edit, id: string): Promise<StoredDocument<Rotation>> {
  const { store, clock } = parts;
  const rotation = await readRotation(store, edit.organization, id);
  const targets = await readTargets(store, rotation);
  if (targets.every(({ secret, state }) => secret === undefined && state !== "given"))
    throw new Failure("CONFLICT", "this rotation is over: nothing of it can go on");
  await moveTargets(store, rotation, (target) => {
    if (target.state === "given" && target.devices && !target.isUntold)
      return { target: { ...target, isUntold: true } };
    if (target.state !== "failed" || target.secret === undefined) return undefined;
    const { reason: _reason, ...rest } = target;
    return { target: { ...rest, state: "waiting", at: timeOf(parts) } };
  });
  const key = rotationKey(edit.organization, id);
  await store.transaction(async (transaction) => audited(transaction, clock, edit, "rotation.resume", key));
  return rotation;
}

/** Leaves lines as they were whose PBX has not been told. Those that it may have been told of go on. */
export async function cancelRotation(parts: OrderParts, edit: Edit, id: string): Promise<StoredDocument<Rotation>> {
  const { store } = parts;
  const rotation = await readRotation(store, edit.organization, id);
  const moved = await moveTargets(
    store,
    rotation,
    (target) => {
      const isOpen = target.state === "waiting" || target.state === "exported" || target.state === "failed";
      if (!isOpen || target.secret === undefined || target.isWriting) return undefined;
      return { target: { ...without(target), state: "cancelled", at: timeOf(parts) }, isFree: true };
    },
    auditOf(parts, edit, id, "rotation.cancel"),
  );
  if (moved === 0)
    throw new Failure("CONFLICT", "the PBX has the new secrets of all lines: the phones have to get them");
  return rotation;
}

const mostNamed = 100;

/** Who did it, and to which lines: in the same commit. */
function auditOf({ clock }: OrderParts, { actor, organization }: Edit, id: string, action: string) {
  return (transaction: StoreTransaction, moved: readonly RotationTarget[]) => {
    const { kind } = rotationKey(organization, id);
    const detail = { lines: moved.slice(0, mostNamed).map(({ line }) => line) };
    transaction.audit({ at: new Date(clock()).toISOString(), organization, actor, action, kind, id, detail });
  };
}

function timeOf({ clock }: OrderParts): string {
  return new Date(clock()).toISOString();
}
