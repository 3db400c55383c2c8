import type { SipAnswer } from "../../sip/answering.ts";
import { type Challenge, isRightAnswer, parseAnswer, writeChallenge } from "../../sip/digest.ts";
import { headerOf, type SipRequest } from "../../sip/message.ts";
import type { HeldLine } from "./held.ts";

/** Asks for a password by 401 before it lets a request pass. */
export interface LoginGate {
  /** Undefined: the request may pass. */
  objection(request: SipRequest, line: Pick<HeldLine, "authUser" | "secret">, isStrong: boolean): SipAnswer | undefined;
}

const realm = "simulated phone";
const mostNonces = 16;

/** Each nonce is good for one answer; one that is used again, or that is not of the last ones, is stale. */
export function createLoginGate(chance: () => number): LoginGate {
  const nonces = new Set<string>();

  function challenge(stale: boolean, isStrong: boolean): SipAnswer {
    const nonce = Array.from({ length: 4 }, () => Math.floor(chance() * 2 ** 32).toString(16)).join("");
    nonces.add(nonce);
    const [oldest] = nonces;
    if (nonces.size > mostNonces && oldest !== undefined) nonces.delete(oldest);
    // RFC 8760 where its file says so (Auth_Support_RFC8760), else what all of them know.
    const asked: Challenge = { realm, nonce, algorithm: isStrong ? "SHA-256" : "MD5", qop: "auth", stale };
    return { status: 401, reason: "Unauthorized", headers: [["WWW-Authenticate", writeChallenge(asked)]] };
  }

  return {
    objection(request, { authUser, secret }, isStrong) {
      const answer = parseAnswer(headerOf(request, "Authorization") ?? "");
      const expected = { method: request.method, uri: request.uri, realm, user: authUser, secret };
      if (!answer || !isRightAnswer(answer, expected)) return challenge(false, isStrong);
      return nonces.delete(answer.nonce) ? undefined : challenge(true, isStrong);
    },
  };
}
