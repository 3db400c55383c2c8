import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What somebody tells a phone at its web server. */
export interface WebOrder {
  /** The document that it is to execute. */
  readonly document: string;
  readonly user: string;
  readonly password: string;
}

export interface WebEarParts {
  readonly address: string;
  /** 0: any that is free. */
  readonly port: number;
  /** False: the connection ends without an answer. */
  isOn(): boolean;
  /** `unauthorized`: it may not. */
  take(order: WebOrder): Promise<"taken" | "unauthorized" | "unreadable">;
}

export interface WebEar {
  readonly port: number;
  close(): Promise<void>;
}

/** "Cisco allows 40 KB" (cisco.md E.5). */
const mostBytes = 40_000;
const mostConnections = 16;
const mostMs = 15_000;

/** The answers of a phone (cisco.md E.5): status 0 is OK, error 1 that it can't be parsed, error 4 the password. */
const answers = {
  taken: '<CiscoIPPhoneResponse><ResponseItem Status="0" Data="" URL=""/></CiscoIPPhoneResponse>',
  unauthorized: '<CiscoIPPhoneError Number="4"/>',
  unreadable: '<CiscoIPPhoneError Number="1"/>',
} as const;

/**
 * The web server of an enterprise phone, as far as it is told something there: POST /CGI/Execute with a name and a
 * password. Rejects with the system's error when it can't listen there.
 */
export async function openWebEar(parts: WebEarParts): Promise<WebEar> {
  const server = createServer((request, response) => {
    answer(parts, request, response).catch(() => response.destroy());
  });
  Object.assign(server, { maxConnections: mostConnections, requestTimeout: mostMs, headersTimeout: mostMs });
  server.listen(parts.port, parts.address);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

async function answer(parts: WebEarParts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!parts.isOn()) return void response.destroy();
  if (request.method !== "POST" || request.url !== "/CGI/Execute") return void response.writeHead(404).end();
  const [, login] = /^Basic\s+(\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (login === undefined) return void response.writeHead(401, { "www-authenticate": 'Basic realm="phone"' }).end();
  const body = await bodyOf(request);
  if (body === undefined) return void response.writeHead(413, { connection: "close" }).end();
  const [, user = "", password = ""] = /^([^:]*):(.*)$/s.exec(Buffer.from(login, "base64").toString()) ?? [];
  const document = new URLSearchParams(body).get("XML") ?? "";
  const outcome = await parts.take({ document, user, password });
  response.writeHead(200, { "content-type": "text/xml" }).end(answers[outcome]);
}

/** Undefined where it is too long. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
