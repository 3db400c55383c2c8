import type { OpenPbxConnection, PushTransport, PushTransportParts } from "../../domain/push.ts";
import { createKeeper } from "../connection/keeper.ts";
import { throughPbx } from "../connection/through-pbx.ts";
import { type PbxTimes, pbxTimes } from "../connection/times.ts";
import { isInCall } from "./calls.ts";
import { type KamailioLink, openKamailio } from "./kamailio-link.ts";
import { lookUp, registrationOf } from "./locations.ts";
import { pushThroughKamailio } from "./push.ts";
import { tryKamailio } from "./trial.ts";

const name = "kamailio-rpc";

/** Through the JSON-RPC of Kamailio, which finds the phone among its registrations and sends with its own address. */
export function createKamailioTransport(
  { allows, log }: Pick<PushTransportParts, "allows" | "log">,
  times: PbxTimes = pbxTimes,
): PushTransport {
  async function open(connection: OpenPbxConnection, signal: AbortSignal): Promise<KamailioLink> {
    const link = await openKamailio(connection, { allows, times }, signal);
    log.info({ connection: connection.id, host: connection.host, version: link.version }, "reached Kamailio");
    return link;
  }
  const keeper = createKeeper({ open, ...times });

  return {
    ...throughPbx({
      kind: name,
      title: "a Kamailio",
      keeper,
      push: (link, push, signal) => pushThroughKamailio(link, { ...push, allows }, signal),
    }),
    pbx: {
      kind: name,
      test: (connection, signal) =>
        tryKamailio(() => openKamailio(connection, { allows, times }, signal), connection, signal),
      async registration(connection, line, signal) {
        return registrationOf(await lookUp(await keeper.use(connection, signal), line, signal));
      },
      isInCall: async (connection, line, signal) => isInCall(await keeper.use(connection, signal), line, signal),
    },
  };
}
