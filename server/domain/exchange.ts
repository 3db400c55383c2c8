import type { FailureCode } from "./failures.ts";
import type { Mac } from "./mac.ts";
import type { Trust, TrustReason } from "./trust.ts";

/** What a phone asked, whichever protocol it used. */
export interface PhoneRequest {
  readonly via: "tftp" | "http" | "https";
  /** The name as it came, percent-decoded for HTTP; normalised by `identify`. */
  readonly path: string;
  /** IPv4 in dotted form also when it came mapped into IPv6. */
  readonly address: string;
  readonly userAgent?: string;
  /** HEAD: everything but the body; never counts as a delivery. */
  readonly headOnly?: boolean;
}

/** How the sending of a reply ended. `notModified`: the phone holds these bytes already (HTTP 304). */
export interface Delivery {
  readonly completed: boolean;
  readonly bytes: number;
  readonly reason?: string;
}

interface ReplyBase {
  readonly contentType: string;
  /** Called exactly once by the adapter, when the last byte was acknowledged or the transfer broke. */
  done(delivery: Delivery): void;
}

/** Bytes that were rendered, with the tag (an HTTP entity tag without quotes) over the plain bytes. */
export interface RenderedReply extends ReplyBase {
  readonly body: Buffer;
  readonly tag: string;
}

/** A file on the shelf: the adapter streams it. `name` is its path below the shelf's root. */
export interface ShelfReply extends ReplyBase {
  readonly file: string;
  readonly name: string;
  readonly root: string;
  readonly size: number;
}

export type PhoneReply = RenderedReply | ShelfReply;

/** The answer to a phone, or a thrown Failure. */
export type Provision = (request: PhoneRequest) => Promise<PhoneReply>;

/** One request of a phone and what it was told. `at` is RFC 3339 UTC. */
export interface Exchange {
  readonly id: string;
  readonly at: string;
  readonly via: PhoneRequest["via"];
  readonly address: string;
  readonly name: string;
  readonly userAgent?: string;
  readonly mac?: Mac;
  readonly organization?: string;
  readonly model?: string;
  readonly trust?: Trust;
  /** Why it was trusted or not; for people, never for the phone. */
  readonly reason?: TrustReason;
  readonly outcome: "served" | FailureCode;
  /** What was served: an id of the family's file list, or `shelf`. */
  readonly file?: string;
  readonly revision?: number;
  /** Filled in when the transfer ended. */
  delivery?: Delivery;
  readonly tookMs: number;
}
