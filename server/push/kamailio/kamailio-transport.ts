import type { OpenPbxConnection, PushTransport, PushTransportParts } from "../../domain/push.ts";
import { createKeeper } from "../connection/keeper.ts";
import { unable } from "../connection/outcome.ts";
import { asPbxError } from "../connection/pbx-error.ts";
import { type PbxTimes, pbxTimes } from "../connection/times.ts";
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
    name,
    objection({ connection, line, notice }) {
      if (connection?.kind !== name) return "its site has no connection to a Kamailio";
      if (!line) return "it has no line that the PBX would know it by";
      return notice ? undefined : "its family has no NOTIFY for this";
    },
    async send(target, signal) {
      const { connection, line, notice } = target;
      if (!connection || !line || !notice) return unable("connection, line or NOTIFY is missing");
      try {
        const link = await keeper.use(connection, signal);
        return await pushThroughKamailio(link, { target, line, notice, allows }, signal);
      } catch (error) {
        return unable(`through Kamailio: ${asPbxError(error).message}`);
      }
    },
    pbx: {
      kind: name,
      test: (connection, signal) =>
        tryKamailio(() => openKamailio(connection, { allows, times }, signal), connection, signal),
      async registration(connection, line, signal) {
        return registrationOf(await lookUp(await keeper.use(connection, signal), line, signal));
      },
    },
    async close() {
      keeper.close();
    },
  };
}
