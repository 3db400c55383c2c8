import type { Device, Line } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import type { OpenPbxConnection, PbxConnection, PbxSecret, SecretOutcome } from "../../domain/push.ts";
import { type Rotation, type RotationTarget, rotationTargetKey } from "../../domain/rotation.ts";
import type { Sealer } from "../../security/sealer.ts";
import { type PbxConnections, pbxConnectionKind } from "../push/pbx-connections.ts";
import { openLineSecret } from "../sealing.ts";
import { moveLines, moveTargets, readTargets } from "./targets.ts";

export interface WritingParts {
  readonly store: Store;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly connections: Pick<PbxConnections, "of">;
  /** Writes new secrets at a PBX; one outcome each. Never rejects. */
  writeSecrets(
    connection: OpenPbxConnection,
    secrets: readonly PbxSecret[],
    signal: AbortSignal,
  ): Promise<readonly SecretOutcome[]>;
  /** Offhook ends. */
  readonly signal: AbortSignal;
}

type RotationDocument = StoredDocument<Rotation>;

/** The one kind of PBX that takes a password from outside: the others have no command for it. */
const writable = "asterisk-ami";

/** Fails with CONFLICT, in words, where no PBX of the organization can be written. */
export async function refuseUnwritable({ store }: Pick<WritingParts, "store">, organization: string): Promise<void> {
  const all = await store.find<PbxConnection>({ organization, kind: pbxConnectionKind });
  if (all.some(({ body }) => body.kind === writable)) return;
  const [other] = all;
  const why = other ? cannot[other.body.kind] : "there is no connection to a PBX";
  throw new Failure("CONFLICT", `${why}: use "through": "export", and carry the new secrets there`);
}

const cannot: Readonly<Record<PbxConnection["kind"], string>> = {
  "asterisk-ami": "",
  "freeswitch-esl": "FreeSWITCH has no command that changes a user's password: its directory is files or a web service",
  "kamailio-rpc": "Kamailio has no command that changes a password: its subscribers are in a database of its own",
};

/** As many in one go at a PBX. */
const batchSize = 100;

/** Step two through a connection. Each line is marked before the PBX is told, and has its outcome after. */
export async function writeAtPbx(parts: WritingParts, rotation: RotationDocument): Promise<void> {
  if (rotation.body.through !== "connection") return;
  for (const { connection, lines } of await linesByConnection(parts, rotation))
    for (let at = 0; at < lines.length; at += batchSize)
      await writeBatch(parts, rotation, connection, lines.slice(at, at + batchSize));
}

async function writeBatch(
  parts: WritingParts,
  rotation: RotationDocument,
  connection: OpenPbxConnection,
  lines: readonly string[],
): Promise<void> {
  const { store } = parts;
  const secrets = new Map<string, PbxSecret>();
  for (const line of lines) {
    const secret = await pbxSecretOf(parts, rotation, line);
    if (secret) secrets.set(line, secret);
  }
  const marked = await moveLines(store, rotation, [...secrets.keys()], (target) =>
    target.state === "waiting" ? { target: { ...target, isWriting: true } } : undefined,
  );
  const asked = marked.flatMap(({ line }) => secrets.get(line) ?? []);
  if (asked.length === 0) return;
  const outcomes = await parts.writeSecrets(connection, asked, parts.signal);
  // What was given up because Offhook ends is no outcome: it is written again after the next start.
  if (parts.signal.aborted) return;
  const byLine = new Map(marked.map(({ line }, at) => [line, outcomes[at]]));
  await moveLines(store, rotation, [...byLine.keys()], (target) => {
    const outcome = byLine.get(target.line);
    return target.state === "waiting" && outcome ? { target: after(target, outcome, parts.clock) } : undefined;
  });
}

function after(target: RotationTarget, outcome: SecretOutcome, clock: Clock): RotationTarget {
  const at = new Date(clock()).toISOString();
  if (outcome.result === "unknown") return { ...target, state: "failed", reason: outcome.reason, at };
  const { isWriting: _isWriting, ...rest } = target;
  return outcome.result === "written"
    ? { ...rest, state: "written", at }
    : { ...rest, state: "failed", reason: outcome.reason, at };
}

async function pbxSecretOf(
  { sealer, store }: WritingParts,
  rotation: RotationDocument,
  id: string,
): Promise<PbxSecret | undefined> {
  const key = rotationTargetKey(rotation, id);
  const [line, target] = await Promise.all([
    store.get<Line>({ organization: rotation.organization, kind: "line", id }),
    store.get<RotationTarget>(key),
  ]);
  if (!line || target?.body.secret === undefined) return undefined;
  const { authId, userId } = line.body;
  return { authUser: authId ?? userId, secret: openLineSecret(sealer, key, target.body.secret) };
}

/** Lines that wait, by the PBX of the sites where their phones are; those with none or several fail, in words. */
async function linesByConnection(parts: WritingParts, rotation: RotationDocument) {
  const { clock, store } = parts;
  const { organization } = rotation;
  const waiting = (await readTargets(store, rotation)).filter(({ state }) => state === "waiting");
  const sites = await sitesOf(store, organization);
  const known = new Map<string, OpenPbxConnection | undefined>();
  const of = async (site: string) => {
    if (!known.has(site)) known.set(site, await parts.connections.of({ organization, body: { site } }, writable));
    return known.get(site);
  };
  const groups = new Map<string, { readonly connection: OpenPbxConnection; readonly lines: string[] }>();
  const failed = new Map<string, string>();
  for (const { line } of waiting) {
    // A line that no phone has is at the PBX of the whole organization.
    const found = await Promise.all([...(sites.get(line) ?? [""])].map(of));
    const [connection] = found;
    if (found.some((each) => each?.id !== connection?.id))
      failed.set(line, "its phones are at sites with different PBXs: rotate it by an export");
    else if (!connection) failed.set(line, "there is no connection to an Asterisk for it: add one, or use an export");
    else if (groups.get(connection.id)?.lines.push(line) === undefined)
      groups.set(connection.id, { connection, lines: [line] });
  }
  const at = new Date(clock()).toISOString();
  await moveTargets(store, rotation, (target) => {
    const reason = failed.get(target.line);
    if (reason === undefined || target.state !== "waiting") return undefined;
    return { target: { ...target, state: "failed", reason, at } };
  });
  return groups.values();
}

async function sitesOf(store: Store, organization: string): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const sites = new Map<string, Set<string>>();
  for (const { body } of await store.find<Device>({ organization, kind: "device" }))
    for (const line of body.lines) sites.set(line, (sites.get(line) ?? new Set()).add(body.site));
  return sites;
}
