import { type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";

/** What went wrong with the other side. Its message is for admins and holds nothing of what was sent. */
export class WebError extends Error {
  readonly trouble: "silent" | "closed" | "malformed" | "too-long";

  constructor(trouble: WebError["trouble"], message: string) {
    super(message);
    this.name = "WebError";
    this.trouble = trouble;
  }
}

export interface WebQuestion {
  readonly method: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  /** Value of Host: name or address, and the port where it is not the usual one. */
  readonly host: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface WebAnswer {
  readonly status: number;
  readonly location?: string;
  /** Values of WWW-Authenticate. */
  readonly challenges: readonly string[];
  /** Of Content-Type, without its parameters and in lower case; empty where there is none. */
  readonly type: string;
  readonly bytes: Buffer;
  /** The same as text. */
  readonly body: string;
}

/**
 * One request over a connection that is open already, so that it goes to the very address that was checked; the
 * connection ends with it. Redirects are told, not followed. Rejects with a WebError.
 */
export async function askOver(
  socket: Socket,
  question: WebQuestion,
  { mostBytes, signal }: { readonly mostBytes: number; readonly signal: AbortSignal },
): Promise<WebAnswer> {
  try {
    return await readAnswer(await answered(socket, question, signal), mostBytes);
  } catch (error) {
    if (error instanceof WebError) throw error;
    if (signal.aborted) throw new WebError("silent", "did not answer in the time there was");
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code.startsWith("HPE_")) throw new WebError("malformed", `did not answer in HTTP (${code})`);
    throw new WebError("closed", `closed the connection without an answer${code === "" ? "" : ` (${code})`}`);
  } finally {
    socket.destroy();
  }
}

async function readAnswer(response: IncomingMessage, mostBytes: number): Promise<WebAnswer> {
  const bytes = await readBody(response, mostBytes);
  const { headers, headersDistinct, statusCode = 0 } = response;
  return {
    status: statusCode,
    challenges: headersDistinct["www-authenticate"] ?? [],
    type: (headers["content-type"] ?? "").replace(/;.*$/s, "").trim().toLowerCase(),
    bytes,
    body: bytes.toString("utf8"),
    ...(headers.location !== undefined && { location: headers.location }),
  };
}

function answered(
  socket: Socket,
  { method, path, host, headers, body }: WebQuestion,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const fields = { host, "user-agent": "Offhook", ...headers, ...length };
    // Without an agent: no connection is kept, and “Connection: close” is said.
    const asked = request({ method, path, signal, setHost: false, headers: fields, createConnection: () => socket });
    asked.on("response", resolve).on("error", reject);
    asked.end(body);
  });
}

async function readBody(response: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > mostBytes) throw new WebError("too-long", "sent an answer that is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
