import { join } from "node:path";
import type { Logger } from "pino";
import { type Listeners, type Listening, openListeners } from "./app-listeners.ts";
import { type Office, openOffice } from "./app-office.ts";
import type { Config } from "./config.ts";
import type { Provision } from "./domain/exchange.ts";
import type { Clock } from "./domain/ports.ts";
import { TurnTime } from "./lib/turn-time.ts";
import { createProvision } from "./provision.ts";
import { keptSecret } from "./security/master-key.ts";

export interface AppParts {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  readonly clock?: Clock;
}

export interface App {
  readonly office: Office;
  /** The root token, given or made at the first start. */
  readonly apiToken: string;
  /** Opens every listener; warnings say what could not be had and what to do. */
  listen(): Promise<Listening>;
  /** Stops taking work, lets transfers end for a while, flushes, closes. */
  close(): Promise<void>;
}

/** Milliseconds of a turn of the event loop in which phones' requests may begin. */
const turnMs = 2;

/** The composition root: builds every part and joins them. Nothing listens yet. */
export async function createApp({ config, log, version, clock = Date.now }: AppParts): Promise<App> {
  const office = await openOffice(config, log, clock, { version });
  const apiToken = config.apiToken ?? keptSecret(join(config.data, "api.token"), (text) => text.trim(), 24);
  const provision = inTurns(
    createProvision({ ...office, store: office.stores.config, allowedNetworks: config.phoneNetworks }),
  );
  let listeners: Listeners | undefined;
  return {
    office,
    apiToken,
    async listen() {
      listeners = await openListeners({ config, log, version, clock, apiToken, office, provision });
      office.campaigns.begin();
      office.schedules.start();
      await office.rotations.begin();
      return listeners.listening;
    },
    async close() {
      await listeners?.close();
      await office.close();
    },
  };
}

/** What two thousand phones ask for in one moment takes its turns, so that nobody else waits for all of it. */
function inTurns(provision: Provision): Provision {
  const turns = new TurnTime(turnMs);
  return async (request) => {
    await turns.take();
    return await provision(request);
  };
}
