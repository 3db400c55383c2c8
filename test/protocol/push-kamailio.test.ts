import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection, PushTarget } from "../../server/domain/push.ts";
import { createKamailioTransport } from "../../server/push/kamailio/kamailio-transport.ts";
import { isRightAnswer, parseAnswer } from "../../server/sip/digest.ts";
import { type KamailioCase, type KamailioContact, startKamailio } from "../support/kamailio-server.ts";
import { pbxCertificate, pbxFingerprint } from "../support/pbx-certificate.ts";
import { collectLog, pbxConnection, pushTarget, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
const inOffice = (address: string) => address === "127.0.0.1" || address.startsWith("10.0.0.");

async function office(given: KamailioCase = {}, connection: Partial<OpenPbxConnection> = {}, allows = inOffice) {
  const server = await startKamailio(given);
  const { logged, log } = collectLog();
  const kamailio = createKamailioTransport({ allows, log }, quickTimes);
  onTestFinished(() => kamailio.close());
  const to = pbxConnection({ kind: "kamailio-rpc", port: server.port, ...connection });
  const send = (target: Partial<PushTarget> = {}) => kamailio.send(pushTarget(to, target), soon());
  return { server, kamailio, logged, to, send };
}

const desk: KamailioContact = {
  Address: "sip:1001@10.0.0.5:5060",
  "User-Agent": "Cisco-CP-8841-3PCC/11.0.1 (00562b043615)",
  "Call-ID": "reg-1@10.0.0.5",
};
const neighbour: KamailioContact = {
  Address: "sip:1001@10.0.0.6:5060",
  "User-Agent": "Cisco-CP-7841-3PCC/11.0 (00562b0999aa)",
};
const registered = (...contacts: KamailioContact[]) => ({ locations: { "1001@pbx.example": contacts } });
const challenge = ["401 Unauthorized", 'WWW-Authenticate: Digest realm="phone", nonce="abc", qop="auth"'];

describe("a push through Kamailio", () => {
  it("goes to this phone's contact alone, from the socket where it registered, and is answered by the phone", async () => {
    const { server, send } = await office(registered(neighbour, desk));
    expect(await send()).toEqual({
      result: "answered",
      detail: "the phone answered the PBX from sip:1001@10.0.0.5:5060",
    });
    expect(server.notifies).toEqual([
      {
        uri: "sip:1001@10.0.0.5:5060",
        nextHop: ".",
        socket: "udp:10.0.0.1:5060",
        headers: [
          "From: <sip:offhook@pbx.example>",
          "To: <sip:1001@pbx.example>",
          "Event: resync",
          expect.stringMatching(/^Call-ID: [0-9a-f]{24}@offhook$/),
          "CSeq: 1 NOTIFY",
          "Contact: <sip:offhook@!!>",
        ],
      },
    ]);
  });

  it("sends once more with the line's password where the phone asks for it, and with the next one after that", async () => {
    const { server, send } = await office({ ...registered(desk), phone: [challenge, challenge, ["200 OK"]] });
    expect(await send({ secrets: ["old", "new"] })).toMatchObject({ result: "answered" });
    const fields = server.notifies.map(({ headers }) => headers.filter((field) => /^(Call-ID|CSeq)/.test(field)));
    const [callId] = fields[0] ?? [];
    expect(fields).toEqual([
      [callId, "CSeq: 1 NOTIFY"],
      [callId, "CSeq: 2 NOTIFY"],
      [callId, "CSeq: 3 NOTIFY"],
    ]);
    const answers = server.notifies.map(({ headers }) => headers.find((field) => field.startsWith("Authorization: ")));
    const proves = (answer: string | undefined, secret: string) => {
      const parsed = parseAnswer(answer?.slice("Authorization: ".length) ?? "");
      const expected = { method: "NOTIFY", uri: "sip:1001@10.0.0.5:5060", user: "1001", realm: "phone", secret };
      return parsed !== undefined && isRightAnswer(parsed, expected);
    };
    expect([answers[0], proves(answers[1], "old"), proves(answers[2], "new")]).toEqual([undefined, true, true]);
  });

  it("sends the other event to a phone that does not know the first, with the password again", async () => {
    const phone = [challenge, ["489 Bad Event"], challenge, ["200 OK"]];
    const { server, send } = await office({ ...registered(desk), phone });
    expect(await send({ secrets: ["new"], notice: { event: "resync", otherwise: "check-sync" } })).toEqual({
      result: "answered",
      detail:
        "the phone does not know resync; it took check-sync; the phone answered the PBX from sip:1001@10.0.0.5:5060",
    });
    const events = server.notifies.flatMap(({ headers }) => headers.filter((field) => field.startsWith("Event")));
    expect(events).toEqual(["Event: resync", "Event: resync", "Event: check-sync", "Event: check-sync"]);
  });

  it("gives an enterprise phone the Call-ID of its registration and stamps", async () => {
    const { server, send } = await office(registered(desk));
    const body = "RegisterCallId={{callId}}\r\nConfigVersionStamp={{stamp:device}}\r\n";
    const stamps = { given: { device: "0123456789abcdef" }, other: "0" };
    await send({
      notice: { event: "service-control", contentType: "text/plain", subscriptionState: "active", body, stamps },
    });
    const filled = "RegisterCallId={reg-1@10.0.0.5}\r\nConfigVersionStamp={0123456789abcdef}\r\n";
    expect(server.notifies).toMatchObject([{ body: filled }]);
    const fields = ["Subscription-State: active", "Content-Type: text/plain"];
    expect(server.notifies[0]?.headers).toEqual(expect.arrayContaining(fields));
  });

  it.each<[string, KamailioContact, object]>([
    ["behind NAT", { ...desk, Received: "sip:10.0.0.9:1025" }, { nextHop: "sip:10.0.0.9:1025" }],
    [
      "behind a proxy",
      { ...desk, Path: "<sip:10.0.0.2;lr>,<sip:10.0.0.3;lr>" },
      {
        nextHop: "sip:10.0.0.2;lr",
        headers: expect.arrayContaining(["Route: <sip:10.0.0.2;lr>,<sip:10.0.0.3;lr>"]),
      },
    ],
    ["with an unknown socket", { ...desk, Socket: "[not set]" }, { nextHop: ".", socket: "." }],
  ])("takes the way of the registration: %s", async (_what, contact, way) => {
    const { server, send } = await office(registered(contact));
    expect(await send()).toMatchObject({ result: "answered" });
    expect(server.notifies).toMatchObject([{ uri: "sip:1001@10.0.0.5:5060", ...way }]);
  });

  it.each<[string, KamailioContact, RegExp]>([
    ["a contact", { Address: "sip:1001@198.51.100.7" }, /198\.51\.100\.7, where Offhook may not send to/],
    [
      "where it came from",
      { ...desk, Received: "sip:198.51.100.7:5060" },
      /198\.51\.100\.7:5060, where Offhook may not/,
    ],
    ["a proxy", { ...desk, Path: "<sip:198.51.100.7;lr>" }, /198\.51\.100\.7;lr, where Offhook may not/],
    ["a name", { Address: "sip:1001@phone.example" }, /names no IP address/],
  ])("never leads Kamailio elsewhere: %s", async (_what, contact, reason) => {
    const { server, send } = await office(registered(contact));
    expect(await send()).toEqual({ result: "unable", reason: expect.stringMatching(reason) });
    expect(server.notifies).toEqual([]);
  });

  const others: [what: string, given: KamailioCase, outcome: object][] = [
    ["nobody registered", {}, { result: "unable", reason: "nothing is registered at the PBX as 1001" }],
    [
      "only expired contacts",
      registered({ ...desk, Expires: "expired" }),
      { result: "unable", reason: "nothing is registered at the PBX as 1001" },
    ],
    ["another phone's line", registered(neighbour), { result: "unable", reason: /and this one is not/ }],
    [
      "two that may be it",
      registered({ Address: "sip:1001@10.0.0.7" }, { Address: "sip:1001@10.0.0.8" }),
      { result: "unable", reason: /can't be told: sip:1001@10\.0\.0\.7, sip:1001@10\.0\.0\.8$/ },
    ],
    [
      "a phone that is off",
      { ...registered(desk), phone: [["408 Request Timeout", "own"]] },
      { result: "silent", reason: "the phone did not answer the PBX at sip:1001@10.0.0.5:5060" },
    ],
    [
      "a phone that knows no such event",
      { ...registered(desk), phone: [["489 Bad Event"]] },
      { result: "refused", status: 489, reason: /does not know the event resync/ },
    ],
    [
      "a phone that takes no password",
      { ...registered(desk), phone: [challenge] },
      { result: "refused", status: 401, reason: /asks for the password of line 1001, and there is none/ },
    ],
    [
      "a Kamailio that has no way to it",
      { ...registered(desk), errors: { "tm.t_uac_wait": { code: 500, message: "server error occurred (7/RPC/UAC)" } } },
      { result: "refused", reason: /can't tell sip:1001@10\.0\.0\.5:5060: “server error occurred/ },
    ],
    ["a Kamailio without usrloc", { missing: ["ul.lookup"] }, { result: "unable", reason: /does not know ul\.lookup/ }],
    [
      "a Kamailio that falls silent",
      { ...registered(desk), deafTo: ["ul.lookup"] },
      { result: "unable", reason: /through Kamailio: 127\.0\.0\.1 port \d+ did not answer in the time/ },
    ],
  ];
  it.each(others)("ends in words: %s", async (_what, given, outcome) => {
    const { send } = await office(given);
    const { reason, ...rest } = outcome as { reason: string | RegExp };
    expect(await send()).toEqual({ ...rest, reason: expect.stringMatching(reason) });
  });

  it("never sends a field with several exclamation marks, which crash a Kamailio", async () => {
    const asked = 'WWW-Authenticate: Digest realm="r!", nonce="a!b!c", qop="auth"';
    const given = { locations: { "10!0!1@pbx.example": [desk] }, phone: [["401 Unauthorized", asked]] };
    const { server, send } = await office(given);
    const line = { user: "10!0!1", authUser: "1001", domain: "pbx.example" };
    expect(await send({ secrets: ["x"], line })).toEqual({
      result: "unable",
      reason: expect.stringMatching(/can't send Authorization with several exclamation marks/),
    });
    expect(server.notifies.map(({ headers }) => headers[1])).toEqual(["To: <sip:10%210%211@pbx.example>"]);
  });

  it("is given up with its signal, and says that the phone may have been told", async () => {
    const { kamailio, to } = await office({ ...registered(desk), deafTo: ["tm.t_uac_wait"] });
    const outcome = await kamailio.send(pushTarget(to), AbortSignal.timeout(300));
    expect(outcome).toMatchObject({ result: "silent", reason: expect.stringMatching(/may have told the phone/) });
  });

  it("keeps passwords out of what it logs and says", async () => {
    const { logged, send } = await office({ ...registered(desk), login: "basic", phone: [challenge] });
    const outcome = await send({ secrets: ["line-secret"] });
    expect(logged.join()).toMatch(/reached Kamailio/);
    expect(logged.join() + JSON.stringify(outcome)).not.toMatch(/line-secret|ami-secret/);
  });
});

describe("the RPC of a Kamailio", () => {
  it.each(["basic", "digest"] as const)("is asked with a password where it wants one: %s", async (login) => {
    const { server, send } = await office({ ...registered(desk), login });
    expect(await send()).toMatchObject({ result: "answered" });
    // The first request tells how it asks; from then on each one answers at once.
    expect(server.authorizations.filter((each) => each === undefined)).toHaveLength(1);
  });

  it("is found at another path", async () => {
    const { send } = await office({ ...registered(desk), path: "/sip/rpc" }, { path: "/sip/rpc" });
    expect(await send()).toMatchObject({ result: "answered" });
  });

  it("is asked over TLS where its certificate is the agreed one, and only then", async () => {
    const given = { ...registered(desk), tls: pbxCertificate };
    const agreed = await office(given, { tls: true, fingerprint: pbxFingerprint });
    expect(await agreed.send()).toMatchObject({ result: "answered" });
    const unknown = await office(given, { tls: true });
    expect(await unknown.send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/signed by itself/) });
    expect(unknown.server.methods).toEqual([]);
  });

  it("is never asked at an address that Offhook may not send to, by number or by name", async () => {
    for (const host of ["127.0.0.1", "localhost"]) {
      const { server, send } = await office(registered(desk), { host }, () => false);
      expect(await send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/may not send to/) });
      expect(server.methods).toEqual([]);
    }
  });
});

