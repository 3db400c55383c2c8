import type { LoadedFamily } from "../../catalogue/load.ts";
import type { SipAnswer } from "../../sip/answering.ts";
import type { SipRequest } from "../../sip/message.ts";
import type { Role } from "./cast.ts";
import { type Held, lineOf } from "./held.ts";
import type { LoginGate } from "./login.ts";
import { type Order, readNotice, userOf } from "./notice.ts";

export interface Judging {
  readonly family: LoadedFamily;
  readonly held: Held;
  readonly role: Role;
  readonly gate: LoginGate;
}

/** What a phone answers, and what it does afterwards. */
export interface Judgement {
  readonly answer: SipAnswer;
  readonly order?: Order;
}

const ok: SipAnswer = { status: 200, reason: "OK" };
const wrongSecret = "not the one of its line";

export function judge(request: SipRequest, judging: Judging): Judgement {
  if (request.method === "OPTIONS") return { answer: ok };
  if (request.method !== "NOTIFY") return { answer: { status: 405, reason: "Method Not Allowed" } };
  const { family, held, role } = judging;
  const reading = readNotice(family, held, request);
  if ("refusal" in reading) return { answer: reading.refusal };
  const objection = objectionTo(request, reading.order, judging);
  if (objection) return { answer: objection };
  return role.character === "deaf" ? { answer: ok } : { answer: ok, order: reading.order };
}

/** The password of the line that it is told by, where the phone asks for one. */
function objectionTo(request: SipRequest, { kind }: Order, judging: Judging): SipAnswer | undefined {
  const { family, gate, held, role } = judging;
  const isWrong = role.character === "wrong";
  const line = lineOf(family, held, userOf(request.uri));
  // XML-Service is challenged whatever the file says: Auth_Resync-Reboot is not about it (Cisco, IP Phone 8800 Series
  // Multiplatform Phones Administration Guide, and SPA 500 Series, "SIP NOTIFY XML-Service").
  const asks = role.asksPassword ?? (kind === "show" || (line?.asksPassword ?? false));
  if (!asks || !line) return isWrong ? { status: 489, reason: "Bad Event" } : undefined;
  const expected = isWrong ? { ...line, secret: wrongSecret } : line;
  return gate.objection(request, expected, held.get("Auth_Support_RFC8760") === "Yes");
}
