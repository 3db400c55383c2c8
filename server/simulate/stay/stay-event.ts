import type { Mac } from "../../domain/mac.ts";
import type { ErrandEnd } from "./errands.ts";

/** Something happened at a phone. Details hold no value of a file. */
export interface StayEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly mac: Mac;
  /**
   * `told`: a request came for the first time (a repeated one is answered below) and was answered with `status`.
   * `waits`: what it was told waits for the end of a call. `set`, `call`, `off` and `on`: somebody's hand.
   */
  readonly event: "up" | "told" | "waits" | "set" | "call" | "off" | "on" | ErrandEnd;
  readonly detail: string;
  /** Of the request; the same when it is sent again with a password. */
  readonly callId?: string;
  readonly status?: number;
}
