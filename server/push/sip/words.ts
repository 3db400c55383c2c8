import type { PushOutcome, Signalling } from "../../domain/push.ts";
import type { SipOutcome } from "../../sip/client.ts";
import { hostPort } from "../../sip/peer.ts";

export interface Asked {
  readonly destination: { readonly address: string; readonly port: number };
  readonly signalling: Signalling;
  /** Of the line. */
  readonly user: string;
  readonly event: string;
}

/** What came of a NOTIFY, for people: what happened, and what can be done about it. */
export function inWords(outcome: SipOutcome, asked: Asked): PushOutcome {
  const place = `${hostPort(asked.destination.address, asked.destination.port)} (${asked.signalling.toUpperCase()})`;
  switch (outcome.result) {
    case "response":
      return responseInWords(outcome, asked);
    case "timeout":
      return silent(
        `No answer from ${place}. The phone is off or elsewhere, or takes SIP only from its PBX; then a PBX connection reaches it.`,
      );
    case "refused":
      return silent(
        `Nothing listens for SIP at ${place}. The phone is starting, has no line registered, or listens elsewhere: see push.port and push.transport.`,
      );
    case "aborted":
      return silent(`Given up before an answer came from ${place}.`);
    case "full":
      return { result: "unable", reason: "Too many notices are waiting to be sent." };
    case "failed":
      return ofFailure(outcome.code, place);
  }
}

/** With these a phone would refuse a notice as well; whatever else it answers, it is there and hears us. */
const refusals = new Set([401, 403, 404, 407]);

/** What came of asking whether the phone is there. */
export function reachInWords(outcome: SipOutcome, asked: Omit<Asked, "event">): PushOutcome {
  if (outcome.result === "response" && !refusals.has(outcome.response.status)) {
    return { result: "answered", detail: `it answered with ${outcome.response.status}` };
  }
  return inWords(outcome.result === "aborted" ? { result: "timeout" } : outcome, { ...asked, event: "" });
}

type Answered = Extract<SipOutcome, { result: "response" }>;
type Addressed = Pick<Asked, "user" | "event">;

/** The phone's own last word, whoever handed it on. */
export function responseInWords(outcome: Answered, asked: Addressed): PushOutcome {
  const { status } = outcome.response;
  if (status < 300) return { result: "answered" };
  if (status === 401 || status === 407) return refused(status, whyNoPassword(outcome, asked.user));
  const known = reasons[status];
  if (known) return refused(status, known(asked));
  if (status < 400) return refused(status, "The phone names another place to ask, and that is not followed.");
  if (status < 500) return refused(status, "The phone did not take the notice.");
  if (status < 600) return refused(status, "The phone could not do it now. Try again later.");
  return refused(status, "The phone declined.");
}

const reasons: Readonly<Record<number, (asked: Addressed) => string>> = {
  400: () => "The phone took the notice for malformed.",
  403: () =>
    "The phone forbids it. It may take notices only from its PBX: use a PBX connection, or the address and port that it accepts.",
  404: ({ user }) =>
    `The phone knows no line ${user}. Its line 1 has another name: it may still have an older configuration, or the address is another phone's.`,
  405: () => "The phone takes no notices of this kind.",
  480: () => "The phone is not available at the moment. Try again later.",
  481: () => "The phone takes notices only within a subscription. A PBX connection may reach it.",
  486: () => "The phone is busy, most likely in a call. Try again later.",
  489: ({ event }) =>
    `The phone does not know the event ${event}. Its firmware may be of another kind than its model says.`,
};

function whyNoPassword({ tried, isUnanswerable }: Answered, user: string): string {
  if (isUnanswerable) return "The phone asks for a password in a way that is not known here (known: Digest, qop auth).";
  if (tried === 0) return `The phone asks for the password of line ${user}, and there is none.`;
  const which = tried === 1 ? "the password" : "any password";
  return (
    `The phone did not take ${which} of line ${user}, of the revision it has fetched and of the one it shall have. ` +
    "It may have been set up by someone else: restart it so that it fetches its file, then try again."
  );
}

function ofFailure(code: string, place: string): PushOutcome {
  if (ownTrouble.has(code)) {
    return { result: "unable", reason: `Offhook could not send from its own SIP address and port (${code}).` };
  }
  if (/SSL|TLS|EPROTO/.test(code)) {
    return { result: "refused", reason: `No TLS connection could be agreed on with ${place} (${code}).` };
  }
  return silent(`The way to ${place} broke off (${code}).`);
}

/** No packet left: the port is taken, forbidden or another family's, or there is no network. */
const ownTrouble = new Set([
  "EACCES",
  "EADDRINUSE",
  "EADDRNOTAVAIL",
  "EAFNOSUPPORT",
  "EINVAL",
  "EMSGSIZE",
  "ENETUNREACH",
]);

const silent = (reason: string): PushOutcome => ({ result: "silent", reason });

function refused(status: number, reason: string): PushOutcome {
  return { result: "refused", reason: `${reason} (${status})`, status };
}
