import fastifyHelmet from "@fastify/helmet";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { Failure } from "../../domain/failures.ts";
import { Connections } from "../connections.ts";
import { descriptorLimit } from "../descriptors.ts";
import { auditRoutes } from "./audit.ts";
import { bulkRoutes } from "./bulk.ts";
import { bulkAddRoutes } from "./bulk-add.ts";
import { admit, visitDecorator, visitOf } from "./caller.ts";
import { campaignRoutes } from "./campaigns.ts";
import { changeRoutes } from "./changes.ts";
import { choiceRoutes } from "./choices.ts";
import { deviceCopyRoutes } from "./device-copy.ts";
import { deviceDetailRoutes } from "./device-details.ts";
import { deviceFileRoutes } from "./device-files.ts";
import { devicePushRoutes } from "./device-push.ts";
import { deviceShowRoute } from "./device-show.ts";
import { deviceRoutes } from "./devices.ts";
import { documentRoute, registerDocumentation } from "./documentation.ts";
import { driftRoutes } from "./drift.ts";
import { enrolmentWindowRoutes } from "./enrolment-windows.ts";
import { createEventHub } from "./event-hub.ts";
import { eventRoutes } from "./events.ts";
import { exchangeRoutes } from "./exchanges.ts";
import { firmwareRoutes } from "./firmware.ts";
import { firmwareUploadRoutes } from "./firmware-uploads.ts";
import { grantRoutes } from "./grants.ts";
import { healthRoutes } from "./health.ts";
import { createJsonParser } from "./json-body.ts";
import { keyLayoutRoutes } from "./key-layout.ts";
import { layerRoutes } from "./layer-documents.ts";
import { lineRoutes } from "./lines.ts";
import { modelRoutes } from "./models.ts";
import { organizationRoutes } from "./organizations.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { pbxConnectionRoutes } from "./pbx-connections.ts";
import { planRoutes } from "./plans-of-change.ts";
import { answerProblem } from "./problems.ts";
import { revisionRoutes } from "./revisions.ts";
import { rotationRoutes } from "./rotations.ts";
import { scheduleRoutes } from "./schedules.ts";
import { screenshotRoute } from "./screenshot.ts";
import { serverRoutes } from "./server-info.ts";
import { settingRoutes } from "./settings.ts";
import { limitTime } from "./slow-requests.ts";
import { strangerRoutes } from "./strangers.ts";
import { templateRoutes } from "./templates.ts";
import { compileValidator } from "./validation.ts";
import { webhookRoutes } from "./webhooks.ts";

export interface AdminHttp {
  /** Fails with the error of the port when it can't be had. */
  listen(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
  readonly server: FastifyInstance;
}

/** The listener that people reach: the API below /api/v1, its documentation, and what watches over the process. */
export function createAdminHttp(parts: AdminParts): AdminHttp {
  const server = createServer(parts);
  const connections = new Connections({ all: mostConnections(), perAddress: mostConnections() });
  connections.watch(server.server);
  server.get("/", { schema: { hide: true } }, (_request, reply) => reply.redirect("/api/docs"));
  registerDocumentation(server as unknown as FastifyInstance, parts.version);
  void server.register(plugin((open) => healthRoutes(open, parts)));
  void server.register(
    plugin((api) => registerApi(api, parts)),
    { prefix: "/api/v1" },
  );
  return {
    server: server as unknown as FastifyInstance,
    async listen() {
      await server.listen({ host: parts.host, port: parts.port });
      return { port: portOf(server) };
    },
    close: () => connections.closeWith(server.server, async () => void (await server.close())),
  };
}

/** A part of the server with hooks of its own. */
function plugin(register: (server: AdminServer) => void) {
  return (server: AdminServer, _options: object, done: () => void) => {
    register(server);
    done();
  };
}

const bodyLimit = 1024 * 1024;
/** Phones come first: a crowd here leaves them the descriptors that they need. */
const mostConnections = () => Math.min(1000, Math.floor(descriptorLimit() / 8));
/** A silent client gives its place back; an event stream stays awake by its heartbeat. Slow ones: `limitTime`. */
const timeouts = { requestTimeout: 0, connectionTimeout: 120_000, keepAliveTimeout: 15_000 };

function createServer({ log, patienceMs, serializers }: AdminParts): AdminServer {
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    answerProblem(log, error, request, reply);
  const server = fastify({
    ...timeouts,
    bodyLimit,
    logger: false,
    forceCloseConnections: "idle",
    // Node looks at its time for headers every 30 seconds unless it is told otherwise.
    http: { maxHeaderSize: 16_384, headersTimeout: 10_000, connectionsCheckingInterval: 1000 },
    frameworkErrors: refuse,
  }).withTypeProvider<TypeBoxTypeProvider>();
  server.addHook("onRequest", async (request, reply) => limitTime(request, reply, patienceMs));
  server.setValidatorCompiler(compileValidator);
  if (serializers) server.setSerializerCompiler(serializers);
  server.setErrorHandler(refuse);
  server.setNotFoundHandler(noSuchRoute);
  server.removeAllContentTypeParsers();
  const parseJson = createJsonParser(server.getDefaultJsonParser("error", "error"));
  server.addContentTypeParser("application/json", { parseAs: "string" }, parseJson);
  void server.register(fastifyHelmet, {
    contentSecurityPolicy: { useDefaults: false, directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
    // The listener itself may speak plain HTTP; whoever puts TLS before it sets this there.
    strictTransportSecurity: false,
  });
  return server;
}

function noSuchRoute(): never {
  throw new Failure("NOT_FOUND", "there is no such address");
}

/** Everything below /api/v1: whoever asks must be let in, also for a route that is added later, or that is none. */
function registerApi(api: AdminServer, parts: AdminParts): void {
  const hub = createEventHub(parts);
  api.addHook("preClose", async () => hub.close());
  api.decorateRequest(visitDecorator, null);
  api.addHook("onRoute", documentRoute);
  api.addHook("onRequest", async (request, reply) => {
    reply.header("cache-control", "no-store");
    request.setDecorator(visitDecorator, await admit(parts, request));
  });
  // A body may take a minute to arrive, and a grant may have ended meanwhile.
  api.addHook("preHandler", async (request) => {
    if (visitOf(request).caller.grant) await admit(parts, request);
  });
  api.setNotFoundHandler(noSuchRoute);
  for (const register of resources) register(api, parts);
  eventRoutes(api, hub);
}

const resources = [
  modelRoutes,
  settingRoutes,
  choiceRoutes,
  organizationRoutes,
  layerRoutes,
  lineRoutes,
  deviceRoutes,
  keyLayoutRoutes,
  deviceCopyRoutes,
  bulkRoutes,
  bulkAddRoutes,
  deviceDetailRoutes,
  revisionRoutes,
  planRoutes,
  deviceFileRoutes,
  devicePushRoutes,
  deviceShowRoute,
  screenshotRoute,
  driftRoutes,
  campaignRoutes,
  scheduleRoutes,
  webhookRoutes,
  rotationRoutes,
  pbxConnectionRoutes,
  templateRoutes,
  enrolmentWindowRoutes,
  grantRoutes,
  firmwareRoutes,
  firmwareUploadRoutes,
  strangerRoutes,
  exchangeRoutes,
  serverRoutes,
  auditRoutes,
  changeRoutes,
];

function portOf({ server }: AdminServer): number {
  const address = server.address();
  return address === null || typeof address === "string" ? 0 : address.port;
}
