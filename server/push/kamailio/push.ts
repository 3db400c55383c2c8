import type { Notice, PushLine, PushOutcome, PushTarget } from "../../domain/push.ts";
import { addressIn, chooseContact, describeContact } from "../connection/contacts.ts";
import { filledIn } from "../connection/notice.ts";
import { afterSending, refused, unable } from "../connection/outcome.ts";
import { sendEither } from "../sip/otherwise.ts";
import { responseInWords } from "../sip/words.ts";
import type { KamailioLink } from "./kamailio-link.ts";
import { type Location, lookUp } from "./locations.ts";
import { type KamailioNotify, type NotifyOutcome, notifyThrough } from "./notify.ts";

/** What is pushed: all of a target that Kamailio needs. */
export interface KamailioPush {
  readonly target: PushTarget;
  readonly line: PushLine;
  readonly notice: Notice;
  /** Whether Offhook may make packets go there: an IP address. */
  allows(address: string): boolean;
}

/** Finds the phone's registration and has it told. Rejects with a PbxError while nothing is sent yet. */
export async function pushThroughKamailio(
  link: KamailioLink,
  push: KamailioPush,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const { line, target } = push;
  const found = await lookUp(link, line, signal);
  if (found.length === 0) return unable(`nothing is registered at the PBX as ${line.user}`);
  const chosen = chooseContact(found, target);
  if (chosen.isElsewhere) return unable(`other phones are registered at the PBX as ${line.user}, and this one is not`);
  const location = found.find((each) => each === chosen.ours);
  if (!location) {
    const all = found.slice(0, 5).map(describeContact).join(", ");
    return unable(`which phone of ${line.user} at the PBX this is can't be told: ${all}`);
  }
  const objection = objectionTo(location, push);
  return objection === undefined ? await tell(link, push, location, signal) : unable(objection);
}

/** Kamailio sends where it is told to: a contact must not lead it to a place that we may not send to ourselves. */
function objectionTo({ nextHop, uri }: Location, { allows }: KamailioPush): string | undefined {
  const to = nextHop ?? uri;
  const address = addressIn(to);
  if (address === undefined) return `it is registered at the PBX with ${uri}, which names no IP address`;
  return allows(address) ? undefined : `it is registered at the PBX with ${to}, where Offhook may not send to`;
}

async function tell(
  link: KamailioLink,
  { line, notice, target }: KamailioPush,
  location: Location,
  signal: AbortSignal,
): Promise<PushOutcome> {
  const credentials = target.secrets.map((secret) => ({ user: line.authUser || line.user, secret }));
  return await sendEither(filledIn(notice, location.callId), async (filled) => {
    const notify: KamailioNotify = { line, location, credentials, notice: filled };
    try {
      return outcomeOf(await notifyThrough(link, notify, signal), notify);
    } catch (error) {
      return afterSending(error);
    }
  });
}

function outcomeOf(outcome: NotifyOutcome, { line, location, notice }: KamailioNotify): PushOutcome {
  if (outcome.result === "silent") {
    return { result: "silent", reason: `the phone did not answer the PBX at ${location.uri}` };
  }
  if (outcome.result === "refused") return refused(`the PBX can't tell ${location.uri}: ${outcome.said}`);
  const said = responseInWords(outcome, { user: line.user, event: notice.event });
  return said.result === "answered" ? { ...said, detail: `the phone answered the PBX from ${location.uri}` } : said;
}
