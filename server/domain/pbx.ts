import Type, { type Static } from "typebox";
import { keyTypes } from "./key-types.ts";

const Text = Type.String({ minLength: 1 });

/** What one kind of PBX decides for the phones that register with it; a file of profiles/pbx. */
export const PbxKind = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Text,
    title: Text,
    sources: Type.Array(Text, { minItems: 1, description: "the manual or sample each fact comes from" }),
    settings: Type.Record(Type.String(), Type.Unknown(), {
      description: "values below those that people set: codes, busy lamps, registration",
    }),
    refuses: Type.Partial(Type.Record(Type.Enum([...keyTypes]), Text), {
      description: "keys that it can't serve, and why",
    }),
    notify: Type.Object(
      {
        event: Type.Enum(["resync", "check-sync"], {
          description: "what it sends by itself when told to resync a phone",
        }),
        answersChallenge: Type.Boolean({ description: "whether it can answer a phone that asks for a password" }),
        how: Text,
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type PbxKind = Static<typeof PbxKind>;
