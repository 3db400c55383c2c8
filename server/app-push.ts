import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { networkHolds } from "./domain/network.ts";
import type { Clock, Store } from "./domain/ports.ts";
import type { OneTimeLogins } from "./domain/push.ts";
import { HostNames } from "./lib/host-names.ts";
import { createArrivals } from "./office/push/arrivals.ts";
import { createPbxConnections } from "./office/push/pbx-connections.ts";
import { createPushRecords } from "./office/push/records.ts";
import { createRegistrations } from "./office/push/registration.ts";
import { aim, type TargetParts } from "./office/push/target.ts";
import { loadTransports } from "./push/load-transports.ts";
import { createPush } from "./push.ts";

interface PushPlace extends Omit<TargetParts, "allows" | "names"> {
  readonly config: Config;
  readonly store: Store;
  /** The store that remembers what people change. */
  readonly edits: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly logins: OneTimeLogins;
  /** Base of the address that phones are told. */
  phones(): string;
}

/** Story two with everything that it needs; what listens here listens for the answers of phones only. */
export async function openPush({ config, log, logins, phones, ...parts }: PushPlace) {
  const allows = (address: string) => config.pushNetworks.some((network) => networkHolds(network, address));
  const transports = await loadTransports({
    allows,
    phones,
    logins,
    log,
    sip: { port: config.sipPort, ...(config.sipAddress !== undefined && { address: config.sipAddress }) },
  });
  const connections = createPbxConnections({ ...parts, store: parts.edits });
  const records = createPushRecords(parts);
  const arrivals = createArrivals(parts);
  const names = new HostNames();
  const targets: TargetParts = { ...parts, allows, names };
  return {
    transports,
    connections,
    records,
    arrivals,
    names,
    registrations: createRegistrations({ ...parts, connections, transports }),
    allows,
    push: createPush({
      transports,
      connections,
      records,
      arrivals,
      log,
      aim: (device, errand) => aim(targets, device, errand),
      clock: parts.clock,
    }),
    async close() {
      arrivals.close();
      await Promise.all(transports.map((each) => each.close()));
    },
  };
}
