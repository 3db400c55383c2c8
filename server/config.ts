import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { parseNetwork, privateNetworks } from "./domain/network.ts";

/** One environment variable: how its text is read, what holds without it, and what it means. */
interface Variable<Value> {
  readonly read: (text: string) => Value;
  readonly fallback: Value;
  readonly text: string;
  readonly secret?: true;
}

type DataPorts = "any" | "single" | { readonly from: number; readonly to: number };

const host = (text: string) => {
  if (!isIP(text) && !/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(text))
    throw new Error("must be a host name or address");
  return text;
};
const address = (text: string) => {
  if (!isIP(text)) throw new Error("must be an IP address");
  return text;
};
const port = (text: string) => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65535) throw new Error("must be a port, 0 to 65535");
  return Number(text);
};
const list =
  <Value>(one: (text: string) => Value) =>
  (text: string) =>
    text.split(",").map((each) => one(each.trim()));
const network = (text: string) => {
  const parsed = parseNetwork(text);
  if (parsed === undefined) throw new Error(`"${text}" is not a network such as 10.0.0.0/8`);
  return parsed;
};
const dataPorts = (text: string): DataPorts => {
  if (text === "any" || text === "single") return text;
  const [from, to, ...rest] = text.split("-").map(port);
  if (from === undefined || to === undefined || rest.length > 0 || from < 1 || from > to)
    throw new Error("must be any, single, or a range such as 40000-40100");
  return { from, to };
};
const mtu = (text: string) => {
  if (!/^\d{3,5}$/.test(text) || Number(text) < 576 || Number(text) > 65535)
    throw new Error("must be 576 to 65535 bytes");
  return Number(text);
};
const text = (value: string) => value;
const databaseUrl = (value: string) => {
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error("must begin with postgres://");
  return value;
};

function variable<Value>(
  read: (text: string) => Value,
  fallback: Value,
  about: string,
  secret?: true,
): Variable<Value> {
  return { read, fallback, text: about, ...(secret && { secret }) };
}

/** Nobody's phone lives there, and clouds keep secrets at such addresses. */
const linkLocal = ["169.254.0.0/16", "fe80::/10"];

const none = undefined as string | undefined;

/** The one schema of OFFHOOK_* variables: type, default, check and documentation. */
export const variables = {
  OFFHOOK_HOST: variable<string | undefined>(host, none, "address to bind; `::` where there is IPv6, else `0.0.0.0`"),
  OFFHOOK_ADVERTISE: variable<string | undefined>(
    host,
    none,
    "host name or address that phones are told; a guess is never written into a rule",
  ),
  OFFHOOK_TFTP_PORT: variable<number | undefined>(
    port,
    undefined,
    "TFTP port; 69, or 6969 with a warning where 69 is not permitted",
  ),
  OFFHOOK_TFTP_DATA_PORTS: variable<DataPorts>(
    dataPorts,
    "any",
    "ports that transfers use: `any`, a range, or `single` (the listening port)",
  ),
  OFFHOOK_TFTP_MTU: variable(mtu, 1500, "bytes that fit one packet; bounds the block size"),
  OFFHOOK_PHONE_HTTP_PORT: variable(
    list(port),
    [6970, 80],
    "HTTP ports for phones; one that can't be had is a warning",
  ),
  OFFHOOK_ADMIN_PORT: variable(port, 8080, "API"),
  OFFHOOK_TRUSTED_PROXIES: variable(list(network), [] as string[], "networks whose forwarded addresses are believed"),
  OFFHOOK_PHONE_NETWORKS: variable(
    list(network),
    [...privateNetworks],
    "networks where enrolment windows and pins work; private ones by default",
  ),
  OFFHOOK_PUSH_NETWORKS: variable(
    list(network),
    privateNetworks.filter((each) => !linkLocal.includes(each)),
    "networks of the phones and PBXs that Offhook may speak to of itself; private ones by default",
  ),
  OFFHOOK_SIP_ADDRESS: variable<string | undefined>(
    address,
    none,
    "address that SIP to phones leaves from, where they accept one only; the system's choice without it",
  ),
  OFFHOOK_SIP_PORT: variable(port, 0, "UDP port that SIP to phones leaves from; 0: any free one"),
  OFFHOOK_WEBHOOK_NETWORKS: variable(
    list(network),
    [] as string[],
    "networks that web hooks may reach beside the open internet, such as 10.1.2.3/32",
  ),
  OFFHOOK_DATA: variable(text, "data", "folder of state"),
  OFFHOOK_FIRMWARE: variable(text, "firmware", "the shelf: loads, rings, languages, pictures"),
  OFFHOOK_PROFILES: variable(text, "profiles", "models and families"),
  OFFHOOK_TEMPLATES: variable(text, "templates", "templates of phone files"),
  OFFHOOK_DATABASE_URL: variable<string | undefined>(
    databaseUrl,
    none,
    "`postgres://…`; the embedded store without it",
    true,
  ),
  OFFHOOK_API_TOKEN: variable<string | undefined>(
    token,
    none,
    "root token for scripts; made in the data folder (`api.token`) without it",
    true,
  ),
  OFFHOOK_MASTER_KEY: variable<string | undefined>(
    text,
    none,
    "32 bytes as hex or base64 that secrets are sealed with; made in the data folder (`master.key`) without it",
    true,
  ),
  OFFHOOK_MASTER_KEY_FILE: variable<string | undefined>(text, none, "file that holds the master key"),
  OFFHOOK_LOG_LEVEL: variable(level, "info", "`debug`, `info`, `warn` or `error`"),
} as const;

function token(value: string): string {
  if (!/^\S{16,}$/.test(value)) throw new Error("must have at least 16 characters and no blank");
  return value;
}

function level(value: string): string {
  if (!["debug", "info", "warn", "error"].includes(value)) throw new Error("must be debug, info, warn or error");
  return value;
}

export type VariableName = keyof typeof variables;

export type Config = { readonly [Name in VariableName as ConfigName<Name>]: (typeof variables)[Name]["fallback"] };

/** `OFFHOOK_TFTP_DATA_PORTS` becomes `tftpDataPorts`. */
type ConfigName<Name extends string> = Name extends `OFFHOOK_${infer Rest}` ? Camel<Lowercase<Rest>> : never;
type Camel<Text extends string> = Text extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : Text;

/** The environment as a frozen Config. Throws one Error that names every bad and every unknown variable. */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const entries = Object.entries(variables).map(([name, one]) => [
    camel(name),
    readOne(name, one as Variable<unknown>, env[name], problems),
  ]);
  for (const name of Object.keys(env)) {
    if (name.startsWith("OFFHOOK_") && !name.startsWith("OFFHOOK_TEST_") && !(name in variables))
      problems.push(`${name}: there is no such variable`);
  }
  if (problems.length > 0) throw new Error(`the configuration can't be used:\n  ${problems.join("\n  ")}`);
  return Object.freeze(Object.fromEntries(entries)) as Config;
}

function readOne(
  name: string,
  { read, fallback }: Variable<unknown>,
  value: string | undefined,
  problems: string[],
): unknown {
  if (value === undefined || value.trim() === "") return fallback;
  try {
    return read(value.trim());
  } catch (error) {
    problems.push(`${name}: ${(error as Error).message}`);
    return fallback;
  }
}

function camel(name: string): string {
  return name
    .slice("OFFHOOK_".length)
    .toLowerCase()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Where to bind when nothing is said: everywhere, in both families where there is IPv6. */
export function defaultHost(): string {
  const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ family }) => family === "IPv6"));
  return hasIpv6 ? "::" : "0.0.0.0";
}
