import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import type { LookOutcome } from "../../domain/phone-screen.ts";
import type { Clock, Store, StoredDocument } from "../../domain/ports.ts";
import type { PushTransport } from "../../domain/push.ts";
import type { PushedPhone } from "./target.ts";

type Screenshot = Pick<Extract<LookOutcome, { result: "seen" }>, "contentType" | "picture">;

export interface Screenshots {
  /** Audited, also where nothing was seen. CONFLICT with the reason where there is none; TOO_BUSY when many look at once. */
  take(device: StoredDocument<Device>, by: string, signal: AbortSignal): Promise<Screenshot>;
}

interface ScreenshotParts {
  readonly transports: readonly PushTransport[];
  readonly store: Store;
  readonly clock: Clock;
  aim(device: StoredDocument<Device>): Promise<PushedPhone>;
}

/** A picture may have 4 MB, and is held until it is sent on. */
const mostAtOnce = 8;

/** Pictures of what a phone's screen shows, that is of what somebody sees at a desk. */
export function createScreenshots(parts: ScreenshotParts): Screenshots {
  let underWay = 0;
  return {
    async take(device, by, signal) {
      if (underWay >= mostAtOnce) throw new Failure("TOO_BUSY");
      underWay += 1;
      try {
        const outcome = await look(parts, await parts.aim(device), signal);
        await audit(parts, device, by, outcome);
        if (outcome.result === "seen") return outcome;
        throw new Failure("CONFLICT", outcome.reason);
      } finally {
        underWay -= 1;
      }
    },
  };
}

async function look(
  { transports }: ScreenshotParts,
  { desk, nowhere, target }: PushedPhone,
  signal: AbortSignal,
): Promise<LookOutcome> {
  if (!target.request) return unable(`${desk.model.title} gives no picture of its screen`);
  if (desk.plan.carried.has("phone.webAccess") && desk.settings.get("phone.webAccess")?.value === false)
    return unable("the phone's web server, which gives the picture, is off: see phone.webAccess");
  if (nowhere !== undefined) return unable(nowhere);
  const way = transports.find((each) => each.look !== undefined);
  return (await way?.look?.(target, signal)) ?? unable("there is no way to look at a phone");
}

function unable(reason: string): LookOutcome {
  return { result: "unable", reason };
}

async function audit(
  { clock, store }: ScreenshotParts,
  { id, organization }: StoredDocument<Device>,
  by: string,
  outcome: LookOutcome,
): Promise<void> {
  const { result } = outcome;
  const detail = { result, ...("reason" in outcome && { reason: outcome.reason }) };
  const at = new Date(clock()).toISOString();
  await store.transaction(async (transaction) => {
    transaction.audit({ at, organization, actor: by, action: "device.screenshot", kind: "device", id, detail });
  });
}
