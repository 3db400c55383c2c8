import type { IncomingMessage } from "node:http";
import type { PhoneRequest } from "../../domain/exchange.ts";
import { Failure } from "../../domain/failures.ts";

/** What a phone sent, from the address that it asks from. */
export interface PhoneSent {
  readonly request: PhoneRequest;
  /** As it came, without `?`; may hold a password: never logged. */
  readonly query: string;
  readonly body: Buffer;
}

/** An answer that is more than a text. */
interface UploadAnswer {
  readonly text: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** Called when the last byte was handed on; never for HEAD. */
  done(): void;
}

/** One of the few addresses where this listener takes something instead of giving a file. */
export interface PhoneUpload {
  readonly methods: readonly string[];
  /** Of the path, percent-decoded. */
  readonly path: RegExp;
  readonly mostBytes: number;
  /** Gives the answer, which is 200; of plain text where it is a text alone. Fails with a Failure. */
  take(sent: PhoneSent): Promise<string | UploadAnswer>;
}

/** The address that this request is for; undefined for all that ask for files. */
export function uploadFor(uploads: readonly PhoneUpload[], { method = "", url = "/" }: IncomingMessage) {
  if (uploads.length === 0) return undefined;
  const path = url.replace(/[?#].*$/s, "");
  return uploads.find((each) => each.methods.includes(method) && each.path.test(path));
}

/** Of all bodies that are being read: whoever sends many at once must not take the memory that phones are served from. */
const mostAtOnce = 16 * 1024 * 1024;

/** What bodies hold while they are read, over all connections of a listener. */
export class UploadRoom {
  #taken = 0;

  /** TOO_BUSY where there is no room; pairs with `give`. */
  take(bytes: number): void {
    if (this.#taken + bytes > mostAtOnce) throw new Failure("TOO_BUSY");
    this.#taken += bytes;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
  }
}

/** The whole body. TOO_LARGE as soon as it is more than that, MALFORMED when it breaks off; Node bounds its time. */
export async function readBody(request: IncomingMessage, mostBytes: number, room: UploadRoom): Promise<Buffer> {
  const said = request.headers["content-length"];
  if (Number(said ?? 0) > mostBytes) throw new Failure("TOO_LARGE");
  const bytes = said === undefined ? mostBytes : Number(said);
  room.take(bytes);
  try {
    return await readAll(request, mostBytes);
  } finally {
    room.give(bytes);
  }
}

async function readAll(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      size += piece.length;
      if (size > mostBytes) throw new Failure("TOO_LARGE");
      pieces.push(piece);
    }
  } catch (thrown) {
    throw thrown instanceof Failure ? thrown : new Failure("MALFORMED", undefined, { cause: thrown });
  }
  return Buffer.concat(pieces);
}
