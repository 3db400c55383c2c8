import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, DocumentKey, Store, StoredDocument } from "../../domain/ports.ts";
import type { PushOutcome } from "../../domain/push.ts";
import { isNewsBeside, type NotPushed, type PushFacts } from "../../domain/sync.ts";

/** The last push of a device, as it is stored beside it. */
export interface StoredPush extends PushFacts {
  readonly by: string;
  readonly attempts: readonly { readonly transport: string; readonly at: string; readonly outcome: PushOutcome }[];
  /** The transport that last led to a fetch: the one to try first. */
  readonly worked?: string;
  /** RFC 3339: when the phone had completed the fetch. */
  readonly cameAt?: string;
}

/** In the place of a push of a device that was left out; the next push takes the place again. */
export interface StoredNotPushed extends NotPushed, Pick<StoredPush, "by" | "worked"> {}

/** Devices of one organization with the revisions that they should have. */
interface LeftOut {
  readonly organization: string;
  readonly devices: readonly { readonly mac: Mac; readonly revision: number }[];
  readonly by: string;
  /** For people. */
  readonly reason: string;
  /** It is tried again as it is. */
  readonly again?: true;
}

export interface PushRecords {
  of(device: StoredDocument<Device>): Promise<StoredPush | StoredNotPushed | undefined>;
  /** Written with its audit entry. One that asks for no fetch (`report`, `show`) leaves the last one as it was. */
  write(device: StoredDocument<Device>, push: StoredPush): Promise<StoredPush>;
  came(device: StoredDocument<Device>, push: StoredPush, transport: string | undefined): Promise<void>;
  /** Why nobody told them; written where that is news. */
  leaveOut(leftOut: LeftOut): Promise<void>;
}

export const pushKind = "push";
/** In one transaction, so that others have their turn between. */
const mostAtOnce = 200;

export function createPushRecords({ store, clock }: { readonly store: Store; readonly clock: Clock }): PushRecords {
  const keyOf = ({ organization, id }: StoredDocument<Device>): DocumentKey => ({ organization, kind: pushKind, id });
  return {
    of: async (device) => (await store.get<StoredPush | StoredNotPushed>(keyOf(device)))?.body,
    async write(device, push) {
      const key = keyOf(device);
      await store.transaction(async (transaction) => {
        const before = (await transaction.get<StoredPush | StoredNotPushed>(key))?.body;
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
        const now = (await transaction.get<StoredPush | StoredNotPushed>(key))?.body;
        if (now === undefined || now.result === "not-pushed" || now.at !== push.at) return;
        const cameAt = new Date(clock()).toISOString();
        await transaction.put<StoredPush>(key, { ...now, cameAt, ...(worked !== undefined && { worked }) });
      });
    },
    async leaveOut({ again, by, devices, organization, reason }) {
      for (let begin = 0; begin < devices.length; begin += mostAtOnce)
        await store.transaction(async (transaction) => {
          for (const { mac, revision } of devices.slice(begin, begin + mostAtOnce)) {
            const key = { organization, kind: pushKind, id: mac };
            const before = (await transaction.get<StoredPush | StoredNotPushed>(key))?.body;
            const facts = { result: "not-pushed", revision, at: clock(), reason, ...(again && { again }) } as const;
            if (!isNewsBeside(before, facts)) continue;
            await transaction.put<StoredNotPushed>(key, {
              ...facts,
              by,
              ...(before?.worked && { worked: before.worked }),
            });
          }
        });
    },
  };
}
