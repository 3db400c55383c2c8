import type { LoadedFamily } from "../../catalogue/load.ts";
import type { SipAnswer } from "../../sip/answering.ts";
import { headerOf, type SipRequest } from "../../sip/message.ts";
import { type Held, lineOf } from "./held.ts";

/** What a phone is told to do. */
export type Order =
  /** Run its rules, or this one in their place. */
  | { readonly kind: "resync"; readonly rule?: string }
  /** Read these files of its own again, by the beginning of their names. */
  | { readonly kind: "read"; readonly files: readonly string[] }
  /** Compare syncinfo.xml with its sync value. */
  | { readonly kind: "compare" }
  | { readonly kind: "reboot" }
  | { readonly kind: "report" }
  | { readonly kind: "show"; readonly document: string }
  /** Answered like the others, and that was it. */
  | { readonly kind: "nothing"; readonly why: string };

/** An order, or the answer to what is none. */
export type Reading = { readonly order: Order } | { readonly refusal: SipAnswer };

/** As phones of the family read a NOTIFY (cisco.md E.1 and E.2). */
export function readNotice(family: LoadedFamily, held: Held, request: SipRequest): Reading {
  const field = headerOf(request, "Event") ?? "";
  const event = field.split(";")[0]?.trim() ?? "";
  if (family.format === "flat-xml") return readFlat(field, event, held, request.body.toString());
  if (family.format === "text") return event === "check-sync" ? { order: { kind: "compare" } } : badEvent;
  const refusal = refusalOfSep(family, held, request);
  if (refusal) return { refusal };
  if (event === "check-sync") return { order: { kind: "nothing", why: "check-sync is only acknowledged" } };
  return event === "service-control" ? { order: orderOfService(request.body.toString(), held) } : badEvent;
}

const badEvent: Reading = { refusal: { status: 489, reason: "Bad Event" } };

function readFlat(field: string, event: string, held: Held, body: string): Reading {
  if (event === "XML-Service") return { order: { kind: "show", document: body } };
  if (event === "report") return { order: { kind: "report" } };
  if (/^(?:reboot_now|restart_now|reboot)$/.test(event)) return { order: { kind: "reboot" } };
  if (event !== "resync" && event !== "check-sync") return badEvent;
  // What a phone answers then is not written anywhere; that it does not come is (cisco.md E.1).
  if (held.get("Resync_From_SIP") === "No") return { order: { kind: "nothing", why: "Resync_From_SIP is No" } };
  const [, rule] = /;\s*profile\s*=\s*"?([^"]+)"?/i.exec(field) ?? [];
  return { order: { kind: "resync", ...(rule !== undefined && { rule }) } };
}

function refusalOfSep(family: LoadedFamily, held: Held, request: SipRequest): SipAnswer | undefined {
  const user = userOf(request.uri);
  if (!headerOf(request, "Event") || userOf(headerOf(request, "To") ?? "") === "") {
    return { status: 400, reason: "Bad Request" };
  }
  const isKnown = lineOf(family, held, user)?.user === user || user === held.get(contact);
  return isKnown ? undefined : { status: 404, reason: "Not Found" };
}

const contact = "device/sipProfile/sipLines/line[button=1]/contact";

/** Of a SIP URI, or of a field that holds one. */
export function userOf(text: string): string {
  const [, user = ""] = /sips?:([^@;>]*)@/i.exec(text) ?? [];
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

/**
 * Files of an enterprise phone by the beginning of their names: the field of a notice that tells the stamp of one, and
 * where the phone has the stamp of its own.
 */
const ownFiles: readonly (readonly [start: string, field: string, stamp: string])[] = [
  ["SEP", "configversionstamp", "device/versionStamp"],
  ["dialplan", "dialplanversionstamp", "dialTemplate/versionStamp"],
  ["softkeys", "softkeyversionstamp", "softKeyCfg/versionStamp"],
  ["featurepolicy", "featurecontrolversionstamp", "featurePolicy/versionStamp"],
];

function orderOfService(body: string, held: Held): Order {
  const fields = new Map(
    body.split(/\r?\n/).flatMap((line) => {
      const [, name = "", value = ""] = /^\s*(\w+)\s*=\s*\{?([^{}]*)\}?\s*$/.exec(line) ?? [];
      return name === "" ? [] : [[name.toLowerCase(), value.trim()] as const];
    }),
  );
  // A simulated phone is not registered, so no Call-ID is that of its registration.
  if (fields.get("registercallid")) return { kind: "nothing", why: "the RegisterCallId is another one" };
  const action = fields.get("action") ?? "";
  if (action === "reset") return { kind: "reboot" };
  if (action === "restart") return { kind: "read", files: ownFiles.map(([start]) => start) };
  if (action !== "check-version") return { kind: "nothing", why: `service-control without effect: ${action}` };
  // Without a file it has no stamp of it, and any other asks it to look.
  const files = ownFiles.flatMap(([start, field, stamp]) => {
    const told = fields.get(field);
    return told === undefined || told === held.get(stamp) ? [] : [start];
  });
  return files.length > 0 ? { kind: "read", files } : { kind: "nothing", why: "all stamps are its own" };
}