describe("what Kamailio knows of a line", () => {
  const line = { user: "1001", authUser: "1001", domain: "pbx.example:5060" };
  it.each<[string, KamailioCase, object]>([
    [
      "a registration",
      registered(desk),
      {
        state: "registered",
        contact: "sip:1001@10.0.0.5:5060",
        callId: "reg-1@10.0.0.5",
        userAgent: "Cisco-CP-8841-3PCC/11.0.1 (00562b043615)",
      },
    ],
    [
      "where its packets come from, behind NAT",
      registered({ ...desk, Received: "sip:10.0.0.9:1025" }),
      expect.objectContaining({ contact: "sip:1001@10.0.0.5:5060", receivedFrom: "sip:10.0.0.9:1025" }),
    ],
    [
      "not the address of a proxy",
      registered({ ...desk, Received: "sip:10.0.0.2:5060", Path: "<sip:10.0.0.2;lr>" }),
      expect.not.objectContaining({ receivedFrom: expect.anything() }),
    ],
    ["no registration", {}, { state: "unregistered" }],
  ])("is told: %s", async (_what, given, registration) => {
    const { kamailio, to } = await office(given);
    expect(await kamailio.pbx?.registration(to, line, soon())).toEqual(registration);
  });

  it("is an error when it can't be asked", async () => {
    const { kamailio, to } = await office({ missing: ["ul.lookup"] });
    await expect(kamailio.pbx?.registration(to, line, soon())).rejects.toThrow(/does not know ul\.lookup/);
  });
});

