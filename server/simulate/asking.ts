import type { BootStep } from "../domain/model.ts";
import { createHttpClient, type HttpAnswer, HttpError } from "./http-client.ts";
import type { SimulatedPhone } from "./phones.ts";
import { fetchOverTftp, TftpError } from "./tftp-client.ts";

export type Protocol = BootStep["via"][number];

/**
 * `nothing`: a clean "no such file". `refused`: a clean no for another reason. `silent`: nobody answered in time.
 * `broken`: an answer that no phone can use, or our own trouble that the server admits (5xx).
 */
export type Outcome = "served" | "nothing" | "refused" | "silent" | "broken";

/** The server under trial; a port that is not given is not asked. */
export interface BootServer {
  readonly host: string;
  readonly tftpPort?: number;
  readonly httpPort?: number;
  /** The address of this machine to ask from; without it the system chooses, one for all. */
  readonly from?: string;
  readonly patience?: Patience;
  /** Asked for each packet of TFTP, in and out: whether the network loses it. */
  readonly loses?: () => boolean;
}

interface Patience {
  /** Before each repeat over TFTP and before giving up. */
  readonly tftpMs?: readonly number[];
  /** Without a byte over HTTP. */
  readonly httpMs?: number;
  /** How often a request that got no answer, or half of one, is made in all; once without it. */
  readonly tries?: number;
}

/** One request and what came of it. */
export interface Attempt {
  readonly protocol: Protocol;
  readonly name: string;
  readonly outcome: Outcome;
  /** Bytes as they came; 0 when the phone's own copy was still right. */
  readonly bytes: number;
  readonly milliseconds: number;
  /** Why it was not served; never a piece of a file. */
  readonly detail?: string;
  readonly body?: Buffer;
}

/** How one phone asks. */
export interface Asking {
  readonly protocols: readonly Protocol[];
  /** Never rejects. */
  ask(protocol: Protocol, name: string): Promise<Attempt>;
  /** Whether a file is there, without taking it. */
  holds(name: string): Promise<boolean>;
  close(): void;
}

type Answer = Pick<Attempt, "outcome" | "bytes" | "detail" | "body">;

export function createAsking(phone: SimulatedPhone, server: BootServer, signal?: AbortSignal): Asking {
  const { tftpMs = [1000, 2000, 4000], httpMs = 5000, tries = 1 } = server.patience ?? {};
  const from = server.from !== undefined && { from: server.from };
  const loses = server.loses && { loses: server.loses };
  const http = createHttpClient({
    host: server.host,
    port: server.httpPort ?? 0,
    ...from,
    ...(phone.userAgent !== undefined && { userAgent: phone.userAgent }),
    gzip: phone.model.can.gzip,
    waitMs: httpMs,
    kept: phone.kept,
  });
  const tftp = (name: string, beginningOnly: boolean) =>
    fetchOverTftp(
      {
        ...phone.tftp,
        ...from,
        ...loses,
        host: server.host,
        port: server.tftpPort ?? 0,
        name,
        waits: tftpMs,
        beginningOnly,
      },
      signal,
    );
  const ways: Readonly<Record<Protocol, (name: string) => Promise<Answer>>> = {
    async tftp(name) {
      const { bytes } = await tftp(name, false);
      return { outcome: "served", bytes: bytes.length, body: bytes };
    },
    http: async (name) => readAnswer(await http.get(slashed(name), signal)),
  };

  async function ask(protocol: Protocol, name: string): Promise<Attempt> {
    const started = performance.now();
    const asked = protocol === "http" ? slashed(name) : name;
    const askOnce = () => ways[protocol](name).catch((error: unknown) => readError(error, signal));
    let answer = await askOnce();
    for (let times = 1; times < tries && isBroken(answer) && !signal?.aborted; times++) answer = await askOnce();
    return { protocol, name: asked, ...answer, milliseconds: performance.now() - started };
  }

  async function holds(name: string): Promise<boolean> {
    try {
      if (server.httpPort !== undefined) return (await http.head(slashed(name), signal)).status < 400;
      await tftp(name, true);
      return true;
    } catch {
      return false;
    }
  }

  const protocols: Protocol[] = [];
  if (server.tftpPort !== undefined) protocols.push("tftp");
  if (server.httpPort !== undefined) protocols.push("http");
  return { protocols, ask, holds, close: http.close };
}

/** Over HTTP every name begins with a slash, over TFTP as the family writes it (cisco.md B.1, item 10). */
function slashed(name: string): string {
  return name.startsWith("/") ? name : `/${name}`;
}

function isBroken({ outcome }: Answer): boolean {
  return outcome === "silent" || outcome === "broken";
}

function readAnswer({ status, body, bytes }: HttpAnswer): Answer {
  if (status === 200 || status === 304) return { outcome: "served", bytes, body };
  const detail = `status ${status}`;
  if (status === 404 || status === 410) return { outcome: "nothing", bytes: 0, detail };
  return { outcome: status >= 400 && status < 500 ? "refused" : "broken", bytes: 0, detail };
}

function readError(error: unknown, signal: AbortSignal | undefined): Answer {
  if (signal?.aborted) return { outcome: "broken", bytes: 0, detail: "the time given ran out" };
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof HttpError) return { outcome: error.code, bytes: 0, detail };
  if (!(error instanceof TftpError)) return { outcome: "silent", bytes: 0, detail };
  if (typeof error.code === "string") return { outcome: error.code, bytes: 0, detail };
  // RFC 1350, error codes: 1 is "File not found".
  return { outcome: error.code === 1 ? "nothing" : "refused", bytes: 0, detail: `error ${error.code}: ${detail}` };
}
