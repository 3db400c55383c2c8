import type { FastifyRequest } from "fastify";
import { Failure } from "../../domain/failures.ts";
import type { Edit } from "../../office/editing.ts";
import type { Caller } from "../../security/bearer.ts";
import { ifMatchOf } from "./etags.ts";
import { isOpenTo } from "./granted.ts";
import type { AdminParts } from "./parts.ts";

/** Who asks, and in which organization. */
export interface Visit {
  readonly caller: Caller;
  readonly organization: string;
}

export const visitDecorator = "visit";
const organizationHeader = "offhook-organization";

/**
 * Lets a request in or refuses it: the one place where it is decided. Whoever is not the operator may do what their
 * grant opens, in its organization, and nothing else until people with permissions of their own exist.
 */
export async function admit(parts: AdminParts, request: FastifyRequest): Promise<Visit> {
  const { authorization, [organizationHeader]: named } = request.headers;
  const caller = parts.authenticate(authorization) ?? (await parts.grants.callerOf(authorization));
  if (!caller) throw new Failure("UNAUTHENTICATED");
  const { grant, operator } = caller;
  if (!operator && !(grant && isOpenTo(grant.may, request))) throw new Failure("FORBIDDEN");
  const own = grant?.organization ?? "default";
  const organization = typeof named === "string" && named !== "" ? named : own;
  await requireOrganization(parts, caller, organization);
  return { caller, organization };
}

/** The organization is there, and the caller may act in it: FORBIDDEN tells a grant's caller of none but its own. */
export async function requireOrganization({ store }: AdminParts, caller: Caller, id: string): Promise<void> {
  if (!caller.operator && caller.grant?.organization !== id)
    throw new Failure("FORBIDDEN", "a grant is good for its own organization only");
  const known = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id);
  if (known && (await store.get({ organization: id, kind: "organization", id }))) return;
  throw new Failure("NOT_FOUND", "there is no such organization");
}

/** The visit of a request that was let in; a route that no check stands before gives nothing away. */
export function visitOf(request: FastifyRequest): Visit {
  const visit = request.getDecorator<Visit | null>(visitDecorator);
  if (!visit) throw new Failure("UNAUTHENTICATED");
  return visit;
}

/** Who changes what, and which version they have seen: `If-Match` of the header, `version` of the body. */
export function editOf(request: FastifyRequest, seen?: number): Edit {
  const { caller, organization } = visitOf(request);
  const ifMatch = ifMatchOf(request.headers["if-match"]);
  return {
    organization,
    actor: caller.actor,
    ...(ifMatch !== undefined && { ifMatch }),
    ...(seen !== undefined && { seen }),
  };
}
