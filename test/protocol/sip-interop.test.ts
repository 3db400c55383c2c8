import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { create, type Message, makeResponse } from "sip";
import { authenticateRequest, challenge, type Session } from "sip/digest.js";
import { describe, expect, onTestFinished, test } from "vitest";
import { headerOf } from "../../server/sip/message.ts";
import type { SipPeer } from "../../server/sip/peer.ts";
import { anAsk, openSipClient } from "../support/sip-phone.ts";

/** Interoperation with software that is not ours: the npm package `sip` as the phone. */

for (const signalling of ["udp", "tcp"] as const) {
  describe(`the stack of npm sip over ${signalling}`, () => {
    test("takes a NOTIFY and reads in it what was meant", async () => {
      const phone = await startForeignPhone(() => 200);
      const headers = [["Event", "service-control"] as const, ["Content-Type", "text/plain"] as const];
      const body = Buffer.from("action=restart\r\nRegisterCallId={}\r\n");
      const outcome = await openSipClient().request(anAsk(phone.destination(signalling), { headers, body }));
      expect(outcome).toMatchObject({ result: "response", response: { status: 200, reason: "Said" } });
      expect(phone.requests).toHaveLength(1);
      const [request] = phone.requests;
      expect(request).toMatchObject({
        ...{ method: "NOTIFY", content: "action=restart\r\nRegisterCallId={}\r\n" },
        headers: {
          ...{ event: "service-control", "max-forwards": "70", "content-type": "text/plain", "content-length": 35 },
          to: { uri: "sip:201@pbx.example", params: {} },
          contact: [{ uri: expect.stringContaining("sip:offhook@127.0.0.1:") }],
          via: [
            {
              protocol: signalling.toUpperCase(),
              host: "127.0.0.1",
              params: { branch: expect.stringMatching(/^z9hG4bK/) },
            },
          ],
        },
      });
    });

    test("has its challenge answered", async () => {
      const phone = await startForeignPhone((request, check) => (check(request, "right") ? 200 : 401));
      const credentials = ["wrong", "right"].map((secret) => ({ user: "201", secret }));
      const outcome = await openSipClient().request(anAsk(phone.destination(signalling), { credentials }));
      expect(outcome).toMatchObject({ response: { status: 200 }, tried: 2 });
      expect(phone.requests).toHaveLength(3);
    });

    test("refuses, and that is told", async () => {
      const phone = await startForeignPhone(() => 489);
      const outcome = await openSipClient().request(anAsk(phone.destination(signalling)));
      expect(outcome).toMatchObject({ response: { status: 489 }, tried: 0 });
      expect(outcome.result === "response" && headerOf(outcome.response, "CSeq")).toMatch(/ NOTIFY$/);
    });
  });
}

type Check = (request: Message, password: string) => boolean;

async function startForeignPhone(answer: (request: Message, check: Check) => number) {
  const requests: Message[] = [];
  const [address, port] = ["127.0.0.1", await aFreePort()];
  let session: Session | undefined;
  const check: Check = (request, password) =>
    session !== undefined && authenticateRequest(session, request, { user: "201", password });
  const stack = create({ address, port }, (request) => {
    requests.push(request);
    const status = answer(request, check);
    const response = makeResponse(request, status, "Said");
    if (status !== 401) return stack.send(response);
    // A new one each time, since it keeps the hash of the first secret that it has checked.
    session = { realm: "phone", qop: "auth" };
    stack.send(challenge(session, response));
  });
  onTestFinished(() => stack.destroy());
  const destination = (signalling: "udp" | "tcp"): SipPeer => ({ address, port, signalling });
  return { requests, destination };
}

/** The package can't be told "any". Below those that the system gives out by itself. */
async function aFreePort(): Promise<number> {
  const socket = createSocket("udp4");
  socket.bind(randomInt(20_000, 30_000), "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}
