import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection, PushTarget } from "../../server/domain/push.ts";
import createTransport from "../../server/push/transports/kamailio-rpc.ts";
import { headerOf } from "../../server/sip/message.ts";
import { startBaresip } from "../support/baresip-phone.ts";
import { callThrough, openSeat } from "../support/kamailio-call.ts";
import { type RunningKamailio, startRealKamailio } from "../support/kamailio-process.ts";
import { collectLog, pbxConnection, pushTarget } from "../support/pbx-push.ts";
import { freePort } from "../support/postgres.ts";
import { hasPrograms, listensOverUdp, startProgram } from "../support/program.ts";
import { openSipPhone } from "../support/sip-phone.ts";

const line = { user: "1001", authUser: "1001", domain: "127.0.0.1" };
const soon = () => AbortSignal.timeout(20_000);

/** Registers a contact as a phone does, and waits until it is taken. */
async function register(kamailio: RunningKamailio, port: number): Promise<void> {
  const socket = createSocket("udp4");
  onTestFinished(() => void socket.close());
  const lines = [
    `REGISTER sip:127.0.0.1:${kamailio.sip} SIP/2.0`,
    "Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKregister",
    "From: <sip:1001@127.0.0.1>;tag=phone",
    "To: <sip:1001@127.0.0.1>",
    "Call-ID: registration-1",
    "CSeq: 1 REGISTER",
    `Contact: <sip:1001@127.0.0.1:${port}>`,
    "User-Agent: Cisco-CP-8841-3PCC/11.0.1 (00562b043615)",
    "Max-Forwards: 70",
    "Content-Length: 0",
  ];
  socket.send(`${lines.join("\r\n")}\r\n\r\n`, kamailio.sip, "127.0.0.1");
  const [answer] = (await once(socket, "message", { signal: soon() })) as [Buffer];
  expect(answer.toString()).toMatch(/^SIP\/2\.0 200 /);
}

describe.skipIf(!hasPrograms("kamailio"))("a real Kamailio", () => {
  let kamailio: RunningKamailio;
  beforeEach(async () => {
    kamailio = await startRealKamailio();
  });

  function office(given: Partial<OpenPbxConnection> = {}) {
    const transport = createTransport({
      allows: (address) => address === "127.0.0.1",
      sip: { port: 0 },
      log: collectLog().log,
      phones: () => "",
      logins: { issue: () => ({ user: "", password: "" }) },
    });
    onTestFinished(() => transport.close());
    const to = pbxConnection({ kind: "kamailio-rpc", port: kamailio.rpc, ...given });
    const send = (target: Partial<PushTarget>) => transport.send(pushTarget(to, { line, ...target }), soon());
    return { transport, to, send };
  }

  it("is tried in words, and tells who is registered", async () => {
    const { transport, to } = office();
    const found = await transport.pbx?.test(to, soon());
    expect(found?.map(({ works }) => works)).toEqual([true, true, true, true, true, true]);
    expect(found?.[1]?.what).toMatch(/^kamailio 5\..* answers JSON-RPC$/);
    expect(await transport.pbx?.registration(to, line, soon())).toEqual({ state: "unregistered" });
    const wrong = office({ secret: "another" });
    expect(await wrong.transport.pbx?.test(wrong.to, soon())).toMatchObject([{ works: true }, { works: false }]);
  });

  it("gives a phone our message with the Call-ID of its registration", async () => {
    const phone = await openSipPhone();
    const { port } = phone.destination("udp");
    await register(kamailio, port);
    const body = "action=restart\r\nRegisterCallId={{callId}}\r\n";
    const notice = { event: "service-control", contentType: "text/plain", subscriptionState: "active", body };
    expect(await office().send({ notice })).toEqual({
      result: "answered",
      detail: `the phone answered the PBX from sip:1001@127.0.0.1:${port}`,
    });
    const [request] = phone.requests;
    expect(request?.uri).toBe(`sip:1001@127.0.0.1:${port}`);
    expect(request?.peer.port).toBe(kamailio.sip);
    expect(request?.body.toString()).toMatch(/^action=restart\r\nRegisterCallId=\{registration-1\}\r\n$/);
    const fields = ["Event", "Subscription-State", "Content-Type", "Contact"];
    expect(fields.map((name) => request && headerOf(request, name))).toEqual([
      "service-control",
      "active",
      "text/plain",
      `<sip:offhook@127.0.0.1:${kamailio.sip}>`,
    ]);
  });

  it.skipIf(!hasPrograms("sipp"))("hands a phone's challenge back, and a phone of SIPp takes our answer", async () => {
    const port = await freePort();
    const file = join(import.meta.dirname, "sipp/phone-with-digest.xml");
    const phone = startProgram("sipp", ["-sf", file, "-i", "127.0.0.1", "-p", String(port), "-m", "1", "-nostdin"]);
    await listensOverUdp(port);
    await register(kamailio, port);
    expect(await office().send({ secrets: ["s3cret"] })).toMatchObject({ result: "answered" });
    expect(await phone.ended).toBe(0);
  });

  it.skipIf(!hasPrograms("baresip"))("reaches baresip, whose own words come back", async () => {
    const { port } = await startBaresip("1001", `127.0.0.1:${kamailio.sip}`);
    const { send, to, transport } = office();
    const registration = await transport.pbx?.registration(to, line, soon());
    expect(registration).toMatchObject({ state: "registered", userAgent: expect.stringMatching(/^baresip/) });
    expect(registration?.contact).toMatch(new RegExp(`^sip:1001-0x[0-9a-f]+@127\\.0\\.0\\.1:${port}$`));
    const notice = { event: "check-sync", subscriptionState: "terminated" };
    // A softphone has no file to fetch: it knows NOTIFY only within its own subscriptions.
    expect(await send({ notice })).toMatchObject({
      result: "refused",
      status: 481,
      reason: expect.stringMatching(/only within a subscription/),
    });
  });

  it("tells who is in a call while it rings, while it goes on, and when it is over", async () => {
    const seat = await openSeat();
    await register(kamailio, seat.port);
    // Each with a connection of its own: a list of calls is good for all that ask within two seconds.
    const inCall = async () => {
      const users = ["1001", "9721", "972", "100"];
      const { to, transport } = office();
      const answers = await Promise.all(users.map((user) => transport.pbx?.isInCall?.(to, { ...line, user }, soon())));
      return Object.fromEntries(users.map((user, at) => [user, answers[at]]));
    };
    const nobody = { 1001: false, 9721: false, 972: false, 100: false };
    const both = { ...nobody, 1001: true, 9721: true };
    expect(await inCall()).toEqual(nobody);
    const call = await callThrough(kamailio.sip, "1001", seat);
    expect(await inCall()).toEqual(both);
    await call.answer();
    expect(await inCall()).toEqual(both);
    await call.hangUp();
    expect(await inCall()).toEqual(nobody);
  });

  it("tells of a phone that does not answer", async () => {
    await register(kamailio, await freePort());
    expect(await office().send({})).toMatchObject({ result: "silent" });
  });
});
