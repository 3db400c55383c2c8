import type { OpenPbxConnection } from "../../domain/push.ts";
import type { Session } from "../connection/keeper.ts";
import { openSocket } from "../connection/open-socket.ts";
import { PbxError, quoted } from "../connection/pbx-error.ts";
import type { PbxTimes } from "../connection/times.ts";
import { askOver, type WebAnswer, WebError, type WebQuestion } from "../web/ask.ts";
import { authorizationFor } from "../web/web-login.ts";

/** A result, or the error that Kamailio names; its codes are those of SIP. */
export type RpcAnswer =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly text: string } };

/** JSON-RPC 2.0 of Kamailio (modules jsonrpcs and xhttp). Each request has a connection of its own: some wait for a phone. */
export interface KamailioLink extends Session {
  /** As core.version tells it. */
  readonly version: string;
  readonly asksPassword: boolean;
  /** `waitMs`: more than the usual time, for what waits for a phone. Rejects with a PbxError. */
  ask(method: string, params: readonly string[], signal: AbortSignal, waitMs?: number): Promise<RpcAnswer>;
}

interface LinkParts {
  allows(address: string): boolean;
  readonly times: PbxTimes;
}

const mostAnswerBytes = 2 * 1024 * 1024;
const mostUnderWay = 300;

/** Asks for the version, so that what is wrong with address or password is known at once. Rejects with a PbxError. */
export async function openKamailio(
  to: OpenPbxConnection,
  parts: LinkParts,
  signal: AbortSignal,
): Promise<KamailioLink> {
  const link = new HttpLink(to, parts);
  const answer = await link.ask("core.version", [], signal);
  if ("result" in answer) link.version = String(answer.result).trim().slice(0, 100);
  return link;
}

class HttpLink implements KamailioLink {
  version = "Kamailio";
  isOpen = true;
  readonly #to: OpenPbxConnection;
  readonly #parts: LinkParts;
  readonly #stop = new AbortController();
  #challenges: readonly string[] = [];
  #underWay = 0;

  constructor(to: OpenPbxConnection, parts: LinkParts) {
    this.#to = to;
    this.#parts = parts;
  }

  get asksPassword(): boolean {
    return this.#challenges.length > 0;
  }

  async ask(method: string, params: readonly string[], signal: AbortSignal, waitMs = 0): Promise<RpcAnswer> {
    if (!this.isOpen) throw new PbxError("closed", "the connection to the PBX was closed");
    if (this.#underWay >= mostUnderWay) throw new PbxError("busy", "too many requests wait for the PBX");
    const late = AbortSignal.timeout(this.#parts.times.answerMs + waitMs);
    this.#underWay += 1;
    try {
      const within = AbortSignal.any([signal, this.#stop.signal, late]);
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, ...(params.length > 0 && { params }) });
      return readAnswer(await this.#letIn(body, within), this.#to);
    } catch (thrown) {
      const error = thrown instanceof WebError ? notAnswered(this.#to, thrown) : thrown;
      // The next one begins anew, after the pause that follows a failure.
      if (error instanceof PbxError && error.trouble !== "silent") this.isOpen = false;
      throw error;
    } finally {
      this.#underWay -= 1;
    }
  }

  close(): void {
    this.isOpen = false;
    this.#stop.abort();
  }

  /** A challenge that was met once is answered at once from then on, and asked anew when it is too old. */
  async #letIn(body: string, signal: AbortSignal): Promise<WebAnswer> {
    const before = this.#authorization();
    const first = await this.#post(body, before, signal);
    if (first.status !== 401) return first;
    this.#challenges = first.challenges;
    const answer = this.#authorization();
    return answer === undefined ? first : await this.#post(body, answer, signal);
  }

  #authorization(): string | undefined {
    const { user, secret: password } = this.#to;
    return authorizationFor(this.#challenges, { user, password }, { method: "POST", path: pathOf(this.#to) });
  }

  async #post(body: string, authorization: string | undefined, signal: AbortSignal): Promise<WebAnswer> {
    const { host, port } = this.#to;
    const { allows, times } = this.#parts;
    const socket = await openSocket(this.#to, { allows, connectMs: times.connectMs }, signal);
    const question: WebQuestion = {
      method: "POST",
      path: pathOf(this.#to),
      host: `${host.includes(":") ? `[${host}]` : host}:${port}`,
      headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
      body,
    };
    return await askOver(socket, question, { mostBytes: mostAnswerBytes, signal });
  }
}

/** As the documents of jsonrpcs have it. */
function pathOf({ path }: OpenPbxConnection): string {
  return path ?? "/RPC";
}

/** Kamailio tells an error of the RPC by the status of HTTP as well: what is JSON-RPC is read, whatever the status. */
function readAnswer({ status, body }: WebAnswer, to: OpenPbxConnection): RpcAnswer {
  if (status === 401) throw notLetIn(to);
  const answer = parseObject(body);
  if (answer?.["jsonrpc"] === "2.0" && answer["result"] !== undefined) return { result: answer["result"] };
  const { code, message } = (answer?.["error"] ?? {}) as { code?: unknown; message?: unknown };
  if (typeof message === "string") return { error: { code: Number(code), text: message } };
  throw notRpc(to, status);
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function notLetIn({ user }: OpenPbxConnection): PbxError {
  const cure = "check user and secret, and what kamailio.cfg asks for in event_route[xhttp:request]";
  return new PbxError("login", `the PBX does not let ${user === "" ? "a caller without name" : user} in`, cure);
}

function notRpc(to: OpenPbxConnection, status: number): PbxError {
  const place = `${to.host} port ${to.port}`;
  if (status === 403) {
    const cure = "let the address of this server in, in event_route[xhttp:request] of kamailio.cfg";
    return new PbxError("login", `${place} forbids it to this server (403)`, cure);
  }
  const cure = "call jsonrpc_dispatch() in event_route[xhttp:request] of kamailio.cfg, and name its path as path";
  return new PbxError("protocol", `${place} has no JSON-RPC at ${pathOf(to)} (${status})`, cure);
}

function notAnswered({ host, port }: OpenPbxConnection, { message, trouble }: WebError): PbxError {
  const cure = "load the modules xhttp and jsonrpcs, and listen on this port over TCP in kamailio.cfg";
  const said = `${host} port ${port} ${quoted(message).slice(1, -1)}`;
  return trouble === "silent" ? new PbxError("silent", said) : new PbxError("protocol", said, cure);
}
