import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection, PushTarget } from "../../server/domain/push.ts";
import { createEslTransport } from "../../server/push/esl/esl-transport.ts";
import { type EslCase, type SofiaRow, startEsl } from "../support/esl-server.ts";
import { collectLog, pbxConnection, pushTarget, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
const line = { user: "1001", authUser: "1001", domain: "pbx.example" };

async function office(given: EslCase = {}, connection: Partial<OpenPbxConnection> = {}) {
  const server = await startEsl(given);
  const { logged, log } = collectLog();
  const esl = createEslTransport(
    { allows: (address) => /^(?:127\.0\.0\.1|10\.0\.0\.|192\.0\.2\.)/.test(address), log },
    quickTimes,
  );
  onTestFinished(() => esl.close());
  const to = pbxConnection({ kind: "freeswitch-esl", port: server.port, user: "", ...connection });
  const send = (target: Partial<PushTarget> = {}) => esl.send(pushTarget(to, target), soon());
  return { server, esl, logged, to, send };
}

const desk: SofiaRow = {
  callId: "reg-1@10.0.0.5",
  user: "1001",
  host: "pbx.example",
  contact: "sip:1001@10.0.0.5:5060;transport=udp",
  agent: "Cisco-CP-8841-3PCC/11.0.1 (00562b043615)",
  ip: "10.0.0.5",
};
const neighbour: SofiaRow = {
  ...desk,
  callId: "reg-2@10.0.0.6",
  contact: "sip:1001@10.0.0.6:5060",
  agent: "Cisco-CP-7841-3PCC/11.0 (00562b0999aa)",
  ip: "10.0.0.6",
};
const nameless = { agent: "some phone", ip: "192.0.2.1" };

describe("a push through FreeSWITCH", () => {
  it("sends the event that we chose, to the one registration that is this phone", async () => {
    const { server, send } = await office({ rows: [neighbour, desk] });
    expect(await send()).toEqual({ result: "answered", detail: `the PBX sent it to ${desk.contact}` });
    expect(server.notifies).toEqual([
      { to: desk.contact, event: "resync", contentType: "application/simple-message-summary" },
    ]);
  });

  it("sends a body byte by byte, with the Call-ID of the registration and stamps in it", async () => {
    const { server, send } = await office({ rows: [desk] });
    const body = "RegisterCallId={{callId}}\r\nConfigVersionStamp={{stamp:device}}\r\nName=Zoë\r\n\r\n";
    const stamps = { given: { device: "0123456789abcdef" }, other: "0" };
    await send({ notice: { event: "service-control", contentType: "text/plain", body, stamps } });
    expect(server.notifies).toEqual([
      {
        to: desk.contact,
        event: "service-control",
        contentType: "text/plain",
        body: "RegisterCallId={reg-1@10.0.0.5}\r\nConfigVersionStamp={0123456789abcdef}\r\nName=Zoë\r\n\r\n",
      },
    ]);
  });

  it("names all phones of the user where this one can't be told from the others", async () => {
    const rows = [
      { ...desk, ...nameless },
      { ...neighbour, ...nameless, contact: "sip:1001@192.0.2.1:1026" },
    ].map((row) => ({ ...row, contact: row.contact.replace("10.0.0.5", "192.0.2.1") }));
    const { server, send } = await office({ rows });
    expect(await send()).toMatchObject({ result: "answered", others: [expect.any(String), expect.any(String)] });
    expect(server.notifies).toHaveLength(2);
  });

  it("finds a phone whose domain the profile forces, and never somebody else of the same name", async () => {
    const forced = await office({ rows: [{ ...desk, host: "10.0.0.1" }] });
    expect(await forced.send()).toMatchObject({ result: "answered" });
    const other = await office({
      rows: [{ ...desk, ...nameless, host: "tenant.example", contact: "sip:1001@192.0.2.1" }],
    });
    expect(await other.send()).toMatchObject({
      result: "unable",
      reason: expect.stringMatching(/nothing is registered/),
    });
    expect(other.server.notifies).toEqual([]);
  });

  it("uses the profile of the connection, and the user where it is one of the directory", async () => {
    const { server, send } = await office(
      { rows: [desk], profile: "desks" },
      { profile: "desks", user: "offhook@pbx.example" },
    );
    expect(await send()).toMatchObject({ result: "answered" });
    expect(server.commands[0]).toBe("userauth offhook@pbx.example:ami-secret");
    expect(server.notifies).toHaveLength(1);
  });

  const refusals: [what: string, given: EslCase, result: string, reason: RegExp][] = [
    ["no registration", {}, "unable", /nothing is registered .* as 1001 in the profile internal/],
    ["another phone", { rows: [neighbour] }, "unable", /other phones are registered/],
    ["a wrong password", { password: "another" }, "unable", /does not accept the password/],
    ["an access list", { isRude: true }, "unable", /address not in/],
    ["another profile", { profile: "external" }, "unable", /no Sofia profile internal/],
    ["no Sofia", { noSofia: true }, "unable", /does not know the command sofia/],
    ["a user without events", { rows: [desk], forbids: "sendevent" }, "refused", /“-ERR permission denied”/],
    ["silence before", { deafTo: "api" }, "unable", /did not answer/],
    ["silence after", { rows: [desk], deafTo: "sendevent" }, "silent", /may have told the phone/],
  ];
  it.each(refusals)("says why: %s", async (_what, given, result, reason) => {
    const { server, send, logged } = await office(given);
    const outcome = await send();
    expect(outcome).toMatchObject({ result, reason: expect.stringMatching(reason) });
    expect(server.notifies).toEqual([]);
    expect(logged.join() + JSON.stringify(outcome)).not.toContain("ami-secret");
  });

  const injections: [what: string, target: Partial<PushTarget>, connection?: Partial<OpenPbxConnection>][] = [
    ["event", { notice: { event: "resync\n\napi shutdown" } }],
    ["content type", { notice: { event: "resync", contentType: "text/plain\ncall-id: other" } }],
    ["user", { line: { ...line, user: "1001\n\napi shutdown" } }],
    ["user as words", { line: { ...line, user: "1001 api shutdown" } }],
    ["domain", { line: { ...line, domain: "a\n\napi shutdown" } }],
    ["profile", {}, { profile: "internal\n\napi shutdown" }],
    ["secret", {}, { secret: "ami-secret\n\napi shutdown" }],
  ];
  it.each(injections)("can't be made to send another command by the %s", async (_what, target, connection = {}) => {
    const { server, send } = await office({ rows: [desk] }, connection);
    expect(await send(target)).toMatchObject({ result: "unable" });
    expect(server.commands.filter((command) => !/^(auth ami-secret$|api sofia xmlstatus)/.test(command))).toEqual([]);
    expect(server.commands.join()).not.toContain("shutdown");
    expect(server.notifies).toEqual([]);
  });
});

describe("the connection to FreeSWITCH", () => {
  it("is one for all pushes, each with its own answer", async () => {
    const { server, send } = await office({ rows: [desk] });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send()));
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(["answered"]));
    expect(server.notifies).toHaveLength(50);
    expect(server.commands.filter((command) => command.startsWith("auth"))).toHaveLength(1);
  });

  it("keeps the order of answers when one push is given up", async () => {
    const { server, esl, to, send } = await office({ rows: [desk] });
    await send();
    const gone = new AbortController();
    const first = esl.send(pushTarget(to), gone.signal);
    const second = send();
    gone.abort();
    expect((await first).result).not.toBe("answered");
    expect(await second).toMatchObject({ result: "answered" });
    expect(server.sockets.size).toBe(1);
  });

  it("is opened anew after FreeSWITCH ended it", async () => {
    const { server, send } = await office({ rows: [desk] });
    await send();
    server.say("Content-Type: text/disconnect-notice\nContent-Length: 0\n\n");
    await server.empty();
    expect(await send()).toMatchObject({ result: "answered" });
  });

  it.each([
    ["a frame of a gigabyte", "Content-Type: api/response\nContent-Length: 999999999\n\n"],
    ["a length that is none", "Content-Type: api/response\nContent-Length: -1\n\n"],
    ["a line without end", "x".repeat(40_000)],
  ])("is dropped for %s", async (_what, flood) => {
    const { server, send } = await office({ rows: [desk] });
    await send();
    server.say(flood);
    await server.empty();
  });

  it("leaves nothing open when the transport is closed", async () => {
    const { server, esl, send } = await office({ rows: [desk] });
    await send();
    await esl.close();
    await server.empty();
  });
});

