import { answerChallenge, type Challenge, strongestChallenge } from "./digest.ts";
import type { HeaderField } from "./headers.ts";
import { headersOf, type SipResponse } from "./message.ts";

export interface SipCredential {
  readonly user: string;
  readonly secret: string;
}

interface Attempt {
  readonly challenge: Challenge;
  readonly index: number;
  /** The same secret was sent before, with a nonce that was too old. */
  readonly isRenewed: boolean;
  count: number;
}

/** Answers the challenges that one request meets, RFC 3261 section 22: each secret once, and once more when stale. */
export class Login {
  /** Of a phone that asks in a way that can't be answered: another scheme, algorithm or quality. */
  isUnanswerable = false;
  readonly #credentials: readonly SipCredential[];
  readonly #attempts = new Map<"Authorization" | "Proxy-Authorization", Attempt>();
  #tried = 0;

  constructor(credentials: readonly SipCredential[]) {
    this.#credentials = credentials;
  }

  /** How many of the secrets were sent. */
  get tried(): number {
    return this.#tried;
  }

  /** Whether there is an answer to this response that was not given yet. */
  canAnswer(response: SipResponse): boolean {
    if (response.status !== 401 && response.status !== 407) return false;
    const isProxy = response.status === 407;
    const name = isProxy ? "Proxy-Authorization" : "Authorization";
    const challenge = strongestChallenge(headersOf(response, isProxy ? "Proxy-Authenticate" : "WWW-Authenticate"));
    this.isUnanswerable = !challenge;
    const before = this.#attempts.get(name);
    const isRenewed = before !== undefined && challenge?.stale === true && !before.isRenewed;
    const index = before === undefined ? 0 : before.index + (isRenewed ? 0 : 1);
    if (!challenge || index >= this.#credentials.length) return false;
    this.#attempts.set(name, { challenge, index, isRenewed, count: 0 });
    this.#tried = Math.max(this.#tried, index + 1);
    return true;
  }

  /** What the request carries the next time. */
  headers(method: string, uri: string): HeaderField[] {
    return [...this.#attempts].flatMap(([name, attempt]): HeaderField[] => {
      const credential = this.#credentials[attempt.index];
      attempt.count += 1;
      const parts = { method, uri, count: attempt.count };
      return credential ? [[name, answerChallenge(attempt.challenge, { ...parts, ...credential })]] : [];
    });
  }
}
