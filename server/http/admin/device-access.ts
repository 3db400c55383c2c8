import type { FastifyRequest } from "fastify";
import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import { formatMac, type Mac, parseMac } from "../../domain/mac.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import { visitOf } from "./caller.ts";
import type { AdminParts } from "./parts.ts";
import { refusal } from "./validation.ts";

/** The MAC of a path, in any form that people write; INVALID when it is none. */
export function macOf({ mac: text }: { readonly mac: string }): Mac {
  const mac = parseMac(text);
  if (mac) return mac;
  throw refusal([{ pointer: "/mac", code: "mac", detail: "is not a MAC of twelve hex digits" }]);
}

/** The device of a path, in the caller's organization; NOT_FOUND when there is none. */
export async function deviceOf(
  { store }: AdminParts,
  request: FastifyRequest,
  params: { readonly mac: string },
): Promise<StoredDocument<Device>> {
  const mac = macOf(params);
  const document = await store.get<Device>({ organization: visitOf(request).organization, kind: "device", id: mac });
  if (!document) throw new Failure("NOT_FOUND", `there is no device ${formatMac(mac)}`);
  return document;
}
