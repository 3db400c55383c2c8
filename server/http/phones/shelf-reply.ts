import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { pipeline, type Readable } from "node:stream";
import send from "@fastify/send";
import type { ShelfReply } from "../../domain/exchange.ts";
import { Failure, failures } from "../../domain/failures.ts";
import type { SmallFile, SmallFiles } from "../../lib/small-files.ts";
import { sendWhole } from "./reply.ts";
import { type PhoneResponse, refuse } from "./response.ts";

/** What goes with a file as long as it is the same, names and values in turn. */
const fieldsOf = new WeakMap<SmallFile, readonly string[]>();

/** A file of the shelf: from memory where it is small and wanted as a whole, else as a stream, with ranges and tags. */
export async function sendShelfFile(response: PhoneResponse, shelf: ShelfReply, small: SmallFiles): Promise<void> {
  const file = wantsWhole(response.req.headers) ? await small.read(shelf.file, shelf.size) : undefined;
  if (file === undefined) return await streamFile(response, shelf);
  let fields = fieldsOf.get(file);
  if (fields === undefined) {
    fields = describe(file, shelf);
    fieldsOf.set(file, fields);
  }
  sendWhole(response, fields, file.bytes);
}

function wantsWhole(headers: IncomingHttpHeaders): boolean {
  return (
    headers.range === undefined &&
    headers["if-none-match"] === undefined &&
    headers["if-modified-since"] === undefined &&
    headers["if-match"] === undefined &&
    headers["if-unmodified-since"] === undefined
  );
}

/** The same fields as a stream has. */
function describe({ bytes, modified }: SmallFile, shelf: ShelfReply): readonly string[] {
  const etag = `W/"${bytes.length.toString(16)}-${modified.getTime().toString(16)}"`;
  const lastModified = modified.toUTCString();
  return ["accept-ranges", "bytes", "last-modified", lastModified, "etag", etag, "content-type", typeOf(shelf)];
}

function typeOf({ contentType, name }: ShelfReply): string {
  const type = send.mime.getType(name) ?? contentType;
  return send.isUtf8MimeType(type) ? `${type}; charset=utf-8` : type;
}

async function streamFile(response: PhoneResponse, shelf: ShelfReply): Promise<void> {
  const { name, root } = shelf;
  const found = await send(response.req, encodeURI(name), { root, cacheControl: false, contentType: false, index: [] });
  const { headers, statusCode, stream, type } = found;
  if (statusCode === 416) {
    const range = headers["Content-Range"] ?? "";
    return refuse(response, failures.BAD_RANGE, ["content-range", range]);
  }
  if (statusCode === 412) return refuse(response, failures.STALE);
  // One that went since it was listed, or can't be read, is our trouble and not the phone's.
  if (type !== "file") throw new Failure("SHELF_UNAVAILABLE");
  const fields = { ...headers, ...(statusCode !== 304 && { "content-type": typeOf(shelf) }) };
  if (statusCode === 304 || response.req.method === "HEAD") return void response.writeHead(statusCode, fields).end();
  await waitForOpen(stream);
  response.bytes = Number(headers["Content-Length"] ?? 0);
  response.writeHead(statusCode, fields);
  // An error of either ends both: what is missing then shows in the length.
  pipeline(stream, response, () => undefined);
}

/** Too late for words once the head is out. */
async function waitForOpen(stream: Readable): Promise<void> {
  try {
    await once(stream, "open");
  } catch (cause) {
    throw new Failure("SHELF_UNAVAILABLE", undefined, { cause });
  }
}
