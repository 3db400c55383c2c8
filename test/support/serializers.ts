import build from "fast-json-stringify";
import type { FastifySerializerCompiler } from "fastify";

const built = new Map<string, (document: unknown) => string>();

/** As Fastify makes them, once for each schema: hundreds of offices are opened, and to compile theirs takes half of it. */
export const serializers: FastifySerializerCompiler<unknown> = ({ schema }) => {
  const key = JSON.stringify(schema);
  const known = built.get(key) ?? build(schema as Parameters<typeof build>[0]);
  built.set(key, known);
  return known;
};
