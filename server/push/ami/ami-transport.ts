import type { ConnectionFinding, OpenPbxConnection, PushTransport, PushTransportParts } from "../../domain/push.ts";
import { failsWith, works } from "../connection/findings.ts";
import { createKeeper } from "../connection/keeper.ts";
import { asPbxError, PbxError } from "../connection/pbx-error.ts";
import { throughPbx } from "../connection/through-pbx.ts";
import { type PbxTimes, pbxTimes } from "../connection/times.ts";
import { type AmiConnection, openAmi } from "./ami-connection.ts";
import { isInCall } from "./calls.ts";
import { lookAtEndpoint, registrationOf } from "./endpoint.ts";
import { pushThroughAmi } from "./push.ts";
import { writeSecrets } from "./secrets.ts";
import { tryAmi } from "./trial.ts";

const name = "asterisk-ami";

/** Through the manager interface of Asterisk: one login a PBX connection, for all of its phones. */
export function createAmiTransport(
  { allows, log }: Pick<PushTransportParts, "allows" | "log">,
  times: PbxTimes = pbxTimes,
): PushTransport {
  async function open(connection: OpenPbxConnection, signal: AbortSignal): Promise<AmiConnection> {
    const link = await openAmi(connection, { allows, times }, signal);
    log.info({ connection: connection.id, host: connection.host, greeting: link.greeting }, "logged in at Asterisk");
    return link;
  }
  const keeper = createKeeper({ open, ...times });

  return {
    ...throughPbx({
      kind: name,
      title: "an Asterisk",
      keeper,
      push: (link, push, signal) => pushThroughAmi(link, { ...push, allows }, signal),
    }),
    pbx: {
      kind: name,
      test: (connection, signal) => tryOnce(() => openAmi(connection, { allows, times }, signal), connection, signal),
      async registration(connection, line, signal) {
        const look = await lookAtEndpoint(await keeper.use(connection, signal), line.user, signal);
        if (look.verdict === "done") return registrationOf(look.contacts);
        if (look.verdict === "no-permission") throw new PbxError("login", "the PBX shows no endpoints to this login");
        return look.verdict === "refused" ? { state: "unregistered" } : undefined;
      },
      isInCall: async (connection, line, signal) => isInCall(await keeper.use(connection, signal), line, signal),
      async writeSecrets(connection, secrets, signal) {
        try {
          return await writeSecrets(await keeper.use(connection, signal), secrets, signal);
        } catch (error) {
          return secrets.map(() => ({ result: "refused", reason: `through Asterisk: ${asPbxError(error).message}` }));
        }
      },
    },
  };
}

/** With a login of its own: what is tried is the connection as it is now, not one that is still open from before. */
async function tryOnce(
  open: () => Promise<AmiConnection>,
  { host, port, user, tls }: OpenPbxConnection,
  signal: AbortSignal,
): Promise<readonly ConnectionFinding[]> {
  let link: AmiConnection | undefined;
  try {
    link = await open();
    const how = tls ? "with TLS" : "without TLS: what is sent can be read on the way";
    const reached = works(`${host} port ${port} is ${link.greeting}, reached ${how}`);
    return [reached, works(`${user} is let in`), ...(await tryAmi(link, signal))];
  } catch (error) {
    return reachedOrNot(error, host, port);
  } finally {
    link?.close();
  }
}

function reachedOrNot(error: unknown, host: string, port: number): ConnectionFinding[] {
  const finding = failsWith(error);
  return asPbxError(error).trouble === "login" ? [works(`${host} port ${port} is reached`), finding] : [finding];
}
