import { formatMac } from "../../domain/mac.ts";
import type { StayEvent } from "./staying-phone.ts";

/** `08:15:00.250  02:0f:f0:00:00:01  told       resync: 200 OK`, by UTC. */
export function eventLine({ at, detail, event, mac }: StayEvent): string {
  return `${new Date(at).toISOString().slice(11, 23)}  ${formatMac(mac)}  ${event.padEnd(9)}  ${detail}`;
}

/** One object on one line; `at` is RFC 3339. */
export function eventJson({ at, ...event }: StayEvent): string {
  return JSON.stringify({ at: new Date(at).toISOString(), ...event });
}
