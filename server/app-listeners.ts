import type { Logger } from "pino";
import { baseUrl, type Office } from "./app-office.ts";
import { type Config, defaultHost } from "./config.ts";
import type { Provision } from "./domain/exchange.ts";
import type { Clock } from "./domain/ports.ts";
import { createAdminHttp } from "./http/admin/listener.ts";
import { authenticationUpload } from "./http/phones/authentication.ts";
import { createPhoneHttp, type PhoneHttp } from "./http/phones/listener.ts";
import { reportUpload } from "./http/phones/report-upload.ts";
import { showPage } from "./http/phones/show-page.ts";
import { createMetrics } from "./journal/metrics.ts";
import { SmallFiles } from "./lib/small-files.ts";
import { mask, maskRaw, maskSettings } from "./office/sealing.ts";
import { createBearerCheck } from "./security/bearer.ts";
import { createTftpReader } from "./tftp/phones.ts";
import { createTftpServer, type TftpServer } from "./tftp/server.ts";

/** What listens where. */
export interface Listening {
  readonly host: string;
  readonly tftp: number;
  readonly phoneHttp: readonly number[];
  readonly admin: number;
  readonly warnings: readonly string[];
}

export interface ListenerParts {
  readonly config: Config;
  readonly log: Logger;
  readonly version: string;
  readonly clock: Clock;
  readonly apiToken: string;
  readonly office: Office;
  readonly provision: Provision;
}

export interface Listeners {
  readonly listening: Listening;
  close(): Promise<void>;
}

const untold =
  "OFFHOOK_ADVERTISE is not set: phones find this server by DHCP only, and can't be told where to send reports or fetch what they show";

/** How long transfers under way may take to end at a shutdown. */
const graceMs = 5000;

/** TFTP and HTTP for phones, HTTP for people; whatever was opened is closed again when one of them fails. */
export async function openListeners(parts: ListenerParts): Promise<Listeners> {
  const { config, office } = parts;
  const host = config.host ?? defaultHost();
  const closers: (() => Promise<void>)[] = [];
  const close = async () => void (await Promise.all(closers.map((each) => each())));
  try {
    const smallFiles = new SmallFiles();
    const tftp = await openTftp(parts, host, smallFiles);
    closers.push(() => tftp.server.close(graceMs));
    const phones = createPhones(parts, host, smallFiles);
    closers.push(() => phones.close());
    const [asked] = config.phoneHttpPort;
    const { ports, warnings } = await naming("OFFHOOK_PHONE_HTTP_PORT", asked, () => phones.listen());
    office.advertised.base = baseUrl(config.advertise, ports);
    const told = config.advertise === undefined ? [untold] : [];
    const listening = { host, tftp: tftp.port, phoneHttp: ports, warnings: [...tftp.warnings, ...warnings, ...told] };
    const admin = openAdmin(parts, host, listening, tftp.server);
    closers.push(() => admin.close());
    const { port } = await naming("OFFHOOK_ADMIN_PORT", config.adminPort, () => admin.listen());
    return { listening: { ...listening, admin: port }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function createPhones(
  { config, log, office, provision }: ListenerParts,
  host: string,
  smallFiles: SmallFiles,
): PhoneHttp {
  const { phoneHttpPort: ports, trustedProxies } = config;
  const uploads = [reportUpload(office.reports), authenticationUpload(office.logins), showPage(office.showings)];
  return createPhoneHttp({ host, ports, trustedProxies, smallFiles, uploads, provision, log });
}

type OpenTftp = { readonly server: TftpServer; readonly port: number; readonly warnings: readonly string[] };

/** Port 69 needs a permission that a plain user lacks: then 6969, with the command that permits 69. */
async function openTftp(
  { config, log, provision }: ListenerParts,
  host: string,
  smallFiles: SmallFiles,
): Promise<OpenTftp> {
  const { tftpPort, tftpDataPorts: dataPorts, tftpMtu: mtu } = config;
  const open = async (port: number) => {
    const read = createTftpReader(provision, smallFiles);
    const server = createTftpServer({ host, port, dataPorts, mtu, log, read });
    return { server, ...(await server.listen()) };
  };
  if (tftpPort !== undefined)
    return { ...(await naming("OFFHOOK_TFTP_PORT", tftpPort, () => open(tftpPort))), warnings: [] };
  try {
    return { ...(await open(69)), warnings: [] };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EADDRINUSE") throw error;
    const why = code === "EACCES" ? "is not permitted to this user" : "is in use";
    const cure = code === "EACCES" ? "; permit it with: sudo sysctl net.ipv4.ip_unprivileged_port_start=69" : "";
    return { ...(await open(6969)), warnings: [`TFTP port 69 ${why}, 6969 is used: phones ask on 69 only${cure}`] };
  }
}

/** Where a port can't be had, the error says by which variable it was chosen. */
async function naming<Opened>(
  variable: string,
  port: number | undefined,
  open: () => Promise<Opened>,
): Promise<Opened> {
  try {
    return await open();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EACCES" && code !== "EADDRINUSE") throw error;
    const why = code === "EACCES" ? "is not permitted to this user" : "is in use";
    throw new Error(`${variable}: port ${port} ${why}`, { cause: error });
  }
}

function openAdmin(parts: ListenerParts, host: string, listening: Omit<Listening, "admin">, tftp: TftpServer) {
  const { apiToken, clock, config, log, office, version } = parts;
  const started = clock();
  const metrics = createMetrics({ journal: office.journal, activeTransfers: () => tftp.stats().active });
  return createAdminHttp({
    ...office,
    host,
    port: config.adminPort,
    version,
    clock,
    log,
    store: office.stores.config,
    authenticate: createBearerCheck(apiToken),
    masking: { mask, maskRaw, maskSettings },
    serverInfo: () => ({
      ...listening,
      started: new Date(started).toISOString(),
      store: config.databaseUrl === undefined ? "embedded" : "postgresql",
    }),
    isReady: () => office.stores.config.ping(),
    metrics: () => metrics.read(),
  });
}
