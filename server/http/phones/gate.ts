import type { IncomingMessage } from "node:http";
import { failures } from "../../domain/failures.ts";
import type { Refusal } from "./response.ts";

const unknownExpectation: Refusal = { http: 417, text: "nothing is expected of this server but files" };

/** Why a request is refused before anybody looks at what it asks for; undefined where it may pass. */
export function objection(request: IncomingMessage, isUpload: boolean): Refusal | undefined {
  const { headers, httpVersionMajor, method } = request;
  // HTTP/0.9 knows no headers and HTTP/2 other ones (RFC 9112 section 2.3).
  if (httpVersionMajor !== 1 || !namesOneHost(request)) return failures.MALFORMED;
  if (!isUpload && method !== "GET" && method !== "HEAD") return failures.READ_ONLY;
  if (!isUpload && hasBody(request)) return failures.TOO_LARGE;
  const isExpectable = headers.expect === undefined || headers.expect.toLowerCase() === "100-continue";
  return isExpectable ? undefined : unknownExpectation;
}

/** RFC 9112 section 6.3. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) !== 0;
}

/** RFC 9112 section 3.2: exactly one; HTTP/1.0 may do without. Node would take the first of several. */
function namesOneHost({ httpVersionMinor, rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (name.length === 4 && name.toLowerCase() === "host") hosts += 1;
  }
  return hosts === 1 || (hosts === 0 && httpVersionMinor === 0);
}
