import { orCancelled } from "../connection/cancel.ts";
import type { AmiConnection } from "./ami-connection.ts";
import { lookAtEndpoint, verdictOn } from "./endpoint.ts";

/** What Asterisk uses when the global section of pjsip.conf says nothing. */
const usualName = "default_outbound_endpoint";
const goodForMs = 5 * 60_000;
const patienceMs = 20_000;

const known = new WeakMap<AmiConnection, { readonly name: Promise<string | undefined>; readonly until: number }>();

/**
 * The endpoint that Asterisk sends with when a URI is all it is told, or undefined when there is none: it answers
 * “NOTIFY sent” then as well and sends nothing, so it has to be known before (res_pjsip_notify.c, notify_uri).
 */
export function defaultOutboundEndpoint(link: AmiConnection, signal: AbortSignal): Promise<string | undefined> {
  const kept = known.get(link);
  if (kept && kept.until > performance.now()) return orCancelled(kept.name, signal);
  // Asked for all pushes that wait for it: the end of one must not be the end of the others.
  const name = findName(link, AbortSignal.timeout(patienceMs));
  known.set(link, { name, until: performance.now() + goodForMs });
  name.catch(() => known.delete(link));
  return orCancelled(name, signal);
}

async function findName(link: AmiConnection, signal: AbortSignal): Promise<string | undefined> {
  const name = await configuredName(link, signal);
  const look = await lookAtEndpoint(link, name, signal);
  return look.verdict === "done" ? name : undefined;
}

/** Only its console tells the configured name; a login without `command` is answered for the usual one. */
async function configuredName(link: AmiConnection, signal: AbortSignal): Promise<string> {
  const { response } = await link.ask({ name: "Command", headers: [["Command", "pjsip show settings"]] }, signal);
  if (verdictOn(response) !== "done") return usualName;
  const line = response.all("Output").find((output) => /^\s*default_outbound_endpoint\s*:/.test(output));
  return line?.split(":")[1]?.trim() || usualName;
}
