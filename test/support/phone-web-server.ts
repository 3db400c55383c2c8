import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { isRightAnswer, parseAnswer } from "../../server/sip/digest.ts";
import { pbxCertificate } from "./pbx-certificate.ts";

export interface WebPhone {
  readonly login?: "basic" | "digest";
  readonly user?: string;
  readonly password?: string;
  /** Right answers that are told to be stale first. */
  readonly stale?: number;
  /** Instead of its password: asks whether this one may, as an enterprise phone asks its authenticationURL. */
  readonly mayDo?: (user: string, password: string) => Promise<boolean>;
  /** Does what it is asked, before it answers. */
  readonly obey?: (body: string) => Promise<void>;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly page?: string | Buffer;
  readonly isSecure?: boolean;
  /** Answers nothing at all. */
  readonly isDeaf?: boolean;
}

export interface WebServer {
  readonly port: number;
  /** What it was asked, with what was said of who asks. */
  readonly asked: { method: string; url: string; body: string; type?: string; authorization?: string }[];
  close(): Promise<void>;
}

/** A phone's own web server on 127.0.0.1 and any free port, with a certificate that proves nothing; ends with the test. */
export async function startWebPhone(phone: WebPhone = {}): Promise<WebServer> {
  const asked: WebServer["asked"] = [];
  const { user = "admin", password = "s3cret" } = phone;
  let stale = phone.stale ?? 0;

  async function isIn({ headers, method = "", url = "" }: IncomingMessage): Promise<boolean> {
    if (phone.login === undefined) return true;
    const { authorization = "" } = headers;
    if (phone.login === "digest") return provesDigest(authorization, method, url);
    const [name = "", word = ""] = atob(authorization.replace(/^Basic /, "")).split(":");
    return phone.mayDo ? name !== "" && (await phone.mayDo(name, word)) : name === user && word === password;
  }

  function provesDigest(authorization: string, method: string, uri: string): boolean {
    const answer = parseAnswer(authorization);
    if (!answer || !isRightAnswer(answer, { method, uri, user, secret: password, realm: "phone" })) return false;
    const isStale = stale > 0;
    if (isStale) stale -= 1;
    return !isStale && answer.nonce === `n-${stale}`;
  }

  const challenge = () => {
    const isStale = stale < (phone.stale ?? 0) ? ", stale=true" : "";
    return phone.login === "digest"
      ? `Digest realm="phone", nonce="n-${stale}", qop="auth"${isStale}`
      : 'Basic realm="phone"';
  };

  const answer: RequestListener = async (request, response) => {
    const { headers, method = "", url = "" } = request;
    const { authorization, "content-type": type } = headers;
    const of = { ...(type && { type }), ...(authorization && { authorization }) };
    const body = await text(request);
    asked.push({ method, url, body, ...of });
    if (phone.isDeaf) return;
    if (!(await isIn(request))) return void response.writeHead(401, { "www-authenticate": challenge() }).end();
    await phone.obey?.(body);
    response.writeHead(phone.status ?? 200, phone.headers).end(phone.page ?? "ok");
  };

  const server = phone.isSecure ? createTlsServer(pbxCertificate, answer) : createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, asked, close };
}
