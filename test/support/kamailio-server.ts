import { createServer, type IncomingMessage } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { isRightAnswer, parseAnswer } from "../../server/sip/digest.ts";

/** A contact as ul.lookup tells it, with the names of Kamailio 5.6. */
export interface KamailioContact {
  readonly Address: string;
  readonly Expires?: number | "expired" | "deleted" | "permanent";
  readonly "Call-ID"?: string;
  readonly "User-Agent"?: string;
  readonly Received?: string;
  readonly Path?: string;
  readonly Socket?: string;
}

/** A dialog as dlg.list tells it, as far as it is looked at. */
export interface KamailioDialog {
  readonly from_uri: string;
  readonly to_uri: string;
  /** 1 to 4 while it goes on, 5 when it is over. */
  readonly state?: number;
  readonly callerContact?: string;
  readonly calleeContact?: string;
}

export interface KamailioCase {
  readonly locations?: Readonly<Record<string, readonly KamailioContact[]>>;
  /** Methods that no loaded module has. */
  readonly missing?: readonly string[];
  readonly login?: "basic" | "digest";
  /** Answers of the phone in turn, `401 Unauthorized` and its header lines; the last one again and again. */
  readonly phone?: readonly (readonly string[])[];
  /** Methods that are read and never answered. */
  readonly deafTo?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  /** The path that jsonrpc_dispatch() is called for. */
  readonly path?: string;
  /** Of the module dialog, which is loaded only where this is given. */
  readonly dialogs?: readonly KamailioDialog[];
  /** How many it says there are, where that differs. */
  readonly dialogCount?: number;
  /** Errors that a method answers with instead. */
  readonly errors?: Readonly<Record<string, { readonly code: number; readonly message: string }>>;
}

/** A NOTIFY as tm makes it of its parameters. */
export interface KamailioNotify {
  readonly uri: string;
  readonly nextHop: string;
  readonly socket: string;
  readonly headers: string[];
  readonly body?: string;
}

export interface KamailioServer {
  readonly port: number;
  readonly notifies: KamailioNotify[];
  /** Names of all methods in the order they came. */
  readonly methods: string[];
  readonly authorizations: (string | undefined)[];
  close(): Promise<void>;
}

interface Rpc {
  readonly id: unknown;
  readonly method: string;
  readonly params?: readonly string[];
}
type Answer = { readonly result: unknown } | { readonly error: { readonly code: number; readonly message: string } };

const challenges = { basic: 'Basic realm="pbx"', digest: 'Digest realm="pbx", nonce="n-1", qop="auth", algorithm=MD5' };

/**
 * The RPC of Kamailio 5.6.3 over HTTP: its answers are copied from a real one, that of test/long/kamailio.long.ts. On
 * 127.0.0.1 and any free port, closed when the test ends.
 */
