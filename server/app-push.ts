import type { Logger } from "pino";
import type { Config } from "./config.ts";
import { networkHolds } from "./domain/network.ts";
import type { OneTimeLogins } from "./domain/one-time-logins.ts";
import type { Clock, Store } from "./domain/ports.ts";
import { HostNames } from "./lib/host-names.ts";
import { createArrivals } from "./office/push/arrivals.ts";
import { createCalls } from "./office/push/calls.ts";
import { createPbxConnections } from "./office/push/pbx-connections.ts";
import { createPushRecords } from "./office/push/records.ts";
import { createRegistrations } from "./office/push/registration.ts";
import { createScreenshots } from "./office/push/screenshots.ts";
import { createShowings } from "./office/push/showings.ts";
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
  const registrations = createRegistrations({ ...parts, connections, transports });
  const targets: TargetParts = { ...parts, allows, names, registered: registrations.soon };
  return {
    transports,
    connections,
    records,
    arrivals,
    calls: createCalls({ ...parts, connections, transports }),
    names,
    registrations,
    allows,
    screenshots: createScreenshots({
      ...{ transports, store: parts.store, clock: parts.clock },
      aim: (device) => aim(targets, device, "look"),
    }),
    showings: createShowings({
      clock: parts.clock,
      phones,
      async whereabouts(device) {
        const { presence, target } = await aim(targets, device, "look");
        return [presence.address, target.destination?.address].filter((each) => each !== undefined);
      },
    }),
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
