import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { CreatePushTransport, Notice, PushOutcome, PushTarget } from "../../domain/push.ts";
import { createSipClient, type SipAsk, type SipClient, type SipOutcome } from "../../sip/client.ts";
import type { HeaderField } from "../../sip/headers.ts";
import { hostPort } from "../../sip/peer.ts";
import { filledIn } from "../connection/notice.ts";
import { sendEither } from "../sip/otherwise.ts";
import { escapeUser, hostOf } from "../sip/uri-parts.ts";
import { type Asked, inWords, reachInWords } from "../sip/words.ts";

/** NOTIFY straight to the phone, without a PBX between (reference of each event: the family's profile). */
const createTransport: CreatePushTransport = (parts) => {
  const client = createSipClient({
    ...parts.sip,
    ...{ user: "offhook", userAgent: "Offhook" },
    failed: (err) => parts.log.warn({ err }, "the SIP socket reported a failure"),
  });
  const objection = (target: PushTarget) =>
    objectionTo(target, (address) => parts.allows(address)) ?? fromServerOnly(target, parts.sip.address);
  return {
    name: "sip-notify",
    objection,
    async send(target, signal) {
      const reason = objection(target);
      return reason === undefined ? await notify(client, target, signal) : { result: "unable", reason };
    },
    async reach(target, signal) {
      const reason = objection(target);
      return reason === undefined ? await options(client, target, signal) : { result: "unable", reason };
    },
    close: () => client.close(),
  };
};
export default createTransport;

function objectionTo(target: PushTarget, allows: (address: string) => boolean): string | undefined {
  const { destination, line, notice } = target;
  if (!notice) return "There is no SIP notice for this that phones of its family know.";
  if (!line?.user) return "The phone has no line yet that a notice could be addressed to.";
  if (!destination) return "It is not known where the phone is: it has not been seen yet, and push.address is not set.";
  if (isIP(destination.address) === 0 || !allows(destination.address)) {
    return `${destination.address} is outside of the networks that Offhook may send to.`;
  }
  return undefined;
}

/** Phones that were told so drop what another address sends: nobody should have to wait for that silence. */
function fromServerOnly({ onlyFrom }: PushTarget, own: string | undefined): string | undefined {
  if (onlyFrom === undefined || onlyFrom === own || (own === undefined && isOfThisMachine(onlyFrom))) return undefined;
  return `The phone takes SIP from its server only (sip.onlyProxy): tell it through that, over HTTP, or switch the setting off.`;
}

function isOfThisMachine(address: string): boolean {
  return Object.values(networkInterfaces()).some((each) => each?.some((one) => one.address === address));
}

async function notify(client: SipClient, target: PushTarget, signal: AbortSignal): Promise<PushOutcome> {
  const { callId, notice } = target;
  if (!notice) throw new TypeError("nothing to send");
  return await sendEither(filledIn(notice, callId), async (filled) => {
    const { body, event } = filled;
    const content = body === undefined ? {} : { body: Buffer.from(body) };
    const said = { method: "NOTIFY", headers: headersOf(filled), ...content };
    return await ask(client, target, said, signal, (outcome, asked) => inWords(outcome, { ...asked, event }));
  });
}

/**
 * What every phone answers and none acts on (RFC 3261 section 11). A NOTIFY for a report would prove more, the password
 * too, but the phone would upload all that it has set, and do that when it is told to come.
 */
async function options(client: SipClient, target: PushTarget, signal: AbortSignal): Promise<PushOutcome> {
  const said = { method: "OPTIONS", headers: [["Accept", "application/sdp"]] as const };
  return await ask(client, target, said, signal, reachInWords);
}

async function ask(
  client: SipClient,
  target: PushTarget,
  said: Pick<SipAsk, "method" | "headers" | "body">,
  signal: AbortSignal,
  inWords: (outcome: SipOutcome, asked: Omit<Asked, "event">) => PushOutcome,
): Promise<PushOutcome> {
  const { destination, line, signalling } = target;
  if (!destination || !line) throw new TypeError("nowhere to send it");
  const user = escapeUser(line.user);
  const domain = hostOf(line.domain) ?? hostOf(destination.address);
  const transport = signalling === "udp" ? "" : `;transport=${signalling}`;
  try {
    const outcome = await client.request({
      ...said,
      // Phones look for the line here: enterprise ones answer 404 when it is not their line 1.
      uri: `sip:${user}@${hostPort(destination.address, destination.port)}${transport}`,
      to: `sip:${user}@${domain}`,
      from: `sip:offhook@${domain}`,
      destination: { ...destination, signalling },
      credentials: [...new Set(target.secrets)].map((secret) => ({ user: line.authUser || line.user, secret })),
      signal,
    });
    return inWords(outcome, { destination, signalling, user: line.user });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { result: "unable", reason: `The notice can't be written as a SIP message: ${error.message}.` };
  }
}

function headersOf({ event, subscriptionState, contentType }: Notice): HeaderField[] {
  return [
    ["Event", event],
    ...(subscriptionState === undefined ? [] : [["Subscription-State", subscriptionState] as const]),
    ...(contentType === undefined ? [] : [["Content-Type", contentType] as const]),
  ];
}
