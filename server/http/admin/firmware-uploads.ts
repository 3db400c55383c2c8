import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import Type, { type Static } from "typebox";
import { Failure } from "../../domain/failures.ts";
import type { Upload } from "../../firmware/uploads.ts";
import type { Received } from "../../office/firmware/stock.ts";
import { editOf } from "./caller.ts";
import { firmwareView, ReceivedAnswer, UploadAnswer, UploadQuery, uploadView } from "./firmware-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["firmware"];
const params = Type.Object({ id: Type.String({ maxLength: 64 }) });
const bytes = { schema: Type.Unsafe<Readable>({}) };
const answers = { 200: ReceivedAnswer, 201: ReceivedAnswer };

/** A gigabyte over a slow line; who needs longer goes on with another request. */
const config = { patienceMs: 3_600_000 };

/**
 * Uploads to the shelf: whole in one POST, or in pieces by a part of "Resumable Uploads for HTTP"
 * (draft-ietf-httpbis-resumable-upload): `Upload-Complete: ?0` begins one, HEAD tells its `Upload-Offset`, PATCH goes on
 * there, `?1` with the last piece puts the file onto the shelf. Without 104 responses.
 */
export function firmwareUploadRoutes(server: AdminServer, parts: AdminParts): void {
  void server.register((own: AdminServer, _options: object, done: () => void) => {
    own.removeAllContentTypeParsers();
    own.addContentTypeParser("*", (_request, payload, parsed) => parsed(null, payload));
    beginRoute(own, parts);
    pieceRoute(own, parts);
    stateRoutes(own, parts);
    done();
  });
}

function beginRoute(server: AdminServer, { firmware }: AdminParts): void {
  const schema = {
    tags,
    summary: "Puts a file, or what a zip holds, onto the shelf; with `Upload-Complete: ?0` begins an upload in pieces",
    querystring: UploadQuery,
    body: { content: { "application/octet-stream": bytes, "application/zip": bytes } },
    response: answers,
  };
  server.post("/firmware", { schema, config }, async (request, reply) => {
    const type = typeOf(request, ["application/octet-stream", ...zipTypes]);
    const body = bodyOf(request);
    const isLast = flagOf(request) ?? true;
    const length = numberOf(request, "upload-length") ?? (isLast ? numberOf(request, "content-length") : undefined);
    const { id } = await firmware.begin(request.query.name, zipTypes.includes(type), length);
    try {
      return answer(reply, 201, await firmware.receive(editOf(request), id, { offset: 0, body }, isLast));
    } catch (error) {
      // Its sender was not told the id: nothing goes on from here.
      await firmware.drop(id);
      throw error;
    }
  });
}

function pieceRoute(server: AdminServer, { firmware }: AdminParts): void {
  const schema = {
    tags,
    summary: "Goes on with an upload at `Upload-Offset`; `Upload-Complete: ?1` ends it",
    params,
    body: { content: { "application/partial-upload": bytes, "application/octet-stream": bytes } },
    response: answers,
  };
  server.patch("/firmware/uploads/:id", { schema, config }, async (request, reply) => {
    typeOf(request, ["application/partial-upload", "application/octet-stream"]);
    const offset = numberOf(request, "upload-offset");
    if (offset === undefined) throw malformed("upload-offset", "Upload-Offset must say where this piece begins");
    const length = numberOf(request, "upload-length");
    const piece = { offset, body: bodyOf(request), ...(length !== undefined && { length }) };
    const received = await firmware.receive(editOf(request), request.params.id, piece, flagOf(request) ?? false);
    return answer(reply, "upload" in received ? 200 : 201, received);
  });
}

function stateRoutes(server: AdminServer, { firmware }: AdminParts): void {
  const list = {
    tags,
    summary: "Uploads that are not finished",
    response: { 200: Type.Object({ items: Type.Array(UploadAnswer) }) },
  };
  server.get("/firmware/uploads", { schema: list }, async () => ({
    items: (await firmware.uploads()).map(uploadView),
  }));
  const read = { tags, summary: "How far an upload is; HEAD tells the same in headers", params };
  server.get(
    "/firmware/uploads/:id",
    { schema: { ...read, response: { 200: UploadAnswer } } },
    async (request, reply) => {
      const upload = await firmware.upload(request.params.id);
      told(reply, upload).header("upload-limit", `max-size=${firmware.limits.bytes}`);
      return uploadView(upload);
    },
  );
  const drop = { tags, summary: "Gives an upload up", params, response: { 204: Type.Null() } };
  server.delete("/firmware/uploads/:id", { schema: drop }, async (request, reply) => {
    const { id } = await firmware.upload(request.params.id);
    await firmware.drop(id);
    return reply.code(204).send(null);
  });
}

function answer(reply: FastifyReply, code: 200 | 201, received: Received): Static<typeof ReceivedAnswer> {
  reply.code(code);
  if ("upload" in received) {
    const { upload } = received;
    told(reply, upload).header("location", `/api/v1/firmware/uploads/${upload.id}`);
    return { complete: false, upload: uploadView(upload) };
  }
  const { names, sets } = received;
  const [set, ...others] = sets;
  if (set && others.length === 0) reply.header("location", `/api/v1/firmware/${encodeURIComponent(set.name)}`);
  reply.header("upload-complete", "?1");
  return { complete: true, files: [...names], sets: sets.map(firmwareView) };
}

function told(reply: FastifyReply, { offset, length }: Upload): FastifyReply {
  if (length !== undefined) reply.header("upload-length", length);
  return reply.header("upload-offset", offset).header("upload-complete", "?0");
}

const zipTypes = ["application/zip", "application/x-zip-compressed"];

/** The type of the body; none counts as bytes, where there is no body. */
function typeOf({ body, headers }: FastifyRequest, allowed: readonly string[]): string {
  const type = (headers["content-type"] ?? "").replace(/;.*$/s, "").trim().toLowerCase();
  if (allowed.includes(type) || (type === "" && body === undefined)) return type;
  throw new Failure("UNSUPPORTED_TYPE", `the body must be ${allowed.join(" or ")}`);
}

function bodyOf({ body }: FastifyRequest): Readable {
  return body instanceof Readable ? body : Readable.from([]);
}

/** A structured field of one boolean (RFC 9651 section 3.3.6). */
function flagOf({ headers }: FastifyRequest): boolean | undefined {
  const text = headers["upload-complete"];
  if (text === undefined) return undefined;
  if (text === "?0" || text === "?1") return text === "?1";
  throw malformed("upload-complete", "Upload-Complete must be ?0 or ?1");
}

function numberOf({ headers }: FastifyRequest, name: string): number | undefined {
  const text = headers[name];
  if (text === undefined) return undefined;
  if (typeof text === "string" && /^\d{1,15}$/.test(text)) return Number(text);
  throw malformed(name, `${name} must be a number of bytes`);
}

function malformed(name: string, detail: string): Failure {
  return new Failure("MALFORMED", detail, { errors: [{ pointer: `/${name}`, code: "header", detail }] });
}
