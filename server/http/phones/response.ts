import { ServerResponse } from "node:http";
import type { Delivery, PhoneReply } from "../../domain/exchange.ts";
import type { FailureKind } from "../../domain/failures.ts";
import type { Connection } from "../connections.ts";

/** The status and the words of a failure. */
export type Refusal = Pick<FailureKind, "http" | "text">;

/** An answer to a phone, with what must be known when it ends. */
export class PhoneResponse extends ServerResponse {
  /** Where it was asked; undefined for one that is not counted. */
  asked: Connection<PhoneResponse> | undefined = undefined;
  /** What is being delivered. */
  content: PhoneReply | undefined = undefined;
  /** Of the body. */
  bytes = 0;
}

/** A failure in words that tell nothing of what is inside; 503 says when to ask again. `more`: names and values in turn. */
export function refuse(response: PhoneResponse, { http, text }: Refusal, more: readonly string[] = []): void {
  const body = `${text}\n`;
  const headers = ["content-type", "text/plain; charset=utf-8", "content-length", String(body.length), ...more];
  if (http === 503) headers.push("retry-after", "30");
  if (http === 405) headers.push("allow", "GET, HEAD");
  response.writeHead(http, headers).end(body);
}

/** To be called when the response is closed. A delivery is complete when the last byte was handed on. */
export function deliveryOf(response: PhoneResponse): Delivery {
  const { bytes, req, statusCode, writableFinished } = response;
  if (req.method === "HEAD") return { completed: false, bytes: 0, reason: "HEAD asks for no body" };
  // Node takes the socket away from a response that it handed on as a whole.
  if (!writableFinished || response.socket !== null)
    return { completed: false, bytes: 0, reason: "the connection broke" };
  if (statusCode === 304) return { completed: true, bytes: 0, reason: "not modified" };
  return { completed: statusCode < 400, bytes };
}
