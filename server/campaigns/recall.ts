import type { Target } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { DocumentKey, Store } from "../domain/ports.ts";
import type { SyncFacts } from "../domain/sync.ts";
import type { PushRecords } from "../office/push/records.ts";
import { cameAfterTelling } from "./turn.ts";

interface RecallParts {
  readonly store: Store;
  readonly records: Pick<PushRecords, "of">;
}

/**
 * What is known of a phone when a campaign goes on after a restart: it may have come meanwhile, and where Offhook ended
 * between the telling and its outcome, the push itself may have been written.
 */
export async function recall(
  { records, store }: RecallParts,
  { organization }: DocumentKey,
  target: Target,
  served: SyncFacts["served"],
): Promise<Target | "came"> {
  if (!(target.isSending || target.state === "sent")) return target;
  if (cameAfterTelling(target, served)) return "came";
  if (!target.isSending) return target;
  const device = await store.get<Device>({ organization, kind: "device", id: target.mac });
  const push = device && (await records.of(device));
  if (push?.result !== "sent" || push.at < (target.at ?? 0)) return target;
  const { isSending: _isSending, ...told } = target;
  const { dueAt, reason, transport } = push;
  return { ...told, state: "sent", dueAt, reason, ...(transport !== undefined && { transport }) };
}