export async function startKamailio(given: KamailioCase = {}): Promise<KamailioServer> {
  const notifies: KamailioNotify[] = [];
  const methods: string[] = [];
  const authorizations: (string | undefined)[] = [];

  function answerTo({ method, params = [] }: Rpc): Answer {
    const error = given.errors?.[method];
    if (error) return { error };
    if (given.missing?.includes(method)) return { error: { code: 500, message: "Method Not Found" } };
    const isLoaded = !method.startsWith("dlg.") || given.dialogs !== undefined;
    return (isLoaded && methodsOf(params)[method]?.()) || { error: { code: 500, message: "Method Not Found" } };
  }

  function methodsOf(params: readonly string[]): Readonly<Record<string, () => Answer>> {
    return {
      "core.version": () => ({ result: "kamailio 5.6.3 (x86_64/linux) " }),
      "ul.lookup": () => lookUp(params),
      "tm.t_uac_wait": () => notify(params),
      "dlg.stats_active": () => ({ result: { starting: 0, connecting: 0, answering: 0, all: countDialogs() } }),
      "dlg.list": () => ({ result: dialogs() }),
    };
  }

  function countDialogs(): number {
    return given.dialogCount ?? given.dialogs?.length ?? 0;
  }

  function dialogs(): readonly object[] {
    return (given.dialogs ?? []).map(({ callerContact, calleeContact, state = 4, ...uris }, at) => ({
      ...{ h_entry: at, h_id: 4471, "call-id": `call-${at}`, ...uris, state },
      caller: { tag: "c", contact: callerContact ?? null },
      callee: { tag: null, contact: calleeContact ?? null },
    }));
  }

  function lookUp([table, record = ""]: readonly string[]): Answer {
    if (table !== "location") return { error: { code: 500, message: "Domain table not found" } };
    const contacts = given.locations?.[record];
    if (!contacts) return { error: { code: 500, message: "AOR not found in location table" } };
    const unset = { Received: "[not set]", Path: "[not set]", Socket: "udp:10.0.0.1:5060", Instance: "[not set]" };
    const Contacts = contacts.map((contact) => ({ Contact: { ...unset, Expires: 300, Q: -1, ...contact } }));
    return { result: { AoR: record.split("@")[0], Contacts } };
  }

  function notify(params: readonly string[]): Answer {
    const [, uri = "", nextHop = "", socket = "", headers = "", body] = params;
    if (params.length < 5) return { error: { code: 400, message: `too few parameters (${params.length}/5)` } };
    if (/^[^\r\n]*!.*!/m.test(headers.replace("@!!>", ""))) throw new Error("a real Kamailio would have crashed");
    notifies.push({ uri, nextHop, socket, headers: headers.split("\r\n").slice(0, -1), ...(body && { body }) });
    const turns = given.phone ?? [["200 OK"]];
    const [line = "", ...more] = turns[Math.min(notifies.length, turns.length) - 1] ?? [];
    const [, status = "", reason = ""] = /^(\d+) (.*)$/.exec(line) ?? [];
    // Kamailio's own 408 has no headers; a dialog's addresses stand before them only where the phone took it.
    if (more[0] === "own") return { result: [Number(status), reason, "", "", "", ""] };
    const said = (name: string) => headers.split("\r\n").find((field) => field.startsWith(`${name}:`)) ?? "";
    const fields = [...more, "Via: SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bK1", `${said("From")};tag=a`];
    fields.push(`${said("To")};tag=b`, said("Call-ID"), said("CSeq"), "Content-Length: 0");
    const reply = `${fields.join("\r\n")}\r\n\r\n`;
    return { result: [Number(status), reason, ...(Number(status) < 300 ? ["", "", ""] : []), reply] };
  }

  function isIn(authorization: string | undefined, url: string): boolean {
    if (given.login === undefined) return true;
    if (given.login === "basic") return authorization === `Basic ${btoa("offhook:ami-secret")}`;
    const answer = parseAnswer(authorization ?? "");
    const expected = { method: "POST", uri: url, user: "offhook", secret: "ami-secret", realm: "pbx" };
    return answer?.nonce === "n-1" && isRightAnswer(answer, expected);
  }

  /** Status, headers and body of HTTP; undefined where nothing is answered. */
  function respond({ headers, method, url }: IncomingMessage, body: string): [number, object, string?] | undefined {
    authorizations.push(headers.authorization);
    if (url !== (given.path ?? "/RPC") || method !== "POST") return [404, {}, "no"];
    if (!isIn(headers.authorization, url)) {
      return [401, { "www-authenticate": challenges[given.login ?? "basic"] }];
    }
    const rpc = JSON.parse(body) as Rpc;
    methods.push(rpc.method);
    if (given.deafTo?.includes(rpc.method)) return undefined;
    const answer = answerTo(rpc);
    const json = JSON.stringify({ jsonrpc: "2.0", ...answer, id: rpc.id }, undefined, "\t");
    return ["error" in answer ? answer.error.code : 200, { "content-type": "application/json" }, json];
  }

  const server = given.tls ? createTlsServer(given.tls) : createServer();
  server.on("request", async (request, response) => {
    const [status, headers, body] = respond(request, await text(request)) ?? [];
    if (status !== undefined) response.writeHead(status, { ...headers }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, notifies, methods, authorizations, close };
}
