import type { Config } from "./config.ts";
import { networkHolds } from "./domain/network.ts";
import type { Clock } from "./domain/ports.ts";
import { isPublicAddress } from "./domain/public-address.ts";
import { createWebhooks } from "./office/webhooks.ts";
import { createBacklogs } from "./outbox/backlog.ts";
import { createQueue } from "./outbox/entries.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { configSources, presenceSources } from "./outbox/sources.ts";
import { createSubscriptions } from "./outbox/subscriptions.ts";
import { tellingStore } from "./outbox/telling-store.ts";
import type { Sealer } from "./security/sealer.ts";
import { generateSecret } from "./security/secrets.ts";
import type { Stores } from "./store/open-store.ts";

interface TellingPlace {
  readonly stores: Stores;
  readonly sealer: Sealer;
  readonly config: Config;
  readonly clock: Clock;
}

export type Telling = Awaited<ReturnType<typeof openTelling>>;

/** The stores as everybody sees them, which also write what web hooks are told; and what delivers it. */
export async function openTelling({ clock, config, sealer, stores }: TellingPlace) {
  const { config: store, presence } = stores;
  const allows = (address: string) =>
    isPublicAddress(address) || config.webhookNetworks.some((network) => networkHolds(network, address));
  const hooks = await createSubscriptions(store);
  const backlogs = createBacklogs([store, presence]);
  await backlogs.load();
  const webhooks = createWebhooks({ store, sealer, clock, newSecret: generateSecret, allows });
  const queue = createQueue({ backlogs, hooks, store });
  const queueSeen = createQueue({ backlogs, hooks, store: presence });
  return {
    stores: {
      config: tellingStore(store, hooks, queue, configSources(clock)),
      presence: tellingStore(presence, hooks, queueSeen, presenceSources(clock, store)),
    },
    backlogs,
    webhooks,
    outbox: createOutbox({
      store,
      presence,
      hooks,
      backlogs,
      queue,
      clock,
      secretOf: webhooks.secretOf,
      sending: { allows },
    }),
    close() {
      backlogs.close();
      hooks.close();
    },
  };
}
