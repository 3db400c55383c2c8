import type { ConnectionFinding, OpenPbxConnection } from "../../domain/push.ts";
import { fails, failsWith, works } from "../connection/findings.ts";
import { asPbxError } from "../connection/pbx-error.ts";
import { tryCalls } from "./calls.ts";
import type { KamailioLink } from "./kamailio-link.ts";
import { isNobody, lookUpMethod, lookUpTrouble } from "./locations.ts";
import { notifyMethod } from "./notify.ts";

/** What a connection may and can do, tried anew. Sends nothing to a phone: tm is asked to send nothing to nobody. */
export async function tryKamailio(
  open: () => Promise<KamailioLink>,
  { host, port, tls }: OpenPbxConnection,
  signal: AbortSignal,
): Promise<readonly ConnectionFinding[]> {
  const how = tls ? "with TLS" : "without TLS: what is sent can be read on the way, the password too";
  const reached = works(`${host} port ${port} is reached ${how}`);
  let link: KamailioLink | undefined;
  try {
    link = await open();
    const found = [reached, works(`${link.version} answers JSON-RPC`), passwordFinding(link)];
    return [...found, await tryLookUp(link, signal), await tryNotify(link, signal), await tryCalls(link, signal)];
  } catch (error) {
    const isThere = ["login", "protocol"].includes(asPbxError(error).trouble);
    return isThere ? [reached, failsWith(error)] : [failsWith(error)];
  } finally {
    link?.close();
  }
}

function passwordFinding({ asksPassword }: KamailioLink): ConnectionFinding {
  if (asksPassword) return works("name and password are accepted");
  return works("no password is asked for: whoever reaches this port commands the PBX");
}

async function tryLookUp(link: KamailioLink, signal: AbortSignal): Promise<ConnectionFinding> {
  try {
    // Nobody's registration: a phone need not be there for the trial.
    const answer = await link.ask(lookUpMethod, ["location", "offhook-trial@offhook.invalid"], signal);
    if ("result" in answer || isNobody(answer.error.text)) return works("the registrations of phones can be seen");
    return failsWith(lookUpTrouble(answer.error.text));
  } catch (error) {
    return failsWith(error);
  }
}

/** Without parameters tm says that they are missing, and nothing else happens. */
async function tryNotify(link: KamailioLink, signal: AbortSignal): Promise<ConnectionFinding> {
  try {
    const answer = await link.ask(notifyMethod, [], signal);
    const said = "error" in answer ? answer.error.text : "";
    if (/method not found/i.test(said)) {
      return fails(`the PBX does not know ${notifyMethod}`, "load the module tm in kamailio.cfg");
    }
    if (/not supported/i.test(said)) {
      const cure = "call jsonrpc_dispatch() in event_route[xhttp:request], which can wait for a phone";
      return fails(`${notifyMethod} can't wait for a phone by this way`, cure);
    }
    return works("phones can be told, and their answers come back");
  } catch (error) {
    return failsWith(error);
  }
}