describe("what FreeSWITCH knows of a line", () => {
  it.each<[string, EslCase, object | undefined]>([
    [
      "a registration",
      { rows: [desk] },
      { state: "registered", contact: desk.contact, callId: desk.callId, userAgent: desk.agent },
    ],
    ["no registration", {}, { state: "unregistered" }],
    ["a registration of another domain, which may be anybody's", { rows: [{ ...desk, host: "10.0.0.1" }] }, undefined],
  ])("is told: %s", async (_what, given, registration) => {
    const { esl, to } = await office(given);
    expect(await esl.pbx?.registration(to, line, soon())).toEqual(registration);
  });

  it("is an error when it can't be asked", async () => {
    const { esl, to } = await office({ noSofia: true });
    await expect(esl.pbx?.registration(to, line, soon())).rejects.toThrow(/command sofia/);
  });
});

describe("trying a connection to FreeSWITCH", () => {
  const trials: [what: string, given: EslCase, findings: [works: boolean, what: RegExp, cure?: RegExp][]][] = [
    [
      "all is well",
      {},
      [
        [true, /is reached without TLS/],
        [true, /password is accepted/],
        [true, /internal is there/],
        [true, /in a call can be seen/],
      ],
    ],
    [
      "a wrong password",
      { password: "another" },
      [
        [true, /reached/],
        [false, /password/, /event_socket\.conf\.xml/],
      ],
    ],
    [
      "an access list",
      { isRude: true },
      [
        [true, /reached/],
        [false, /not in/, /apply-inbound-acl/],
      ],
    ],
    [
      "another profile",
      { profile: "desks" },
      [
        [true, /reached/],
        [true, /accepted/],
        [false, /internal/, /sofia status/],
        [true, /in a call/],
      ],
    ],
    [
      "no right to ask",
      { forbids: "api" },
      [
        [true, /reached/],
        [true, /accepted/],
        [false, /not let/, /esl-allowed-api/],
        [false, /not let .* in a call/, /esl-allowed-api/],
      ],
    ],
  ];
  it.each(trials)("says what works and what does not: %s", async (_what, given, findings) => {
    const { server, esl, to } = await office(given);
    expect(await esl.pbx?.test(to, soon())).toEqual(
      findings.map(([works, what, cure]) => ({
        works,
        what: expect.stringMatching(what),
        ...(cure && { cure: expect.stringMatching(cure) }),
      })),
    );
    expect(server.notifies).toEqual([]);
    await server.empty();
  });
});
