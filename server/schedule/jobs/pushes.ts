import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store } from "../../domain/ports.ts";
import type { PushRecords } from "../../office/push/records.ts";
import { createCronCheck } from "../cron.ts";
import { createHanded } from "../handed.ts";
import type { Job, Turn } from "../job.ts";
import type { PushPlan, Waiting, WaitingDevice } from "../waiting.ts";

/** What starts campaigns; campaigns has it. */
export interface StartCampaign {
  start(
    organization: string,
    request: {
      readonly select: { readonly devices: readonly Mac[] };
      readonly action: "resync";
      readonly leavesUnproven: true;
    },
    by: string,
  ): Promise<{
    /** Those that it leaves to another campaign. */
    readonly taken: readonly Mac[];
    /** Those that nobody tells: the change could lose them, and nobody can prove that it does not. */
    readonly unproven: readonly Mac[];
  }>;
  /** Those that a campaign is to tell yet, or waits for. */
  inHand(organization: string): Promise<ReadonlySet<Mac>>;
}

export interface PushJobParts {
  readonly store: Store;
  readonly waiting: Waiting;
  readonly campaigns: StartCampaign;
  readonly records: Pick<PushRecords, "leaveOut">;
  readonly clock: Clock;
}

type When = Pick<Turn, "asked" | "slot">;

interface Choice {
  readonly name: string;
  readonly text: string;
  readonly againMs: number;
  isMeant(plan: PushPlan, turn: When): boolean;
}

const hourMs = 3_600_000;
const minuteMs = 60_000;

/** What waits is pushed: soon after the change, or in the windows, as `push.when` says. */
export function pushJobs(parts: PushJobParts): readonly Job[] {
  const isNow = createCronCheck();
  return [
    createPushJob(parts, {
      name: "push-changes",
      text: "Pushes what people changed, some seconds after, to phones whose push.when is auto.",
      againMs: Number.POSITIVE_INFINITY,
      isMeant: ({ when }) => when === "auto",
    }),
    createPushJob(parts, {
      name: "push-windows",
      text: "Pushes what waits to phones whose push.when is window, at the times of their push.window.",
      // A window may be many minutes long; a campaign in it has retries of its own.
      againMs: 6 * hourMs,
      isMeant: ({ when, times }, { asked, slot }) =>
        when === "window" && (asked || (times !== undefined && isNow(times, slot - (slot % minuteMs)))),
    }),
  ];
}

function createPushJob({ campaigns, clock, records, store, waiting }: PushJobParts, choice: Choice): Job {
  const { againMs, isMeant, name, text } = choice;
  const handed = createHanded(store);

  /** By organization. */
  async function due(turn: When): Promise<ReadonlyMap<string, readonly WaitingDevice[]>> {
    const found = await waiting.find((plan) => isMeant(plan, turn));
    const groups = new Map<string, readonly WaitingDevice[]>();
    for (const organization of new Set(found.map((each) => each.organization))) {
      const its = found.filter((each) => each.organization === organization);
      const fresh = await handed.without(organization, its, clock(), turn.asked ? 0 : againMs);
      if (fresh.length === 0) continue;
      // Who still waits when that campaign is over has its turn then.
      const inHand = await campaigns.inHand(organization);
      const free = fresh.filter(({ mac }) => !inHand.has(mac));
      if (free.length > 0) groups.set(organization, free);
    }
    return groups;
  }

  /** How many are in a campaign now, and how many are not and why. */
  async function push(organization: string, devices: readonly WaitingDevice[]) {
    const macs = devices.map(({ mac }) => mac);
    const request = { select: { devices: macs }, action: "resync", leavesUnproven: true } as const;
    const by = `schedule ${name}`;
    const outcome = await outcomeOf(campaigns.start(organization, request, by), macs);
    const [taken, refused] = [new Set(outcome.taken), new Set(outcome.refused)];
    const given = devices.filter(({ mac }) => !taken.has(mac) && !refused.has(mac));
    const left = devices.filter(({ mac }) => refused.has(mac));
    const keeps = (mac: string) => waiting.mayWait(organization, mac);
    // Told before it is noted: a campaign too many is better than a phone that nobody tells.
    if (given.length > 0) await handed.note(organization, given, { now: clock(), isRefused: false }, keeps);
    // What is refused once is refused each minute: these wait a while, and others are not held up.
    if (left.length > 0) {
      await records.leaveOut({ organization, devices: left, by, ...outcome.told });
      await handed.note(organization, left, { now: clock(), isRefused: true }, keeps);
    }
    return { given: given.length, refused: left.length, refusal: outcome.refusal };
  }

  return {
    name,
    text,
    cron: "* * * * *",
    enabled: true,
    hasWork: async (slot) => (await due({ slot, asked: false })).size > 0,
    async run(turn) {
      let pushed = 0;
      const refusals: string[] = [];
      const troubles: unknown[] = [];
      for (const [organization, devices] of await due(turn))
        try {
          const { given, refusal, refused } = await push(organization, devices);
          pushed += given;
          if (refused > 0) refusals.push(`${organization}: ${refused} devices are not pushed: ${refusal}`);
        } catch (error) {
          // Our own: it is tried again, and keeps nobody of the others.
          troubles.push(error);
          refusals.push(`${organization}: ${devices.length} devices could not be pushed yet`);
        }
      const words = inWords(pushed, refusals);
      if (troubles.length > 0) throw new Error(words, { cause: troubles[0] });
      return words;
    },
  };
}

const nobodyProves = "this changes how phones reach their PBX, and nobody can prove that they find it";

/** What a person reads at each device that is left out; the same at each time, so that it is written once. */
const leftOut = { reason: `not pushed by itself: ${nobodyProves}; push it with a campaign` };
/** Why is in the outcome of the schedule, and may be another thing at each time. */
const putOff = {
  reason: "not pushed by itself yet: no campaign could be started; it is tried again",
  again: true,
} as const;

/** Our own trouble is thrown on: it is tried again. */
async function outcomeOf(begin: ReturnType<StartCampaign["start"]>, macs: readonly Mac[]) {
  try {
    const { taken, unproven } = await begin;
    return { taken, refused: unproven, refusal: nobodyProves, told: leftOut };
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.kind.http >= 500) throw thrown;
    const { errors, message } = thrown;
    const isUnproven = errors.some(({ code }) => code === "unproven");
    return { taken: [], refused: macs, refusal: message, told: isUnproven ? leftOut : putOff };
  }
}

function inWords(pushed: number, refusals: readonly string[]): string {
  if (pushed === 0 && refusals.length === 0) return "nothing waits";
  return [`${pushed} devices are pushed`, ...refusals].join("; ").slice(0, 1000);
}
