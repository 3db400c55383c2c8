import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
});
afterAll(() => admin.close());

const open = ["/", "/healthz", "/readyz", "/metrics"];

describe("who may ask", () => {
  test("nobody without a token, on any route below /api/v1", async () => {
    const guarded = admin.routes.filter(({ url }) => url.startsWith("/api/v1"));
    expect(guarded.length).toBeGreaterThan(40);
    for (const { method, url } of guarded) {
      const path = url.replace(/:\w+/g, "x").replace("*", "x");
      const reply = await fetch(`${admin.url}${path}`, { method });
      expect(`${method} ${url} ${reply.status}`).toBe(`${method} ${url} 401`);
      expect(reply.headers.get("www-authenticate")).toBe("Bearer");
      await reply.arrayBuffer();
    }
  });

  test("every other route is one of the open ones", () => {
    const others = admin.routes.map(({ url }) => url).filter((url) => !url.startsWith("/api/v1"));
    expect(others.filter((url) => !open.includes(url) && !url.startsWith("/api/docs"))).toEqual([]);
  });

  test.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer another-token-9876543210" }],
    ["another scheme", { authorization: `Basic ${btoa("admin:test-token-0123456789")}` }],
    ["the token alone", { authorization: "test-token-0123456789" }],
    ["an empty header", { authorization: "" }],
  ])("refuses %s", async (_name, headers) => {
    const reply = await fetch(`${admin.url}/api/v1/devices`, { headers });
    expect(reply.status).toBe(401);
    expect(reply.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(await reply.json()).toMatchObject({ status: 401, code: "UNAUTHENTICATED", errors: [] });
  });

  test("an address that does not exist tells a stranger nothing", async () => {
    expect((await fetch(`${admin.url}/api/v1/nothing`)).status).toBe(401);
    const known = await admin.call<ProblemBody>("GET", "/nothing");
    expect([known.status, known.json.code]).toEqual([404, "NOT_FOUND"]);
    expect((await admin.call<ProblemBody>("GET", "//nothing")).json.code).toBe("NOT_FOUND");
  });

  test("whoever is not the operator may do nothing yet", async () => {
    const other = await openAdminOffice({ authenticate: () => ({ actor: "someone", operator: false }) });
    try {
      expect((await other.call<ProblemBody>("GET", "/devices")).json).toMatchObject({ status: 403, code: "FORBIDDEN" });
    } finally {
      await other.close();
    }
  });
});

describe("the organization", () => {
  test("is `default` unless the header names one, and must be there", async () => {
    expect((await admin.call("GET", "/sites", undefined, { "offhook-organization": "default" })).status).toBe(200);
    for (const organization of ["nobody", "../default", "x".repeat(600)]) {
      const reply = await admin.call<ProblemBody>("GET", "/sites", undefined, { "offhook-organization": organization });
      expect([reply.status, reply.json.code]).toEqual([404, "NOT_FOUND"]);
    }
    expect((await admin.call("GET", "/organizations/nobody/settings")).status).toBe(404);
  });

  test("keeps its documents from the others", async () => {
    const key = { organization: "acme", kind: "organization", id: "acme" };
    await admin.office.stores.config.transaction((transaction) =>
      transaction.put(key, { id: "acme", name: "Acme", settings: {} }),
    );
    const inAcme = { "offhook-organization": "acme" };
    const line = { id: "shared", extension: "555" };
    expect((await admin.call("POST", "/lines", line)).status).toBe(201);
    expect((await admin.call("GET", "/lines/shared", undefined, inAcme)).status).toBe(404);
    expect((await admin.call("GET", "/lines", undefined, inAcme)).json).toMatchObject({ items: [], total: 0 });
    expect((await admin.call("POST", "/lines", line, inAcme)).status).toBe(201);
    expect((await admin.call("DELETE", "/lines/shared", undefined, inAcme)).status).toBe(204);
    expect((await admin.call("GET", "/lines/shared")).status).toBe(200);
    const audit = await admin.ok<{ items: { id: string }[] }>("GET", "/audit");
    expect(audit.items.filter(({ id }) => id === "shared")).toHaveLength(1);
  });
});

