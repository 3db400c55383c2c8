import { type Campaign, campaignKind, countsOf, isAwaited, type Target, targetKind } from "./domain/campaign.ts";
import { type Grant, grantKind } from "./domain/grant.ts";
import {
  type Rotation,
  type RotationStep,
  type RotationTarget,
  rotationKind,
  rotationTargetKind,
} from "./domain/rotation.ts";
import type { Delivery } from "./domain/webhook.ts";
import { windowKind } from "./office/phones/windows.ts";
import { deliveryKind } from "./outbox/backlog.ts";
import type { BackupRecord } from "./store/backup-records.ts";

/** What was under way when a backup was made and is not after a restore, counted. */
export interface Ended {
  windows: number;
  grants: number;
  campaigns: number;
  rotations: number;
  deliveries: number;
}

type DocumentRecord = Extract<BackupRecord, { document: unknown }>;

const why = "ended by a restore";
const underWay: ReadonlySet<RotationStep> = new Set(["waiting", "exported", "written", "given"]);

/**
 * Ends what would act on phones, people or other systems a second time: the stores may be a copy of those that go on
 * elsewhere. Campaigns under way are cancelled, grants are ended, rotations wait for a person, waiting deliveries and
 * windows are dropped.
 */
export class Endings {
  readonly ended: Ended = { windows: 0, grants: 0, campaigns: 0, rotations: 0, deliveries: 0 };
  readonly #at: string;
  /** Those whose phones or lines may come after them: at most 20 of each for an organization. */
  readonly #held: DocumentRecord[] = [];
  readonly #targets = new Map<string, Pick<Target, "state">[]>();
  readonly #rotating = new Set<string>();

  /** `at` is RFC 3339. */
  constructor(at: string) {
    this.#at = at;
  }

  /** The record as it is restored; undefined where it is dropped, or comes with the last ones. */
  pass(record: DocumentRecord): DocumentRecord | undefined {
    const { body, kind } = record.document;
    if (kind === windowKind) return this.#drop("windows");
    if (kind === deliveryKind && (body as Delivery).nextAt !== undefined) return this.#drop("deliveries");
    if (kind === grantKind && (body as Grant).endedAt === undefined) return this.#endGrant(record);
    if (kind === targetKind) return this.#endTarget(record);
    if (kind === rotationTargetKind && underWay.has((body as RotationTarget).state))
      this.#rotating.add(ownerOf(record));
    const isOpen = kind === rotationKind || (kind === campaignKind && isUnderWay(body as Campaign));
    if (!isOpen) return record;
    this.#held.push(record);
    return undefined;
  }

  /** After all others: what can be said only when every target was seen. */
  *last(): Generator<DocumentRecord> {
    for (const record of this.#held) {
      if (record.document.kind === campaignKind) yield this.#endCampaign(record);
      else yield this.#rotating.has(placeOf(record)) ? this.#holdRotation(record) : record;
    }
  }

  #drop(what: "windows" | "deliveries"): undefined {
    this.ended[what] += 1;
  }

  /** Also one whose time is over by this clock: another may go slower. */
  #endGrant(record: DocumentRecord): DocumentRecord {
    this.ended.grants += 1;
    const grant = record.document.body as Grant;
    const endedAt = this.#at < grant.expiresAt ? this.#at : grant.expiresAt;
    return withBody<Grant>(record, { ...grant, endedAt, endedBy: "restore" });
  }

  #endTarget(record: DocumentRecord): DocumentRecord {
    const target = endedTarget(record.document.body as Target);
    const owner = ownerOf(record);
    const its = this.#targets.get(owner) ?? [];
    this.#targets.set(owner, its);
    its.push({ state: target.state });
    return withBody(record, target);
  }

  #endCampaign(record: DocumentRecord): DocumentRecord {
    this.ended.campaigns += 1;
    const { lease: _lease, ...campaign } = record.document.body as Campaign;
    const counts = countsOf(this.#targets.get(placeOf(record)) ?? []);
    const isStopped = campaign.state === "stopped" || campaign.state === "cancelled";
    const reason = isStopped && campaign.reason !== undefined ? `${campaign.reason}; ${why}` : why;
    const state = campaign.state === "stopped" ? campaign.state : ("cancelled" as const);
    return withBody<Campaign>(record, { ...campaign, state, reason, counts, endedAt: this.#at });
  }

  /** Its secrets are kept: a PBX may have them, and nobody else. */
  #holdRotation(record: DocumentRecord): DocumentRecord {
    this.ended.rotations += 1;
    const rotation = record.document.body as Rotation;
    return withBody<Rotation>(record, { ...rotation, isHeld: true, reason: `${why}; resume goes on with it` });
  }
}

/** One whose phones are still being written is removed at the start in any case. */
function isUnderWay({ endedAt, isPreparing }: Campaign): boolean {
  return endedAt === undefined && !isPreparing;
}

/** What was decided stays. Of one that was told nobody waits for what comes of it. */
function endedTarget(target: Target): Target {
  const { dueAt: _dueAt, isSending: _isSending, nextAt: _nextAt, registration, ...rest } = target;
  const proven = registration === undefined || registration === "awaited" ? {} : { registration };
  if (target.attempts === 0 && target.state === "pending") return { ...rest, ...proven, state: "skipped", reason: why };
  const isOpen = target.state === "pending" || (isAwaited(target) && target.state !== "up-to-date");
  if (!isOpen) return { ...rest, ...proven };
  return { ...rest, ...proven, state: "late", reason: `${why}: whether it came is not known` };
}

/** `organization/id`. */
function placeOf({ document }: DocumentRecord): string {
  return `${document.organization}/${document.id}`;
}

/** The place of the campaign or rotation that a target is of: its id is `owner.name`. */
function ownerOf(record: DocumentRecord): string {
  const place = placeOf(record);
  return place.slice(0, place.indexOf(".", place.indexOf("/")));
}

function withBody<Body>(record: DocumentRecord, body: Body): DocumentRecord {
  return { ...record, document: { ...record.document, body } };
}
