import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdminOffice, openAdminOffice } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
});
afterAll(() => admin.close());

const readable = [
  "GET /campaigns",
  "GET /campaigns/:id",
  "GET /changes",
  "GET /countries",
  "GET /devices",
  "GET /devices/:mac",
  "GET /devices/:mac/drift",
  "GET /devices/:mac/exchanges",
  "GET /devices/:mac/files",
  "GET /devices/:mac/files/*",
  "GET /devices/:mac/parameters",
  "GET /devices/:mac/revisions",
  "GET /devices/:mac/revisions/:n",
  "GET /devices/:mac/settings",
  "GET /enrolment-windows",
  "GET /enrolment-windows/:id",
  "GET /lines",
  "GET /lines/:id",
  "GET /models",
  "GET /models/:vendor/:model",
  "GET /organizations/:id",
  "GET /organizations/:id/settings",
  "GET /pbx-connections",
  "GET /pbx-connections/:id",
  "GET /pbx-kinds",
  "GET /presets",
  "GET /presets/:id",
  "GET /settings",
  "GET /sites",
  "GET /sites/:id",
  "GET /templates",
  "GET /templates/:vendor/:family/:file",
  "GET /templates/:vendor/:family/:file/versions/:version",
];

const changeable = [
  "DELETE /devices/:mac",
  "DELETE /enrolment-windows/:id",
  "DELETE /lines/:id",
  "DELETE /presets/:id",
  "DELETE /sites/:id",
  "PATCH /devices/:mac",
  "PATCH /lines/:id",
  "PATCH /organizations/:id/settings",
  "PATCH /presets/:id",
  "PATCH /sites/:id",
  "POST /campaigns",
  "POST /campaigns/:id/cancel",
  "POST /campaigns/:id/pause",
  "POST /campaigns/:id/resume",
  "POST /devices",
  "POST /devices/:mac/copy",
  "POST /devices/:mac/drift/take-over",
  "POST /devices/:mac/key-layout",
  "POST /devices/:mac/push",
  "POST /devices/:mac/revisions/:n/revert",
  "POST /devices/:mac/show",
  "POST /devices/bulk",
  "POST /devices/bulk-add",
  "POST /enrolment-windows",
  "POST /lines",
  "POST /plans-of-change",
  "POST /presets",
  "POST /sites",
];

test.each([
  ["read", readable],
  ["change", [...readable, ...changeable]],
])("a grant that may %s reaches these routes, and no other that is there", async (may, expected) => {
  const { token } = await admin.ok<{ token: string }>("POST", "/grants", { name: "Ana", may });
  const routes = admin.routes.filter(({ url }) => url.startsWith("/api/v1"));
  expect(routes.length).toBeGreaterThan(90);
  const reached: string[] = [];
  const reachedByHead: string[] = [];
  for (const { method, url } of routes) {
    const path = url.replaceAll(/:\w+|\*/g, "default");
    const reply = await fetch(`${admin.url}${path}`, { method, headers: { authorization: `Bearer ${token}` } });
    await reply.arrayBuffer();
    const name = url.slice("/api/v1".length);
    expect(reply.status, `${method} ${url}`).not.toBe(401);
    if (reply.status === 403) continue;
    if (method === "HEAD") reachedByHead.push(`GET ${name}`);
    else reached.push(`${method} ${name}`);
  }
  expect(reached.sort()).toEqual(expected.toSorted());
  expect(reachedByHead.sort()).toEqual(expected.filter((route) => route.startsWith("GET ")).toSorted());
});

test("an address that is none is closed to a grant", async () => {
  const { token } = await admin.ok<{ token: string }>("POST", "/grants", { name: "Ana", may: "change" });
  const reply = await admin.call("GET", "/nothing", undefined, { authorization: `Bearer ${token}` });
  expect([reply.status, reply.json["code"]]).toEqual([403, "FORBIDDEN"]);
});
