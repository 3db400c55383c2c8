import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { PhoneRequest, Provision } from "../../domain/exchange.ts";
import { asFailure } from "../../domain/failures.ts";
import type { SmallFiles } from "../../lib/small-files.ts";
import type { Connections } from "../connections.ts";
import { hasBody, objection } from "./gate.ts";
import { sendBody } from "./reply.ts";
import { phoneRequest } from "./request.ts";
import { deliveryOf, PhoneResponse, refuse } from "./response.ts";
import { sendShelfFile } from "./shelf-reply.ts";
import { refuseTunnel, refuseUnreadable } from "./unreadable.ts";
import { type PhoneUpload, readBody, type UploadRoom, uploadFor } from "./uploads.ts";

export interface PhoneServerParts {
  readonly provision: Provision;
  readonly smallFiles: SmallFiles;
  /** Where phones may send something. */
  readonly uploads: readonly PhoneUpload[];
  readonly room: UploadRoom;
  readonly log: { warn(fields: object, message: string): void };
  readonly connections: Connections<PhoneResponse>;
  readonly isProxy: (address: string) => boolean;
  /** How long the headers of a request may take to arrive. */
  readonly headersMs: number;
}

/** Times that no honest phone needs: a slow or silent client gives its place back. */
const timeouts = { requestTimeout: 15_000, keepAliveTimeout: 15_000 };
const silentMs = 120_000;

/** How often Node looks for those that are late: often, so that it ends few of them at a time. */
const lookEveryMs = 100;

/** One port's server, not listening yet. Plain Node: a phone asks for files and nothing else. */
export function createPhoneServer(parts: PhoneServerParts): Server {
  const { connections, headersMs } = parts;
  const server: Server = createServer({
    ...timeouts,
    headersTimeout: headersMs,
    connectionsCheckingInterval: Math.min(lookEveryMs, headersMs),
    maxHeaderSize: 8192,
    // The gate asks for it, which counts the request as well.
    requireHostHeader: false,
    ServerResponse: PhoneResponse as typeof ServerResponse,
  });
  server.setTimeout(silentMs);
  const take = createDoor(parts);
  server.on("request", take);
  // No "100 Continue": a body is never taken.
  server.on("checkContinue", take);
  server.on("checkExpectation", take);
  server.on("connect", (_request, socket: Socket) => refuseTunnel(socket, connections.underWay(socket) > 0));
  server.on("clientError", (error, socket: Socket) =>
    refuseUnreadable(error, socket, connections.underWay(socket) > 0),
  );
  connections.accept(server);
  return server;
}

/** Requests are answered one by one: what a phone sends ahead waits, so that one connection does not hold many files open. */
function createDoor(parts: PhoneServerParts) {
  const { connections, log } = parts;
  function closed(this: PhoneResponse): void {
    try {
      this.content?.done(deliveryOf(this));
    } catch (err) {
      // Nobody is above this to be told; the next phone shall still be served.
      log.warn({ err }, "the end of a delivery could not be recorded");
    }
    const next = this.asked && connections.end(this.asked);
    if (next) void respond(parts, next);
  }
  return (request: IncomingMessage, response: PhoneResponse): void => {
    response.asked = connections.begin(request.socket);
    if (response.asked === undefined) return;
    response.on("close", closed);
    if (response.asked.requests > 1) response.asked.waiting.push(response);
    else void respond(parts, response);
  };
}

async function respond(parts: PhoneServerParts, response: PhoneResponse): Promise<void> {
  const { isProxy, provision, smallFiles, uploads } = parts;
  const { asked, req } = response;
  const upload = uploadFor(uploads, req);
  const refusal = objection(req, upload !== undefined);
  // What is left of a body is never read.
  if (refusal !== undefined || hasBody(req)) response.shouldKeepAlive = false;
  if (refusal !== undefined) return refuse(response, refusal);
  try {
    const request = phoneRequest(req, asked?.address ?? "", isProxy);
    if (upload) return await takeUpload(response, upload, request, parts.room);
    const content = await provision(request);
    // Whoever went meanwhile is told of as well; the response was closed before it knew its content.
    if (response.closed) return content.done(deliveryOf(response));
    response.content = content;
    if ("body" in content) await sendBody(response, content);
    else await sendShelfFile(response, content, smallFiles);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else refuse(response, asFailure(thrown).kind);
  }
}

async function takeUpload(
  response: PhoneResponse,
  upload: PhoneUpload,
  request: PhoneRequest,
  room: UploadRoom,
): Promise<void> {
  const { req } = response;
  if (req.headers.expect !== undefined) response.writeContinue();
  const [, query = ""] = /\?([^#]*)/.exec(req.url ?? "") ?? [];
  const answer = await upload.take({ request, query, body: await readBody(req, upload.mostBytes, room) });
  const isText = typeof answer === "string";
  const { headers, text } = isText ? { text: answer, headers: ["content-type", "text/plain"] } : answer;
  if (!isText) response.once("close", () => deliveryOf(response).completed && answer.done());
  response.writeHead(200, [...headers, "content-length", String(Buffer.byteLength(text))]).end(text);
}
