import type { Office } from "../../server/app-office.ts";
import type { Device, LayerDocument, Line } from "../../server/domain/device.ts";
import type { Provision } from "../../server/domain/exchange.ts";
import { privateNetworks } from "../../server/domain/network.ts";
import type { StoredDocument } from "../../server/domain/ports.ts";
import type { EnrolmentWindow } from "../../server/domain/window.ts";
import { createAdminHttp } from "../../server/http/admin/listener.ts";
import type { AdminParts } from "../../server/http/admin/parts.ts";
import { createMetrics } from "../../server/journal/metrics.ts";
import { mask, maskRaw, maskSettings } from "../../server/office/sealing.ts";
import { createProvision } from "../../server/provision.ts";
import { createBearerCheck } from "../../server/security/bearer.ts";
import { openTestOffice } from "./office.ts";
import { serializers } from "./serializers.ts";

const token = "test-token-0123456789";

interface Answer<Body> {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `{}` when it is none. */
  readonly json: Body;
}

export type Json = Record<string, unknown>;

export interface ProblemBody {
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[];
}

export interface AdminOffice {
  readonly office: Office;
  readonly port: number;
  /** Routes as they were registered. */
  readonly routes: readonly { readonly method: string; readonly url: string }[];
  readonly url: string;
  readonly headers: Record<string, string>;
  /** What the listener logged. */
  readonly logged: readonly { readonly level: string; readonly fields: object; readonly message: string }[];
  readonly provision: Provision;
  /** A request with the root token over a real socket; `path` is below /api/v1 unless it begins with `//`. */
  call<Body = Json>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** The same that must succeed. */
  ok<Body = Json>(method: string, path: string, body?: unknown): Promise<Body>;
  /** Every document that people configure. */
  documents(): Promise<readonly StoredDocument[]>;
  close(): Promise<void>;
}

type OtherParts = Partial<AdminParts> | ((office: Office) => Promise<Partial<AdminParts>>);

/** A whole Offhook with its admin listener on a free port of 127.0.0.1; `parts` replaces what a test wants otherwise. */
export async function openAdminOffice(
  parts: OtherParts = {},
  clock = Date.now,
  env: Record<string, string> = {},
): Promise<AdminOffice> {
  const office = await openTestOffice(env, clock);
  const logged: AdminOffice["logged"][number][] = [];
  const admin = createAdminHttp({
    serializers,
    ...adminParts(office, logged),
    ...(typeof parts === "function" ? await parts(office) : parts),
  });
  const routes: { method: string; url: string }[] = [];
  admin.server.addHook("onRoute", ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url });
  });
  const { port } = await admin.listen();
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${token}` };

  async function call<Body = Json>(method: string, path: string, body?: unknown, more: Record<string, string> = {}) {
    const address = path.startsWith("//") ? `${url}${path.slice(1)}` : `${url}/api/v1${path}`;
    const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const reply = await fetch(address, {
      method,
      headers: { ...headers, ...type, ...more },
      redirect: "manual",
      ...sent,
    });
    const text = await reply.text();
    const isJson = /json/.test(reply.headers.get("content-type") ?? "");
    return { status: reply.status, headers: reply.headers, text, json: (isJson ? JSON.parse(text) : {}) as Body };
  }

  return {
    office,
    port,
    routes,
    url,
    headers,
    logged,
    provision: createProvision({ ...office, store: office.stores.config, allowedNetworks: privateNetworks }),
    call,
    async ok<Body = Json>(method: string, path: string, body?: unknown) {
      const answer = await call<Body>(method, path, body);
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
      return answer.json;
    },
    documents: () => allDocuments(office),
    async close() {
      await admin.close();
      await office.close();
    },
  };
}

function adminParts(office: Office, logged: AdminOffice["logged"][number][]): AdminParts {
  const note = (level: string) => (fields: object, message: string) => void logged.push({ level, fields, message });
  const metrics = createMetrics({ journal: office.journal, activeTransfers: () => 0 });
  return {
    ...office,
    host: "127.0.0.1",
    port: 0,
    version: "1.2.3",
    store: office.stores.config,
    authenticate: createBearerCheck(token),
    masking: { mask, maskRaw, maskSettings },
    serverInfo: () => ({
      host: "127.0.0.1",
      tftp: 6969,
      phoneHttp: [6970],
      warnings: ["a warning"],
      started: new Date().toISOString(),
      store: "embedded",
    }),
    isReady: () => office.stores.config.ping(),
    metrics: () => metrics.read(),
    clock: Date.now,
    log: { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") },
  };
}

const kinds = ["organization", "site", "preset", "line", "device", "revision", "enrolment-window"];

type AnyBody = LayerDocument | Line | Device | EnrolmentWindow;

async function allDocuments({ stores }: Office): Promise<readonly StoredDocument<AnyBody>[]> {
  const found = await Promise.all(kinds.map((kind) => stores.config.find<AnyBody>({ kind })));
  return found.flat();
}
