import http from "node:http";
import { pino } from "pino";
import type { Office } from "../../server/app-office.ts";
import { privateNetworks } from "../../server/domain/network.ts";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { createProvision, type ProvisionParts } from "../../server/provision.ts";
import { createTftpReader } from "../../server/tftp/phones.ts";
import { createTftpServer } from "../../server/tftp/server.ts";
import { openTestOffice } from "./office.ts";

export interface FrontDoor {
  readonly office: Office;
  readonly tftp: number;
  readonly http: number;
  close(): Promise<void>;
}

/** Both listeners that phones reach, on free ports of loopback, over one real office. */
export async function openFrontDoor(
  networks: readonly string[] = privateNetworks,
  env: Record<string, string> = {},
  parts: (office: Office) => Partial<ProvisionParts> = () => ({}),
): Promise<FrontDoor> {
  const office = await openTestOffice(env);
  const provision = createProvision({
    ...office,
    store: office.stores.config,
    allowedNetworks: networks,
    ...parts(office),
  });
  const log = pino({ level: "silent" });
  const host = "127.0.0.1";
  const tftp = createTftpServer({ host, port: 0, dataPorts: "any", mtu: 1500, log, read: createTftpReader(provision) });
  const smallFiles = new SmallFiles();
  const phones = createPhoneHttp({ host, ports: [0], trustedProxies: [], smallFiles, provision, log });
  const { port } = await tftp.listen();
  const { ports } = await phones.listen();
  return {
    office,
    tftp: port,
    http: ports[0] ?? 0,
    async close() {
      await Promise.all([tftp.close(100), phones.close()]);
      await office.close();
    },
  };
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** One request with Node's own client; the path goes out as it is written. */
export function ask(port: number, path: string, options: http.RequestOptions = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: "127.0.0.1", port, path, agent: false, ...options }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on("data", (chunk: Buffer) => chunks.push(chunk));
      reply.on("end", () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, body: Buffer.concat(chunks) }),
      );
      reply.on("error", reject);
    });
    request.on("error", reject);
    request.end();
  });
}
