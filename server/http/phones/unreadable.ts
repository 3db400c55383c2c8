import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";

/**
 * What never became a request: plain words and the end of the connection. Nothing is written where an answer is under
 * way, because a phone would take it for a part of its file.
 */
export function refuseUnreadable({ code }: NodeJS.ErrnoException, socket: Socket, isAnswering: boolean): void {
  if (socket.writable && !isAnswering && code !== "ECONNRESET") socket.write(plainReply(statusOf(code)));
  socket.destroy();
}

function statusOf(code: string | undefined): number {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return code === "HPE_HEADER_OVERFLOW" ? 431 : 400;
}

function plainReply(status: number): string {
  const text = `${STATUS_CODES[status]}\n`;
  const head = `Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${text.length}\r\nConnection: close`;
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n\r\n${text}`;
}