describe("what is open", () => {
  test("health, readiness, metrics and the way to the documentation", async () => {
    expect((await fetch(`${admin.url}/healthz`)).status).toBe(200);
    expect((await fetch(`${admin.url}/readyz`)).status).toBe(200);
    const metrics = await fetch(`${admin.url}/metrics`);
    expect(metrics.headers.get("content-type")).toContain("text/plain");
    expect(await metrics.text()).toContain("offhook_exchanges_total");
    const root = await fetch(`${admin.url}/`, { redirect: "manual" });
    expect([root.status, root.headers.get("location")]).toEqual([302, "/api/docs"]);
  });

  test("a store that does not answer makes it alive and not ready, without a word of what is inside", async () => {
    const broken = await openAdminOffice({
      isReady: () => Promise.reject(new Error("connect ECONNREFUSED 10.1.2.3:5432")),
    });
    try {
      expect((await fetch(`${broken.url}/healthz`)).status).toBe(200);
      const reply = await broken.call<ProblemBody>("GET", "//readyz");
      expect([reply.status, reply.json.code, reply.headers.get("retry-after")]).toEqual([503, "UNEXPECTED", "30"]);
      expect(reply.text).not.toContain("10.1.2.3");
      expect(broken.logged.at(-1)).toMatchObject({ level: "error", fields: { path: "/readyz", code: "UNEXPECTED" } });
      expect(broken.logged.at(-1)?.fields).toHaveProperty("err.message", "connect ECONNREFUSED 10.1.2.3:5432");
    } finally {
      await broken.close();
    }
  });

  test("this process", async () => {
    expect(await admin.ok("GET", "/server")).toMatchObject({
      version: "1.2.3",
      node: process.version,
      ports: { tftp: 6969, phoneHttp: [6970], admin: admin.port },
      warnings: ["a warning"],
      store: "embedded",
    });
  });
});

describe("the end", () => {
  test("comes at once, also while somebody is connected who never asked anything", async () => {
    const own = await openAdminOffice();
    const silent = connect(own.port, "127.0.0.1");
    await once(silent, "connect");
    expect(await own.call("GET", "/server")).toMatchObject({ status: 200 });
    const started = performance.now();
    await Promise.all([own.close(), once(silent, "close")]);
    expect(performance.now() - started).toBeLessThan(2500);
  });
});

interface OpenApi {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}

interface Operation {
  readonly security?: unknown;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Record<string, unknown>;
}

describe("the documentation", () => {
  test("is OpenAPI 3.1 and lists every route", async () => {
    const document = await admin.ok<OpenApi>("GET", "//api/docs/json");
    expect(document.openapi).toBe("3.1.0");
    const listed = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const expected = admin.routes
      .filter(({ method, url }) => method !== "HEAD" && url !== "/" && !url.startsWith("/api/docs"))
      .map(({ method, url }) => `${method} ${url.replace(/\/\*$/, "/{name}").replace(/:(\w+)/g, "{$1}")}`);
    expect(listed.sort()).toEqual(expected.sort());
  });

  test("says of each route below /api/v1 that it needs the token, what it answers and how it fails", async () => {
    const { paths } = await admin.ok<OpenApi>("GET", "//api/docs/json");
    const operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, name: `${method} ${path}`, ...operation })),
    );
    for (const { path, name, security, responses, parameters = [] } of operations) {
      const named = parameters.filter((each) => each.in === "path").map((each) => `{${each.name}}`);
      expect(named.sort(), name).toEqual([...path.matchAll(/\{\w+\}/g)].map(String).sort());
      const isOpen = open.includes(path);
      expect(security, name).toEqual(isOpen ? undefined : [{ token: [] }]);
      expect(Object.keys(responses), name).toEqual(expect.arrayContaining(isOpen ? ["200"] : ["4XX", "5XX"]));
      expect(Object.keys(responses).join(), name).toMatch(/^2/);
    }
  });

  test("has pages that run from their own files", async () => {
    const page = await fetch(`${admin.url}/api/docs`);
    expect(page.status).toBe(200);
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain("upgrade-insecure-requests");
    const html = await page.text();
    expect(html).not.toMatch(/<script>[^<]/);
    for (const [, file] of html.matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)) {
      const reply = await fetch(new URL(String(file), `${admin.url}/api/docs`));
      expect(`${file} ${reply.status}`).toBe(`${file} 200`);
      await reply.arrayBuffer();
    }
  });

  test("answers of the API run nothing and are kept nowhere", async () => {
    const { headers } = await admin.call("GET", "/devices");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});
