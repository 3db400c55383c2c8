import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/** What Node's parser tells of what it could not read: the packet, and how far it came. */
interface ParseError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
  readonly bytesParsed?: number;
}

/**
 * What never became a request: plain words and the end of the connection. Nothing is written where an answer is under
 * way, because a phone would take it for a part of its file.
 */
export function refuseUnreadable(error: ParseError, socket: Socket, isAnswering: boolean): void {
  if (error.code === "ECONNRESET") socket.destroy();
  else dismiss(socket, statusOf(error), isAnswering);
}

/** A connection is no phone's that asks for a way to somewhere else (CONNECT). */
export function refuseTunnel(socket: Socket, isAnswering: boolean): void {
  // Node no longer listens for errors of what it gave away.
  socket.on("error", () => socket.destroy());
  dismiss(socket, 405, isAnswering);
}

function dismiss(socket: Socket, status: number, isAnswering: boolean): void {
  if (socket.writable && !isAnswering) socket.write(plainReply(status));
  socket.destroy();
}

function statusOf({ code, rawPacket, bytesParsed }: ParseError): number {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  if (code !== "HPE_HEADER_OVERFLOW") return 400;
  const read = rawPacket?.toString("latin1", 0, bytesParsed) ?? "";
  // The line that was being read when there was no more room: a method and a target, or a header?
  return /(^|\n)[A-Z]+ [^\s]*$/.test(read) ? 414 : 431;
}

function plainReply(status: number): string {
  const text = `${STATUS_CODES[status]}\n`;
  const allow = status === 405 ? "Allow: GET, HEAD\r\n" : "";
  const head = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\nConnection: close`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${allow}${head}\r\n\r\n${text}`;
}
