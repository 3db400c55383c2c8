import type { Device } from "../domain/device.ts";
import type { Mac } from "../domain/mac.ts";
import type { Clock, Store, StoreChange } from "../domain/ports.ts";
import { syncOf, type syncStates } from "../domain/sync.ts";
import type { Presence } from "../journal/presence.ts";
import type { Times } from "../lib/cron.ts";
import { inSlices } from "../lib/slices.ts";
import type { Desks } from "../office/desk/desk.ts";
import type { PushRecords } from "../office/push/records.ts";
import type { Revision, Revisions } from "../office/revisions/revisions.ts";
import { createPushUses, inPages, isLayer } from "./push-uses.ts";

/** How a device is pushed: its `push.when`, and the times of its `push.window`. */
export interface PushPlan {
  readonly when: "manual" | "auto" | "window";
  readonly times?: Times;
}

/** A device that people changed since it last fetched its file. `revision`: the one that it should have. */
export interface WaitingDevice {
  readonly organization: string;
  readonly mac: Mac;
  readonly revision: number;
}

export interface Waiting {
  /** Those that a push would do good, among the ones whose plan is asked for. */
  find(isAsked: (plan: PushPlan) => boolean): Promise<readonly WaitingDevice[]>;
  /** Whether it may still be waiting, of what is known without a look. */
  mayWait(organization: string, mac: string): boolean;
  /** Called when a change of people may have made one more wait. */
  watch(listener: () => void): void;
  close(): void;
}

export interface WaitingParts {
  readonly store: Store;
  readonly presence: Pick<Presence, "of">;
  readonly revisions: Pick<Revisions, "history">;
  readonly records: Pick<PushRecords, "of">;
  readonly desks: Pick<Desks, "read">;
  readonly clock: Clock;
}

interface Candidate {
  readonly organization: string;
  readonly mac: Mac;
  /** Kept until something that people configure changes. */
  plan?: PushPlan | undefined;
}

/** A device that was told and has time to come is left alone, and so is one that refused. */
const pushable = new Set<(typeof syncStates)[number]>(["pending", "late", "unreachable"]);

/** In memory, true by the store's changes: a desk is worked out only for a device that has something new. */
export function createWaiting(parts: WaitingParts): Waiting {
  const { store } = parts;
  const candidates = new Map<string, Candidate>();
  const listeners = new Set<() => void>();
  const uses = createPushUses(store);
  let loaded: Promise<void> | undefined;

  function note(organization: string, mac: Mac): void {
    candidates.set(`${organization}/${mac}`, { organization, mac });
  }

  /** True when it may have made one more wait. */
  function follow({ kind, organization, id, body }: StoreChange): boolean {
    if (kind !== "revision") return false;
    const isNews = body !== undefined && isOfPeople(body as Revision);
    if (body === undefined) candidates.delete(`${organization}/${id}`);
    else if (isNews) note(organization, id as Mac);
    return isNews;
  }

  function forgetPlans(): void {
    for (const candidate of candidates.values()) candidate.plan = undefined;
  }

  const unwatch = store.watch((changes) => {
    uses.note(changes);
    if (changes.some(({ kind }) => isLayer(kind))) forgetPlans();
    const isNews = changes.filter(follow).length > 0;
    if (isNews && !uses.isEmpty()) for (const listener of listeners) listener();
  });

  /** What waits since before this process began. */
  async function load(): Promise<void> {
    await uses.load();
    for await (const { organization, id } of inPages<Revision>(store, "revision")) note(organization, id as Mac);
  }

  async function find(isAsked: (plan: PushPlan) => boolean): Promise<readonly WaitingDevice[]> {
    loaded ??= load();
    await loaded.catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    const found: WaitingDevice[] = [];
    if (uses.isEmpty()) return found;
    await inSlices([...candidates.entries()], async ([key, candidate]) => {
      const state = await stateOf(parts, candidate, isAsked);
      if (state === "gone") {
        // Not one that was noted meanwhile.
        if (candidates.get(key) === candidate) candidates.delete(key);
      } else if (state !== "other") found.push(state);
    });
    return found;
  }

  return {
    find,
    mayWait: (organization, mac) => candidates.has(`${organization}/${mac}`),
    watch: (listener) => void listeners.add(listener),
    close: unwatch,
  };
}

/** "gone": nothing waits, and nothing will without another change. "other": not now. */
async function stateOf(
  { clock, desks, presence, records, revisions, store }: WaitingParts,
  candidate: Candidate,
  isAsked: (plan: PushPlan) => boolean,
): Promise<WaitingDevice | "gone" | "other"> {
  const { organization, mac } = candidate;
  if (candidate.plan && !isAsked(candidate.plan)) return "other";
  const [[desired, ...past], { served }] = await Promise.all([
    revisions.history(organization, mac),
    presence.of(organization, mac),
  ]);
  if (!desired || served?.digest === desired.digest) return "gone";
  // A phone that never had its file comes for it when it is plugged in; nobody knows yet whether it may.
  if (!served) return "other";
  if (![desired, ...past].some((revision) => revision.n > served.n && isOfPeople(revision))) return "gone";
  const device = await store.get<Device>({ organization, kind: "device", id: mac });
  if (!device) return "gone";
  candidate.plan ??= planOf((await desks.read(store, device)).settings);
  if (!isAsked(candidate.plan)) return "other";
  const push = await records.of(device);
  const { state } = syncOf({ seen: true, served, desired, now: clock(), ...(push && { push }) });
  return pushable.has(state) ? { organization, mac, revision: desired.n } : "other";
}

type Settings = Awaited<ReturnType<Desks["read"]>>["settings"];

function planOf(settings: Settings): PushPlan {
  const when = settings.get("push.when")?.value as PushPlan["when"] | undefined;
  const cron = settings.get("push.window")?.value;
  const zone = String(settings.get("time.zone")?.value ?? "UTC");
  return { when: when ?? "manual", ...(cron !== undefined && { times: { cron: String(cron), zone } }) };
}

/** What Offhook itself brought (a new version, a load that became whole) never pushes by itself. */
function isOfPeople({ by }: Revision): boolean {
  return by !== undefined && by !== "offhook";
}
