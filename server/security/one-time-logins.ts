import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import type { AskedPhone, OneTimeLogins } from "../domain/one-time-logins.ts";
import type { Clock } from "../domain/ports.ts";

const goodForMs = 60_000;
/** Far more than are asked in a minute; whatever comes then is not accepted. */
const mostUsed = 10_000;

/**
 * Names that carry their own end, and passwords that are made of the name, the phone and its address with a key of the
 * master key: nothing is stored, and every node that serves the same phones knows them. That one is used up is known only
 * to the node that accepted it.
 */
export function createOneTimeLogins({ masterKey, clock }: { readonly masterKey: Buffer; clock: Clock }): OneTimeLogins {
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "offhook one-time login 1", 32));
  const used = new Map<string, number>();
  const passwordOf = (user: string, { mac, address }: AskedPhone) =>
    createHmac("sha256", key).update(`${user} ${mac} ${address}`).digest("base64url").slice(0, 22);

  /** Whether it is the first time; forgets what is over anyway. */
  function useUp(user: string, until: number, now: number): boolean {
    for (const [each, end] of used) if (end <= now) used.delete(each);
    if (used.has(user) || used.size >= mostUsed) return false;
    used.set(user, until);
    return true;
  }

  return {
    issue(phone) {
      const user = `${(clock() + goodForMs).toString(36)}-${randomBytes(6).toString("hex")}`;
      return { user, password: passwordOf(user, phone) };
    },
    accepts({ user, password, ...phone }) {
      const now = clock();
      const until = /^[0-9a-z]{1,11}-[0-9a-f]{12}$/.test(user) ? Number.parseInt(user, 36) : 0;
      if (until <= now || until > now + goodForMs) return false;
      const [wanted, given] = [Buffer.from(passwordOf(user, phone)), Buffer.from(password)];
      const isRight = wanted.length === given.length && timingSafeEqual(wanted, given);
      return isRight && useUp(user, until, now);
    },
  };
}
