import type { Device } from "../../domain/device.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Clock, Store, StoreChange, StoredDocument } from "../../domain/ports.ts";
import { hasCome } from "../../domain/sync.ts";
import type { Presence } from "../../journal/presence.ts";
import { inSlices } from "../../lib/slices.ts";
import type { StoredNotPushed, StoredPush } from "../../office/push/records.ts";
import type { Job } from "../job.ts";

/** A device that was told and did not come in its time. */
export type LatePhone = Pick<StoredDocument<Device>, "organization" | "id"> & { readonly push: StoredPush };

export interface LatePhonesParts {
  readonly store: Store;
  readonly presence: Pick<Presence, "of">;
  readonly clock: Clock;
  /** Told of each at least once; the same push may come again after a restart. */
  tell(late: LatePhone): Promise<void>;
}

const kind = "push";
/** A push that was due longer ago, before this process began, is no news. */
const newsMs = 24 * 3_600_000;

/** Looks after the phones that were told, and says which did not come. */
export function latePhonesJob({ clock, presence, store, tell }: LatePhonesParts): Job & { close(): void } {
  const awaited = new Map<string, LatePhone>();
  let loaded = false;

  function follow({ organization, id, body }: Pick<StoreChange, "organization" | "id" | "body">): void {
    const push = body as StoredPush | StoredNotPushed | undefined;
    const key = `${organization}/${id}`;
    if (push?.result === "sent" && push.cameAt === undefined) awaited.set(key, { organization, id, push });
    else awaited.delete(key);
  }

  const unwatch = store.watch((changes) => {
    for (const change of changes) if (change.kind === kind) follow(change);
  });

  async function load(): Promise<void> {
    const oldest = clock() - newsMs;
    const found = await store.find<StoredPush | StoredNotPushed>({ kind });
    await inSlices(found, (each) => {
      if (each.body.result === "sent" && each.body.dueAt > oldest && !awaited.has(`${each.organization}/${each.id}`))
        follow(each);
    });
    loaded = true;
  }

  const due = () => [...awaited].filter(([, { push }]) => push.dueAt <= clock());

  return {
    name: "late-phones",
    text: "Notices phones that were told to come and did not, for web hooks.",
    cron: "* * * * *",
    enabled: true,
    async hasWork() {
      if (!loaded) await load();
      return due().length > 0;
    },
    async run() {
      let late = 0;
      for (const [key, phone] of due()) {
        const { served } = await presence.of(phone.organization, phone.id as Mac);
        if (!hasCome(served, phone.push)) {
          await tell(phone);
          late++;
        }
        awaited.delete(key);
      }
      return `${late} phones are late`;
    },
    close: unwatch,
  };
}
