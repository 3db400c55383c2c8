import type { Device } from "../../domain/device.ts";
import type { Clock, DocumentKey, Store, StoredDocument } from "../../domain/ports.ts";
import type { PushOutcome } from "../../domain/push.ts";
import type { PushFacts } from "../../domain/sync.ts";

/** The last push of a device, as it is stored beside it. */
export interface StoredPush extends PushFacts {
  readonly by: string;
  readonly attempts: readonly { readonly transport: string; readonly at: string; readonly outcome: PushOutcome }[];
  /** The transport that last led to a fetch: the one to try first. */
  readonly worked?: string;
  /** RFC 3339: when the phone had completed the fetch. */
  readonly cameAt?: string;
}

export interface PushRecords {
  of(device: StoredDocument<Device>): Promise<StoredPush | undefined>;
  /** Written with its audit entry. One that asks for no fetch (`report`, `show`) leaves the last one as it was. */
  write(device: StoredDocument<Device>, push: StoredPush): Promise<StoredPush>;
  came(device: StoredDocument<Device>, push: StoredPush, transport: string | undefined): Promise<void>;
}

export const pushKind = "push";

export function createPushRecords({ store, clock }: { readonly store: Store; readonly clock: Clock }): PushRecords {
  const keyOf = ({ organization, id }: StoredDocument<Device>): DocumentKey => ({ organization, kind: pushKind, id });
  return {
    of: async (device) => (await store.get<StoredPush>(keyOf(device)))?.body,
    async write(device, push) {
      const key = keyOf(device);
      await store.transaction(async (transaction) => {
        const before = (await transaction.get<StoredPush>(key))?.body;
        if (push.action !== "report" && push.action !== "show")
          await transaction.put<StoredPush>(key, { ...push, ...(before?.worked && { worked: before.worked }) });
        const { organization, id } = device;
        const { action, by, reason, result } = push;
        const at = new Date(clock()).toISOString();
        const detail = { action, result, reason };
        transaction.audit({ at, organization, actor: by, action: "device.push", kind: "device", id, detail });
      });
      return push;
    },
    async came(device, push, worked) {
      const key = keyOf(device);
      await store.transaction(async (transaction) => {
        const now = (await transaction.get<StoredPush>(key))?.body;
        if (now?.at !== push.at) return;
        const cameAt = new Date(clock()).toISOString();
        await transaction.put<StoredPush>(key, { ...now, cameAt, ...(worked !== undefined && { worked }) });
      });
    },
  };
}
