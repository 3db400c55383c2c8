import { createHttpClient, type HttpClient, type HttpClientOptions } from "../http-client.ts";
import type { ErrandParts } from "./errands.ts";

/** Of a phone that brings or takes something besides its files: holds nothing of before. `port`: of its own server. */
export function ownHttp(
  { phone: { userAgent }, server: { from, host, patience } }: Pick<ErrandParts, "phone" | "server">,
  port: number,
  more: Pick<HttpClientOptions, "mostBytes"> = {},
): HttpClient {
  return createHttpClient({
    ...{ host, port, gzip: false, waitMs: patience?.httpMs ?? 5000, kept: new Map() },
    ...(from !== undefined && { from }),
    ...(userAgent !== undefined && { userAgent }),
    ...more,
  });
}
