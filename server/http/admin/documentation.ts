import fastifySwagger from "@fastify/swagger";
import fastifySwaggerUi from "@fastify/swagger-ui";
import type { FastifyInstance, FastifySchema, RouteOptions } from "fastify";
import Type, { type TSchema } from "typebox";
import { Problem, problemType } from "./problems.ts";

const about = `Provisioning of IP phones.

Every route below \`/api/v1\` needs \`Authorization: Bearer <token>\`: the root token, or that of a grant, which opens some
of them in one organization. \`/healthz\`, \`/readyz\`, \`/metrics\` and this documentation are open. The header \`Offhook-Organization\` names the organization; without it, it is \`default\`.

Lists answer \`{ items, nextCursor, total }\`. A single document's \`ETag\` is its version: \`If-Match\` (412 when stale)
and \`version\` in a body (409 when stale) are optional. Problems are RFC 9457 \`application/problem+json\`.`;

const tags = [
  { name: "devices", description: "Phones, what they are told, and what they asked" },
  { name: "lines", description: "SIP accounts" },
  { name: "layers", description: "Organizations, sites and presets: where settings come from" },
  { name: "enrolment", description: "Windows in which phones come for the first time" },
  { name: "grants", description: "Who is let into an organization for a while" },
  { name: "firmware", description: "Loads that phones can be given" },
  { name: "catalogue", description: "Models and settings" },
  { name: "templates", description: "How files are laid out" },
  { name: "journal", description: "What phones asked, what people changed" },
  { name: "server", description: "This process" },
];

/** OpenAPI 3.1 of the routes that follow, at `/api/docs`. */
export function registerDocumentation(server: FastifyInstance, version: string): void {
  void server.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "Offhook", version, description: about },
      tags,
      components: { securitySchemes: { token: { type: "http", scheme: "bearer" } } },
    },
    transform: ({ schema, url }) =>
      schema?.params !== undefined && url.endsWith("/*") ? nameWildcard(schema, url) : { schema, url },
  });
  void server.register(fastifySwaggerUi, { routePrefix: "/api/docs", staticCSP });
}

/** OpenAPI has no wildcard: the rest of a path is documented as the parameter `name`. */
function nameWildcard(schema: FastifySchema, url: string): { schema: FastifySchema; url: string } {
  const { "*": name, ...others } = (schema.params as { properties: Record<string, TSchema> }).properties;
  const params = Type.Object(name === undefined ? others : { ...others, name });
  return { schema: { ...schema, params }, url: url.replace(/\*$/, ":name") };
}

/** The pages of the documentation run from their own files; inline styles are how Swagger UI draws. */
const staticCSP = {
  "default-src": "'none'",
  "base-uri": "'none'",
  "connect-src": "'self'",
  "font-src": "'self' data:",
  "form-action": "'none'",
  "frame-ancestors": "'none'",
  "img-src": "'self' data:",
  "script-src": "'self'",
  "style-src": "'self' 'unsafe-inline'",
};

const Headers = Type.Object({
  "Offhook-Organization": Type.Optional(Type.String({ description: "organization, `default` when absent" })),
});
const HeadersOfChange = Type.Object({
  ...Headers.properties,
  "If-Match": Type.Optional(Type.String({ description: 'version in quotes, such as "3"' })),
});

/** Adds to a route below /api/v1 what all of them have. One without a schema of its answer stops the start. */
export function documentRoute(route: RouteOptions): void {
  const schema = route.schema as { response?: Record<string, TSchema>; headers?: TSchema } & Record<string, unknown>;
  if (schema?.response === undefined) throw new Error(`${route.method} ${route.url} has no schema of its answer`);
  const problem = { description: "Problem", content: { [problemType]: { schema: Problem } } };
  const changes = ["PATCH", "PUT", "DELETE"].includes(String(route.method));
  route.schema = {
    ...schema,
    security: [{ token: [] }],
    headers: changes ? HeadersOfChange : Headers,
    response: { ...schema.response, "4xx": problem, "5xx": problem },
  };
}
