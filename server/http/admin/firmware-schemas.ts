import Type, { type Static } from "typebox";
import { shelfNamePattern } from "../../domain/shelf-name.ts";
import type { Upload } from "../../firmware/uploads.ts";
import type { StockedSet } from "../../office/firmware/stock.ts";

const File = Type.Object({
  name: Type.String({ description: "path below the shelf" }),
  size: Type.Integer({ description: "bytes" }),
  sha256: Type.Optional(Type.String({ description: "absent while it is worked out" })),
});

export const FirmwareAnswer = Type.Object({
  name: Type.String({ description: "what `firmware.version` takes" }),
  kind: Type.Enum(["loads", "package", "bin"]),
  complete: Type.Boolean({ description: "phones are told of a load only while it is" }),
  missing: Type.Array(Type.String()),
  bytes: Type.Integer(),
  files: Type.Array(File),
  models: Type.Array(Type.String(), { description: "whose loads begin like this one" }),
  families: Type.Array(Type.String()),
  usedBy: Type.Integer({ description: "layers and devices that name it, in all organizations" }),
});

export const UploadAnswer = Type.Object({
  id: Type.String(),
  name: Type.String(),
  offset: Type.Integer({ description: "bytes that are here" }),
  length: Type.Optional(Type.Integer({ description: "bytes in all" })),
  expires: Type.String({ format: "date-time" }),
});

/** What came of a piece: `upload` while more has to come, else `files` and the sets they belong to. */
export const ReceivedAnswer = Type.Object({
  complete: Type.Boolean(),
  upload: Type.Optional(UploadAnswer),
  files: Type.Optional(Type.Array(Type.String())),
  sets: Type.Optional(Type.Array(FirmwareAnswer)),
});

export const UploadQuery = Type.Object(
  {
    name: Type.String({
      pattern: shelfNamePattern,
      description: "`file`, `folder/file`, or a zip, which is unpacked into a folder of its name",
    }),
  },
  { additionalProperties: false },
);

export function firmwareView(set: StockedSet): Static<typeof FirmwareAnswer> {
  const { name, kind, missing, bytes, files, models, families, usedBy } = set;
  return {
    name,
    kind,
    complete: missing.length === 0,
    missing: [...missing],
    bytes,
    files: files.map((file) => {
      const sha256 = set.digestOf(file);
      return { name: file.name, size: file.size, ...(sha256 !== undefined && { sha256 }) };
    }),
    models: [...models],
    families: [...families],
    usedBy,
  };
}

export function uploadView({ id, name, offset, length, expires }: Upload): Static<typeof UploadAnswer> {
  return { id, name, offset, ...(length !== undefined && { length }), expires: new Date(expires).toISOString() };
}
