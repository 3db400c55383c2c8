import type { Device } from "../../domain/device.ts";
import type { Clock, StoredDocument } from "../../domain/ports.ts";
import { hasCome, type PushFacts } from "../../domain/sync.ts";
import type { Presence, ServedFacts } from "../../journal/presence.ts";

/** Who waits for phones to come. Nothing is kept over a restart: whether one came is in its presence. */
export interface Arrivals {
  /** True as soon as the phone has completed the fetch, false when its time is over or Offhook ends. */
  wait(device: StoredDocument<Device>, push: Pick<PushFacts, "at" | "dueAt" | "revision">): Promise<boolean>;
  /** Whether it has come since. */
  hasCome(device: StoredDocument<Device>, push: Pick<PushFacts, "at" | "revision">): Promise<boolean>;
  close(): void;
}

/** What a timer can count, in milliseconds: 24.8 days. */
const longestWait = 2 ** 31 - 1;

type Waiting = (served: ServedFacts | undefined) => void;

export function createArrivals({ presence, clock }: { readonly presence: Presence; readonly clock: Clock }): Arrivals {
  const waiting = new Map<string, Set<Waiting>>();
  const unwatch = presence.watchServed((organization, mac, served) => {
    for (const tell of waiting.get(`${organization}/${mac}`) ?? []) tell(served);
  });

  return {
    async wait({ organization, body: { mac } }, push) {
      const key = `${organization}/${mac}`;
      const others = waiting.get(key) ?? new Set();
      waiting.set(key, others);
      return await new Promise<boolean>((resolve) => {
        const end = (came: boolean) => {
          clearTimeout(timer);
          others.delete(look);
          if (others.size === 0) waiting.delete(key);
          resolve(came);
        };
        const look: Waiting = (served) => {
          if (hasCome(served, push)) end(true);
        };
        const timer = setTimeout(() => end(false), Math.min(longestWait, Math.max(0, push.dueAt - clock())));
        timer.unref();
        others.add(look);
        // It may have come while the answer to the push was on its way.
        void presence.of(organization, mac).then(
          ({ served }) => look(served),
          () => undefined,
        );
      });
    },
    hasCome: async ({ organization, body: { mac } }, push) =>
      hasCome((await presence.of(organization, mac)).served, push),
    close: unwatch,
  };
}