describe("trying a connection to Kamailio", () => {
  const trials: [what: string, given: KamailioCase, findings: [works: boolean, what: RegExp, cure?: RegExp][]][] = [
    [
      "all is well",
      { login: "digest", dialogs: [] },
      [
        [true, /is reached without TLS/],
        [true, /^kamailio 5\.6\.3 \(x86_64\/linux\) answers JSON-RPC$/],
        [true, /accepted/],
        [true, /registrations of phones can be seen/],
        [true, /phones can be told/],
        [true, /in a call can be seen/],
      ],
    ],
    [
      "modules are missing",
      { missing: ["ul.lookup", "tm.t_uac_wait"] },
      [
        [true, /reached/],
        [true, /JSON-RPC/],
        [true, /no password is asked for/],
        [false, /ul\.lookup/, /usrloc/],
        [false, /tm\.t_uac_wait/, /module tm/],
        [false, /in a call/, /module dialog/],
      ],
    ],
    [
      "no table location",
      { errors: { "ul.lookup": { code: 500, message: "Domain table not found" } } },
      [
        [true, /reached/],
        [true, /JSON-RPC/],
        [true, /no password/],
        [false, /no table .* location/, /save\("location"\)/],
        [true, /told/],
        [false, /in a call/, /module dialog/],
      ],
    ],
    [
      "a dispatch that can't wait",
      {
        errors: {
          "tm.t_uac_wait": { code: 600, message: "Reply wait/async mode not supported by this rpc transport" },
        },
      },
      [
        [true, /reached/],
        [true, /JSON-RPC/],
        [true, /no password/],
        [true, /seen/],
        [false, /can't wait for a phone/, /jsonrpc_dispatch/],
        [false, /in a call/, /module dialog/],
      ],
    ],
    [
      "another path",
      { path: "/elsewhere" },
      [
        [true, /reached/],
        [false, /no JSON-RPC at \/RPC \(404\)/, /jsonrpc_dispatch\(\).*path/],
      ],
    ],
  ];
  it.each(trials)("says what works and what does not: %s", async (_what, given, findings) => {
    const { server, kamailio, to } = await office(given);
    const found = await kamailio.pbx?.test(to, soon());
    expect(found).toEqual(
      findings.map(([works, what, cure]) => ({
        works,
        what: expect.stringMatching(what),
        ...(cure && { cure: expect.stringMatching(cure) }),
      })),
    );
    expect(server.notifies).toEqual([]);
  });

  it("says that name or password are wrong", async () => {
    const { kamailio, to } = await office({ login: "basic" }, { secret: "another" });
    expect(await kamailio.pbx?.test(to, soon())).toEqual([
      { works: true, what: expect.stringMatching(/reached/) },
      { works: false, what: "the PBX does not let offhook in", cure: expect.stringMatching(/xhttp:request/) },
    ]);
  });

  it("says that nobody listens", async () => {
    const { server, kamailio, to } = await office();
    await server.close();
    expect(await kamailio.pbx?.test(to, soon())).toEqual([
      { works: false, what: expect.stringMatching(/refuses connections/), cure: expect.stringMatching(/firewalls/) },
    ]);
  });
});
