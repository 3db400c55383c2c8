import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A call through a real proxy, from 9721 to the phone that registered there; over UDP, without sound. */
export interface CallThrough {
  /** The phone rings; it answers. */
  answer(): Promise<void>;
  hangUp(): Promise<void>;
}

const patience = () => ({ signal: AbortSignal.timeout(5_000) });

/** A phone's place, before it registers. */
export async function openSeat(): Promise<{ readonly socket: Socket; readonly port: number }> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return { socket, port: (socket.address() as AddressInfo).port };
}

/** Resolves when the phone of this seat rings. */
export async function callThrough(
  proxy: number,
  user: string,
  seat: { readonly socket: Socket; readonly port: number },
): Promise<CallThrough> {
  const caller = await openSeat();
  const send = (socket: Socket, lines: readonly string[]) =>
    void socket.send(`${lines.join("\r\n")}\r\n\r\n`, proxy, "127.0.0.1");
  const request = (method: string, number: number, more: readonly string[], to = "", uri = `sip:${user}@127.0.0.1`) =>
    send(caller.socket, [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/UDP 127.0.0.1:${caller.port};rport;branch=z9hG4bK${method}`,
      "From: <sip:9721@127.0.0.1>;tag=caller",
      `To: <sip:${user}@127.0.0.1>${to}`,
      ...["Call-ID: a-call", `CSeq: ${number} ${method}`, `Contact: <sip:9721@127.0.0.1:${caller.port}>`],
      ...["Max-Forwards: 70", ...more, "Content-Length: 0"],
    ]);
  const contact = `sip:${user}@127.0.0.1:${seat.port}`;
  const reply = (to: string, status: string) => {
    const kept = to.split("\r\n").filter((field) => /^(Via|Record-Route|From|To|Call-ID|CSeq):/i.test(field));
    const tagged = kept.map((field) => (/^To:/i.test(field) && !field.includes("tag=") ? `${field};tag=phone` : field));
    send(seat.socket, [`SIP/2.0 ${status}`, ...tagged, `Contact: <${contact}>`, "Content-Length: 0"]);
  };

  const rings = next(seat.socket, /^INVITE /);
  request("INVITE", 1, []);
  const invite = await rings;
  const route = invite.split("\r\n").flatMap((field) => /^Record-Route: (.*)$/i.exec(field)?.[1] ?? []);
  const inDialog = (method: string, number: number) =>
    request(method, number, [`Route: ${route.join(", ")}`], ";tag=phone", contact);
  return {
    async answer() {
      const answered = next(caller.socket, /^SIP\/2\.0 200 /);
      reply(invite, "200 OK");
      await answered;
      const taken = next(seat.socket, /^ACK /);
      inDialog("ACK", 1);
      await taken;
    },
    async hangUp() {
      const bye = next(seat.socket, /^BYE /);
      inDialog("BYE", 2);
      const ended = next(caller.socket, /^SIP\/2\.0 200 /);
      reply(await bye, "200 OK");
      await ended;
    },
  };
}

async function next(socket: Socket, what: RegExp): Promise<string> {
  for (;;) {
    const [message] = (await once(socket, "message", patience())) as [Buffer];
    if (what.test(message.toString())) return message.toString();
  }
}
