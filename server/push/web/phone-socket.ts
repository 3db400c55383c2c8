import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { hostPort } from "../../sip/peer.ts";
import { WebError } from "./ask.ts";

/** Where a phone's own web server listens: an IP address. */
export interface WebPlace {
  readonly scheme: "http" | "https";
  readonly address: string;
  readonly port: number;
}

const connectMs = 5_000;

/** Open, or rejects with a WebError. */
export function openPhoneSocket(place: WebPlace, signal: AbortSignal): Promise<Socket> {
  const socket = place.scheme === "https" ? openTls(place) : connect({ host: place.address, port: place.port });
  const within = AbortSignal.any([signal, AbortSignal.timeout(connectMs)]);
  return new Promise((resolve, reject) => {
    const fail = (error: WebError) => {
      socket.destroy();
      reject(error);
    };
    const stop = () => fail(new WebError("silent", "did not answer in the time there was"));
    if (within.aborted) stop();
    within.addEventListener("abort", stop, { once: true });
    // Stays for the life of the socket: without a listener an error would end the process.
    socket.on("error", ({ code = "no reason" }: NodeJS.ErrnoException) => fail(notOpened(code)));
    socket.once(place.scheme === "https" ? "secureConnect" : "connect", () => {
      within.removeEventListener("abort", stop);
      resolve(socket);
    });
  });
}

/**
 * A phone's certificate is its maker's or signed by itself, and never for the address that it has here: there is nothing
 * to verify it with. TLS hides the password from who listens, not from who stands between. Old phones know no newer TLS
 * than 1.0, and what only they speak is better than none.
 */
function openTls({ address, port }: WebPlace): Socket {
  return connectTls({
    host: address,
    port,
    rejectUnauthorized: false,
    minVersion: "TLSv1",
    ciphers: "DEFAULT:@SECLEVEL=0",
  });
}

function notOpened(code: string): WebError {
  if (code === "ECONNREFUSED") return new WebError("closed", "refuses connections");
  if (/SSL|TLS|EPROTO/.test(code)) return new WebError("malformed", `does not speak TLS (${code})`);
  return new WebError("closed", `can't be reached (${code})`);
}

/** For people and for Host: the port only where it is not the usual one. */
export function hostOfPlace({ scheme, address, port }: WebPlace): string {
  const usual = scheme === "https" ? 443 : 80;
  return port === usual ? hostPort(address, port).replace(/:\d+$/, "") : hostPort(address, port);
}
