import type { FastifyRequest } from "fastify";
import type { GrantReach } from "../../domain/grant.ts";
import type { Caller } from "../../security/bearer.ts";

/**
 * What a grant that may read opens, and what one that may change opens beside it, as routes are registered below
 * /api/v1. What is not named here is closed, so a new route is. Named is only what acts in the caller's own organization
 * and keeps its secrets: not the audit, firmware, schedules, strangers and `/exchanges`, which tell of the whole
 * installation, nor events, which would outlive the grant. A plan tells whether a guessed secret is the right one, so it
 * is for whoever may change, and can get at secrets anyway.
 */
const opened: Readonly<Record<GrantReach, readonly string[]>> = {
  read: [
    "GET /models",
    "GET /models/:vendor/:model",
    "GET /settings",
    "GET /countries",
    "GET /pbx-kinds",
    "GET /organizations/:id",
    "GET /organizations/:id/settings",
    "GET /sites",
    "GET /sites/:id",
    "GET /presets",
    "GET /presets/:id",
    "GET /lines",
    "GET /lines/:id",
    "GET /devices",
    "GET /devices/:mac",
    "GET /devices/:mac/settings",
    "GET /devices/:mac/parameters",
    "GET /devices/:mac/files",
    "GET /devices/:mac/files/*",
    "GET /devices/:mac/revisions",
    "GET /devices/:mac/revisions/:n",
    "GET /devices/:mac/exchanges",
    "GET /devices/:mac/drift",
    "GET /changes",
    "GET /campaigns",
    "GET /campaigns/:id",
    "GET /pbx-connections",
    "GET /pbx-connections/:id",
    "GET /templates",
    "GET /templates/:vendor/:family/:file",
    "GET /templates/:vendor/:family/:file/versions/:version",
    "GET /enrolment-windows",
    "GET /enrolment-windows/:id",
  ],
  change: [
    "POST /plans-of-change",
    "PATCH /organizations/:id/settings",
    "POST /sites",
    "PATCH /sites/:id",
    "DELETE /sites/:id",
    "POST /presets",
    "PATCH /presets/:id",
    "DELETE /presets/:id",
    "POST /lines",
    "PATCH /lines/:id",
    "DELETE /lines/:id",
    "POST /devices",
    "PATCH /devices/:mac",
    "DELETE /devices/:mac",
    "POST /devices/bulk",
    "POST /devices/bulk-add",
    "POST /devices/:mac/copy",
    "POST /devices/:mac/key-layout",
    "POST /devices/:mac/revisions/:n/revert",
    "POST /devices/:mac/drift/take-over",
    "POST /devices/:mac/push",
    "POST /devices/:mac/show",
    "POST /campaigns",
    "POST /campaigns/:id/pause",
    "POST /campaigns/:id/resume",
    "POST /campaigns/:id/cancel",
    "POST /enrolment-windows",
    "DELETE /enrolment-windows/:id",
  ],
};

const open: Readonly<Record<GrantReach, ReadonlySet<string>>> = {
  read: new Set(opened.read),
  change: new Set([...opened.read, ...opened.change]),
};

/** Whether a grant reaches the route that a request came to; an address that is none is closed as well. */
export function isOpenTo(may: GrantReach, { method, routeOptions }: FastifyRequest): boolean {
  const url = routeOptions.url?.replace(/^\/api\/v1/, "");
  // Fastify answers HEAD wherever it answers GET, with the same handler.
  return url !== undefined && open[may].has(`${method === "HEAD" ? "GET" : method} ${url}`);
}

/** Whether a caller sees files that are the same for all organizations: the settings of `default` are in them. */
export function seesShared({ grant, operator }: Caller): boolean {
  return operator || grant?.organization === "default";
}
