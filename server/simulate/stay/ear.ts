import { returnPort, ServerTransactions, type SipAnswering } from "../../sip/answering.ts";
import { listenSip, type SipListener } from "../../sip/listener.ts";
import { isRequest } from "../../sip/message.ts";
import { codeOf } from "../../sip/peer.ts";
import { bindUdp, type UdpEndpoint } from "../../sip/udp.ts";

export interface EarParts {
  /** An IP address of this machine. */
  readonly address: string;
  /** Of UDP and TCP; 0: any one that is free for both. */
  readonly port: number;
  /** `false`: takes datagrams and says nothing, as if there were no phone; no TCP. */
  readonly isAlive: boolean;
  /** Asked for each datagram, in and out: whether the network loses it. */
  readonly loses?: () => boolean;
  readonly answer: SipAnswering;
}

/** Where a phone hears SIP. */
export interface Ear {
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** One free for UDP may be taken for TCP. */
const mostTries = 10;

/** Rejects with the system's error (`code` EADDRINUSE, …) when the port can't be had. */
export async function openEar(parts: EarParts): Promise<Ear> {
  for (let tries = 1; ; tries++) {
    const udp = await openUdp(parts);
    try {
      const tcp = parts.isAlive ? await openTcp(parts, udp.port) : undefined;
      const close = async () => void (await Promise.all([udp.close(), tcp?.close()]));
      return { address: parts.address, port: udp.port, close };
    } catch (error) {
      await udp.close();
      if (parts.port !== 0 || tries >= mostTries || codeOf(error) !== "EADDRINUSE") throw error;
    }
  }
}

function openTcp({ address, answer }: EarParts, port: number): Promise<SipListener> {
  return listenSip({ address, tcp: port, answer });
}

/** Not by the listener, which knows of no network that loses packets before the transactions see them. */
async function openUdp({ address, answer, isAlive, loses, port }: EarParts): Promise<UdpEndpoint> {
  const transactions = new ServerTransactions(answer);
  const endpoint: UdpEndpoint = await bindUdp({
    ...{ family: address.includes(":") ? 6 : 4, address, port },
    received(message, peer) {
      if (!isAlive || !isRequest(message) || loses?.()) return;
      const to = { address: peer.address, port: returnPort(message, peer) };
      void transactions.receive(message, peer, (bytes) => {
        if (!loses?.()) endpoint.send(bytes, to);
      });
    },
    // What a phone could not send comes to the same as what the network lost.
    failed: () => {},
  });
  return endpoint;
}
