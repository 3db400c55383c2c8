import { pino } from "pino";
import { authenticationUpload } from "../../server/http/phones/authentication.ts";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { showPage } from "../../server/http/phones/show-page.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { createTftpReader } from "../../server/tftp/phones.ts";
import { createTftpServer } from "../../server/tftp/server.ts";
import { type AdminOffice, openAdminOffice } from "./admin-office.ts";

/** An admin office that phones reach as well, over TFTP and HTTP on free ports of 127.0.0.1. */
export interface StandingOffice {
  readonly admin: AdminOffice;
  readonly server: { readonly host: string; readonly tftpPort: number; readonly httpPort: number };
  close(): Promise<void>;
}

export async function openStandingOffice(...parts: Parameters<typeof openAdminOffice>): Promise<StandingOffice> {
  const admin = await openAdminOffice(...parts);
  const [host, log, smallFiles] = ["127.0.0.1", pino({ level: "silent" }), new SmallFiles()];
  const { provision } = admin;
  const read = createTftpReader(provision);
  const tftp = createTftpServer({ host, port: 0, dataPorts: "any", mtu: 1500, log, read });
  const uploads = [showPage(admin.office.showings), authenticationUpload(admin.office.logins)];
  const phones = createPhoneHttp({ host, ports: [0], trustedProxies: [], smallFiles, provision, uploads, log });
  const [{ port: tftpPort }, { ports }] = [await tftp.listen(), await phones.listen()];
  const httpPort = ports[0] ?? 0;
  admin.office.advertised.base = `http://${host}:${httpPort}`;
  return {
    admin,
    server: { host, tftpPort, httpPort },
    async close() {
      await Promise.all([tftp.close(100), phones.close()]);
      await admin.close();
    },
  };
}
