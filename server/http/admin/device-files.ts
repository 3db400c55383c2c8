import Type from "typebox";
import type { Device } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import { normaliseName } from "../../domain/identify.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { Caller } from "../../security/bearer.ts";
import { visitOf } from "./caller.ts";
import { deviceOf } from "./device-access.ts";
import { MacParams } from "./device-schemas.ts";
import { type ListedFile, listFiles } from "./file-list.ts";
import { maskDesk, previewFile } from "./file-preview.ts";
import { seesShared } from "./granted.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["devices"];

const File = Type.Object({
  name: Type.String({ description: "as the phone asks for it; a leading * stands for any beginning" }),
  file: Type.String(),
  serves: Type.Enum(["device", "bootstrap", "common", "shelf", "nothing"]),
  size: Type.Optional(Type.Integer({ description: "bytes; to a grant size and tag are those of the masked file" })),
  etag: Type.Optional(Type.String()),
  why: Type.Optional(Type.String()),
});

/** What a phone would get, name by name. */
export function deviceFileRoutes(server: AdminServer, parts: AdminParts): void {
  const list = { tags, summary: "Files that a device asks for", params: MacParams };
  const answer = { 200: Type.Object({ files: Type.Array(File) }) };
  server.get("/devices/:mac/files", { schema: { ...list, response: answer } }, async (request) => {
    const document = await deviceOf(parts, request, request.params);
    return { files: await listFor(parts, document, visitOf(request).caller) };
  });
  server.get(
    "/devices/:mac/files/*",
    {
      schema: {
        tags,
        summary: "A file as the device would get it, with its secrets masked",
        params: Type.Object({
          ...MacParams.properties,
          "*": Type.String({ description: "the name, with its slashes" }),
        }),
        response: {
          200: {
            description: "The file",
            content: { "text/xml": { schema: Type.Unsafe<Buffer>({ type: "string" }) } },
          },
        },
      },
    },
    async (request, reply) => {
      const document = await deviceOf(parts, request, request.params);
      const { body, contentType } = await preview(parts, document, request.params["*"], visitOf(request).caller);
      return reply.type(contentType).send(body);
    },
  );
}

async function listFor(parts: AdminParts, document: StoredDocument<Device>, caller: Caller): Promise<ListedFile[]> {
  const desk = await parts.desks.read(parts.store, document);
  // The tag of the real bytes would tell a grant's caller whether a guessed secret is the right one.
  const files = await listFiles(parts, caller.operator ? desk : maskDesk(parts, desk));
  return seesShared(caller) ? files : files.map(hideShared);
}

/** A shared file as its name only: from size and tag it is told what is in it. */
function hideShared({ name, file, serves, ...measured }: ListedFile): ListedFile {
  const isShared = serves === "common" || serves === "bootstrap";
  return isShared ? { name, file, serves } : { name, file, serves, ...measured };
}

async function preview(parts: AdminParts, document: StoredDocument<Device>, path: string, caller: Caller) {
  const desk = await parts.desks.read(parts.store, document);
  const file = await previewFile(parts, desk, normaliseName(path), caller);
  if (!file) throw new Failure("UNKNOWN_FILE", "phones of this model do not ask for this file");
  return file;
}
