import type { ConnectionFinding, OpenPbxConnection, PushTransport, PushTransportParts } from "../../domain/push.ts";
import { failsWith, works } from "../connection/findings.ts";
import { createKeeper } from "../connection/keeper.ts";
import { asPbxError } from "../connection/pbx-error.ts";
import { throughPbx } from "../connection/through-pbx.ts";
import { type PbxTimes, pbxTimes } from "../connection/times.ts";
import { isInCall, tryCalls } from "./calls.ts";
import { type EslConnection, openEsl } from "./esl-connection.ts";
import { pushThroughEsl } from "./push.ts";
import { registrationOf, sofiaRegistrations } from "./registrations.ts";

const name = "freeswitch-esl";

/** Through the event socket of FreeSWITCH: one login a PBX connection, for all of its phones. */
export function createEslTransport(
  { allows, log }: Pick<PushTransportParts, "allows" | "log">,
  times: PbxTimes = pbxTimes,
): PushTransport {
  async function open(connection: OpenPbxConnection, signal: AbortSignal): Promise<EslConnection> {
    const link = await openEsl(connection, { allows, times }, signal);
    log.info({ connection: connection.id, host: connection.host }, "logged in at FreeSWITCH");
    return link;
  }
  const keeper = createKeeper({ open, ...times });

  return {
    ...throughPbx({
      kind: name,
      title: "a FreeSWITCH",
      keeper,
      push: (link, push, signal) =>
        pushThroughEsl(link, { ...push, profile: profileOf(push.connection), allows }, signal),
    }),
    pbx: {
      kind: name,
      test: (connection, signal) => tryOnce(() => openEsl(connection, { allows, times }, signal), connection, signal),
      async registration(connection, { user, domain }, signal) {
        const link = await keeper.use(connection, signal);
        const profile = profileOf(connection);
        const own = await sofiaRegistrations(link, { profile, user, host: domain }, signal);
        if (own.length > 0) return registrationOf(own);
        // Under another domain it may be this phone or somebody else's: that can't be told from here.
        const all = await sofiaRegistrations(link, { profile, user, host: "" }, signal);
        return all.length === 0 ? registrationOf(all) : undefined;
      },
      isInCall: async (connection, line, signal) => isInCall(await keeper.use(connection, signal), line, signal),
    },
  };
}

function profileOf({ profile }: OpenPbxConnection): string {
  return profile ?? "internal";
}

/** With a login of its own: what is tried is the connection as it is now, not one that is still open from before. */
async function tryOnce(
  open: () => Promise<EslConnection>,
  connection: OpenPbxConnection,
  signal: AbortSignal,
): Promise<readonly ConnectionFinding[]> {
  const { host, port, tls } = connection;
  const how = tls ? "with TLS" : "without TLS: what is sent can be read on the way, the password too";
  const reached = works(`${host} port ${port} is reached ${how}`);
  let link: EslConnection | undefined;
  try {
    link = await open();
    const found = [reached, works("the password is accepted")];
    return [...found, await tryProfile(link, profileOf(connection), signal), await tryCalls(link, signal)];
  } catch (error) {
    return asPbxError(error).trouble === "login" ? [reached, failsWith(error)] : [failsWith(error)];
  } finally {
    link?.close();
  }
}

async function tryProfile(link: EslConnection, profile: string, signal: AbortSignal): Promise<ConnectionFinding> {
  try {
    // Asks for nobody's registrations: a profile may hold thousands.
    await sofiaRegistrations(link, { profile, user: "nobody", host: "invalid" }, signal);
    return works(`the profile ${profile} is there, and the registrations of phones can be seen`);
  } catch (error) {
    return failsWith(error);
  }
}
