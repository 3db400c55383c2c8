import { Failure } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store } from "../../domain/ports.ts";
import { createCronCheck } from "../cron.ts";
import { createHanded } from "../handed.ts";
import type { Job, Turn } from "../job.ts";
import type { PushPlan, Waiting, WaitingDevice } from "../waiting.ts";

/** What starts campaigns; campaigns has it. */
export interface StartCampaign {
  start(
    organization: string,
    request: { readonly select: { readonly devices: readonly Mac[] }; readonly action: "resync" },
    by: string,
  ): Promise<{
    /** Those that it leaves to another campaign. */
    readonly taken: readonly Mac[];
  }>;
  /** Those that a campaign is to tell yet, or waits for. */
  inHand(organization: string): Promise<ReadonlySet<Mac>>;
}

export interface PushJobParts {
  readonly store: Store;
  readonly waiting: Waiting;
  readonly campaigns: StartCampaign;
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

function createPushJob({ campaigns, clock, store, waiting }: PushJobParts, choice: Choice): Job {
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

  return {
    name,
    text,
    cron: "* * * * *",
    enabled: true,
    hasWork: async (slot) => (await due({ slot, asked: false })).size > 0,
    async run(turn) {
      let pushed = 0;
      const refusals: string[] = [];
      for (const [organization, devices] of await due(turn)) {
        const select = { devices: devices.map(({ mac }) => mac) };
        const begin = campaigns.start(organization, { select, action: "resync" }, `schedule ${name}`);
        const { refusal, taken } = await outcomeOf(begin);
        const given = devices.filter(({ mac }) => !taken.includes(mac));
        // What is refused once is refused each minute: these wait a while, and others are not held up.
        const isRefused = refusal !== undefined;
        if (!isRefused) pushed += given.length;
        else refusals.push(`${organization}: ${devices.length} devices are not pushed: ${refusal}`);
        // Told before it is noted: a campaign too many is better than a phone that nobody tells.
        await handed.note(organization, given, { now: clock(), isRefused }, (mac) =>
          waiting.mayWait(organization, mac),
        );
      }
      return inWords(pushed, refusals);
    },
  };
}

/** Our own trouble is thrown on: it is tried again. */
async function outcomeOf(
  begin: ReturnType<StartCampaign["start"]>,
): Promise<{ readonly refusal?: string; readonly taken: readonly Mac[] }> {
  try {
    return { taken: (await begin).taken };
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.kind.http < 500) return { refusal: thrown.message, taken: [] };
    throw thrown;
  }
}

function inWords(pushed: number, refusals: readonly string[]): string {
  if (pushed === 0 && refusals.length === 0) return "nothing waits";
  return [`${pushed} devices are pushed`, ...refusals].join("; ").slice(0, 1000);
}
