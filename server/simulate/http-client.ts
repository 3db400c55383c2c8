import { Agent, type IncomingHttpHeaders, type IncomingMessage, type RequestOptions, request } from "node:http";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";

/** A file that the phone still holds from an earlier boot. */
export interface KeptFile {
  readonly tag: string;
  readonly body: Buffer;
}

export interface HttpClientOptions {
  readonly host: string;
  readonly port: number;
  /** The phone's own IPv4 address; without it the system chooses. */
  readonly from?: string;
  /** Left out where the model sends none that is known. */
  readonly userAgent?: string;
  /** Whether the model accepts compressed answers. */
  readonly gzip: boolean;
  /** Milliseconds without a byte before the phone gives up. */
  readonly waitMs: number;
  /** Of an answer, as it comes; 128 MB when absent. */
  readonly mostBytes?: number;
  /** By path; read before a request and written after it. It belongs to the phone and outlives the client. */
  readonly kept: Map<string, KeptFile>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Unpacked; with status 304 what the phone kept. */
  readonly body: Buffer;
  /** Bytes of the body as they came. */
  readonly bytes: number;
}

export interface HttpClient {
  /** Fails with an HttpError, or with the signal's reason. */
  get(path: string, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Asks without taking the body. */
  head(path: string, signal?: AbortSignal): Promise<HttpAnswer>;
  /** Brings something, as a report. Fails as `get`. */
  send(method: "POST" | "PUT", path: string, body: Buffer, signal?: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

/** Nobody answered, or the answer broke off or can't be unpacked. */
export class HttpError extends Error {
  readonly code: "silent" | "broken";

  constructor(code: "silent" | "broken", message: string) {
    super(message);
    this.name = "HttpError";
    this.code = code;
  }
}

const usualBytes = 128 * 1024 * 1024;
const unpack = promisify(gunzip);

/** One phone's HTTP: one connection that is kept, its user agent, and the tags of what it holds. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const { mostBytes = usualBytes } = options;
  const from = options.from !== undefined && { localAddress: options.from, family: 4 };

  async function ask(method: "GET" | "HEAD", path: string, signal?: AbortSignal): Promise<HttpAnswer> {
    const kept = options.kept.get(path);
    const headers = requestHeaders(options, kept);
    const { host, port } = options;
    const call = { host, port, path, method, headers, agent, ...from, ...(signal && { signal }) };
    const { status, headers: answered, bytes } = await exchange(call, { waitMs: options.waitMs, mostBytes });
    const body = status === 304 && kept ? kept.body : await unpacked(bytes, options.gzip);
    const tag = answered.etag;
    if (method === "GET" && status === 200 && tag !== undefined) options.kept.set(path, { tag, body });
    return { status, headers: answered, body, bytes: bytes.length };
  }

  async function send(method: "POST" | "PUT", path: string, body: Buffer, signal?: AbortSignal): Promise<HttpAnswer> {
    const { host, port, userAgent } = options;
    const headers = {
      ...(userAgent !== undefined && { "user-agent": userAgent }),
      "content-type": "text/xml",
      "content-length": body.length,
    };
    const call = { host, port, path, method, headers, agent, ...from, ...(signal && { signal }) };
    const { bytes, ...answer } = await exchange(call, { waitMs: options.waitMs, mostBytes, body });
    return { ...answer, body: bytes, bytes: bytes.length };
  }

  return {
    send,
    get: (path, signal) => ask("GET", path, signal),
    head: (path, signal) => ask("HEAD", path, signal),
    close: () => agent.destroy(),
  };
}

function requestHeaders({ userAgent, gzip }: HttpClientOptions, kept: KeptFile | undefined): Record<string, string> {
  return {
    accept: "*/*",
    ...(userAgent !== undefined && { "user-agent": userAgent }),
    ...(gzip && { "accept-encoding": "gzip" }),
    ...(kept && { "if-none-match": kept.tag }),
  };
}

/** Phones look at the content, not at headers (cisco.md B.3, item 10): gzip begins with 1f 8b (RFC 1952). */
async function unpacked(bytes: Buffer, gzip: boolean): Promise<Buffer> {
  if (!gzip || bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return await unpack(bytes, { maxOutputLength: usualBytes });
  } catch {
    throw new HttpError("broken", "the compressed answer can't be unpacked");
  }
}

interface Exchanged {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

interface Sending {
  readonly waitMs: number;
  readonly mostBytes: number;
  readonly body?: Buffer;
  readonly isRepeat?: boolean;
}

function exchange(call: RequestOptions, { waitMs, mostBytes, body, isRepeat = false }: Sending): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    let begun = false;
    const outgoing = request(call, (response) => {
      begun = true;
      collect(response, mostBytes).then(resolve, reject);
    });
    outgoing.setTimeout(waitMs, () => {
      outgoing.destroy(new HttpError(begun ? "broken" : "silent", `no byte for ${waitMs} ms`));
    });
    outgoing.on("error", (error: NodeJS.ErrnoException) => {
      // The server closed the kept connection just before it was used again: RFC 9112 section 9.5 allows one retry.
      if (!isRepeat && !begun && outgoing.reusedSocket && error.code === "ECONNRESET") {
        exchange(call, { waitMs, mostBytes, isRepeat: true, ...(body && { body }) }).then(resolve, reject);
      } else reject(asHttpError(error, begun || outgoing.reusedSocket));
    });
    outgoing.end(body);
  });
}

async function collect(response: IncomingMessage, mostBytes: number): Promise<Exchanged> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > mostBytes) throw new HttpError("broken", "the file does not end");
      chunks.push(chunk);
    }
  } catch (error) {
    throw asHttpError(error as NodeJS.ErrnoException, true);
  }
  return { status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) };
}

function asHttpError(error: NodeJS.ErrnoException, connected: boolean): Error {
  if (error instanceof HttpError || error.name === "AbortError") return error;
  const noAnswer = !connected && error.code !== "ECONNRESET";
  return new HttpError(noAnswer ? "silent" : "broken", error.code ?? error.message);
}
