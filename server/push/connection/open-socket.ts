import { lookup } from "node:dns/promises";
import { connect, isIP, type Socket } from "node:net";
import { checkServerIdentity, connect as connectTls, type TLSSocket } from "node:tls";
import type { OpenPbxConnection } from "../../domain/push.ts";
import { orCancelled } from "./cancel.ts";
import { PbxError } from "./pbx-error.ts";

export interface SocketParts {
  /** Whether Offhook may send to this IP address. */
  allows(address: string): boolean;
  readonly connectMs: number;
}

/**
 * A TCP or TLS connection to a PBX, its certificate proven. The name is resolved here and the connection goes to the
 * very address that was checked, so that a name can't lead elsewhere between the two. Fails with a PbxError.
 */
export async function openSocket(to: OpenPbxConnection, parts: SocketParts, signal: AbortSignal): Promise<Socket> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(parts.connectMs)]);
  const addresses = await allowedAddresses(to.host, parts, within);
  const eachMs = parts.connectMs / addresses.length;
  let failed: unknown;
  for (const address of addresses) {
    try {
      return await connected(to, address, AbortSignal.any([within, AbortSignal.timeout(eachMs)]));
    } catch (error) {
      failed = error;
    }
  }
  throw failed;
}

/** Never empty. */
async function allowedAddresses(host: string, { allows }: SocketParts, signal: AbortSignal): Promise<string[]> {
  const all = isIP(host) !== 0 ? [host] : await resolved(host, signal);
  const allowed = all.filter((address) => allows(address)).slice(0, 4);
  if (allowed.length > 0) return allowed;
  throw new PbxError(
    "address",
    `Offhook may not send to ${host}${isIP(host) ? "" : ` (${all.slice(0, 4).join(", ")})`}`,
    "add the network of the PBX to the networks that Offhook may send to",
  );
}

async function resolved(host: string, signal: AbortSignal): Promise<string[]> {
  try {
    const found = await orCancelled(lookup(host, { all: true }), signal);
    return found.map(({ address }) => address);
  } catch {
    throw new PbxError("unreachable", `the name ${host} is not known`, "give an address, or a name that DNS knows");
  }
}

async function connected(to: OpenPbxConnection, address: string, signal: AbortSignal): Promise<Socket> {
  const socket = to.tls ? openTls(to, address) : connect({ host: address, port: to.port });
  try {
    await ready(socket, to, signal);
    if (to.tls) proveCertificate(socket as TLSSocket, to);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setNoDelay(true);
  return socket;
}

/** Nothing is written before `proveCertificate`, which needs the certificate even of one that is not trusted. */
function openTls(to: OpenPbxConnection, address: string): TLSSocket {
  return connectTls({
    host: address,
    port: to.port,
    rejectUnauthorized: false,
    ...(isIP(to.host) === 0 && { servername: to.host }),
    checkServerIdentity: (_name, certificate) => checkServerIdentity(to.host, certificate),
  });
}

function ready(socket: Socket, to: OpenPbxConnection, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(unreachable(to, "did not answer"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    socket.once(to.tls ? "secureConnect" : "connect", () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    // Stays for the life of the socket: without a listener an error would end the process.
    socket.on("error", (error: NodeJS.ErrnoException) => reject(notConnected(to, error)));
    socket.once("close", () => reject(unreachable(to, "closed the connection at once")));
  });
}

function notConnected(to: OpenPbxConnection, { code = "" }: NodeJS.ErrnoException): PbxError {
  if (to.tls && (code.startsWith("ERR_SSL") || code === "EPROTO" || code === "ECONNRESET")) {
    return new PbxError(
      "certificate",
      `${to.host} port ${to.port} does not speak TLS`,
      "name the port of the PBX that speaks TLS (5039 is usual for AMI), or connect without TLS",
    );
  }
  return unreachable(to, code === "ECONNREFUSED" ? "refuses connections" : `can't be reached (${code || "no reason"})`);
}

function unreachable(to: OpenPbxConnection, what: string): PbxError {
  return new PbxError(
    "unreachable",
    `${to.host} port ${to.port} ${what}`,
    "check address and port, that the PBX listens there and not only on 127.0.0.1, and the firewalls between",
  );
}

const certificateTroubles: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: "signed by itself",
  SELF_SIGNED_CERT_IN_CHAIN: "signed by an authority that this server does not know",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "signed by an authority that this server does not know",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "signed by an authority that this server does not know",
  CERT_HAS_EXPIRED: "no longer valid",
  CERT_NOT_YET_VALID: "not valid yet",
  ERR_TLS_CERT_ALTNAME_INVALID: "for another name",
};

/** Trusted by its authority and name, or the very certificate whose fingerprint the connection names. */
function proveCertificate(socket: TLSSocket, to: OpenPbxConnection): void {
  const shown = socket.getPeerCertificate().fingerprint256 ?? "";
  if (to.fingerprint !== undefined) {
    if (plain(shown) === plain(to.fingerprint)) return;
    throw new PbxError(
      "certificate",
      `${to.host} shows another certificate than the one that was agreed (SHA-256 ${shown})`,
      "if the PBX was given a new certificate, store its fingerprint; if not, something stands between",
    );
  }
  if (socket.authorized) return;
  const trouble = certificateTroubles[String(socket.authorizationError)] ?? "not one to trust";
  throw new PbxError(
    "certificate",
    `the certificate of ${to.host} is ${trouble} (SHA-256 ${shown})`,
    "compare the fingerprint at the PBX and store it as the fingerprint of this connection, or use a certificate of a known authority",
  );
}

function plain(fingerprint: string): string {
  return fingerprint.replace(/[^0-9a-f]/gi, "").toLowerCase();
}
