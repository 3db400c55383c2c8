import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection, PushTarget } from "../../server/domain/push.ts";
import { createAmiTransport } from "../../server/push/ami/ami-transport.ts";
import { type AmiCase, type AmiContact, startAmi } from "../support/ami-server.ts";
import { pbxCertificate, pbxFingerprint } from "../support/pbx-certificate.ts";
import { collectLog, pbxConnection, pushTarget, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
/** The PBX of the tests, and where its phones are. */
const near = (address: string) => address === "127.0.0.1" || address.startsWith("10.0.0.");

function transport(given: { allows?: (address: string) => boolean; times?: Partial<typeof quickTimes> } = {}) {
  const { logged, log } = collectLog();
  const made = createAmiTransport({ allows: given.allows ?? near, log }, { ...quickTimes, ...given.times });
  onTestFinished(() => made.close());
  return { ami: made, logged };
}

async function office(given: AmiCase = {}, connection: Partial<OpenPbxConnection> = {}) {
  const server = await startAmi(given);
  const { ami, logged } = transport();
  const to = pbxConnection({ port: server.port, ...connection });
  const send = (target: Partial<PushTarget> = {}) => ami.send(pushTarget(to, target), soon());
  return { server, ami, logged, to, send };
}

const desk: AmiContact = {
  URI: "sip:1001@10.0.0.5:5060",
  UserAgent: "Cisco-CP-8841-3PCC/11.0.1 (00562b043615)",
  ViaAddress: "10.0.0.5:5060",
  CallID: "reg-1@10.0.0.5",
};
const neighbour: AmiContact = { URI: "sip:1001@10.0.0.6:5060", UserAgent: "Cisco-CP-7841-3PCC/11.0 (00562b0999aa)" };
const outbound = { default_outbound_endpoint: [] };

describe("a push through Asterisk", () => {
  it("reaches the only phone of an endpoint by the endpoint, which has the settings that fit it", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk], ...outbound } });
    expect(await send()).toEqual({ result: "answered", detail: "the PBX sent it to the endpoint 1001" });
    expect(server.notifies).toEqual([{ by: "Endpoint", to: "1001", headers: [["Event", "resync"]] }]);
  });

  it("names only this phone's contact where several share the endpoint and Asterisk can send to a URI", async () => {
    const { server, send } = await office({ endpoints: { "1001": [neighbour, desk], ...outbound } });
    expect(await send()).toEqual({ result: "answered", detail: "the PBX sent it to sip:1001@10.0.0.5:5060" });
    expect(server.notifies).toMatchObject([{ by: "URI", to: "sip:1001@10.0.0.5:5060" }]);
  });

  it("finds a default outbound endpoint of another name on the console", async () => {
    const endpoints = { "1001": [neighbour, desk], trunk: [] };
    const { server, send } = await office({ endpoints, defaultOutbound: "trunk" });
    await send();
    expect(server.notifies).toMatchObject([{ by: "URI" }]);
  });

  it("tells the whole endpoint where Asterisk can't send to a URI, and names the phones it reached as well", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk, neighbour] } });
    expect(await send()).toMatchObject({
      result: "answered",
      others: ["sip:1001@10.0.0.6:5060 (Cisco-CP-7841-3PCC/11.0 (00562b0999aa))"],
    });
    expect(server.notifies).toMatchObject([{ by: "Endpoint", to: "1001" }]);
  });

  it("sends a body line by line with its last CRLF, and the Call-ID of the registration and stamps in it", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    const notice = {
      event: "service-control",
      contentType: "text/plain",
      subscriptionState: "active",
      body: "action=check-version\r\nRegisterCallId={{callId}}\r\nConfigVersionStamp={{stamp:device}}\r\n",
      stamps: { given: { device: "0123456789abcdef" }, other: "0" },
    };
    await send({ notice });
    expect(server.notifies[0]).toEqual({
      by: "Endpoint",
      to: "1001",
      headers: [
        ["Event", "service-control"],
        ["Subscription-State", "active"],
        ["Content-Type", "text/plain"],
      ],
      body: "action=check-version\r\nRegisterCallId={reg-1@10.0.0.5}\r\nConfigVersionStamp={0123456789abcdef}\r\n",
    });
  });

  it("keeps commas, quotes and backslashes, which Asterisk would take for its own", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    const body = '<Item Name="a, b" Path="c\\d"/>';
    await send({ notice: { event: "XML-Service", contentType: "text/xml", body } });
    expect(server.notifies[0]?.body).toBe(body);
    expect(server.notifies[0]?.headers).toEqual([
      ["Event", "XML-Service"],
      ["Content-Type", "text/xml"],
    ]);
  });

  it("reaches a peer of chan_sip where there is no PJSIP", async () => {
    const { server, send } = await office({ missing: ["PJSIPShowEndpoint", "PJSIPNotify"] });
    expect(await send()).toEqual({ result: "answered", detail: "the PBX sent it to the peer 1001" });
    expect(server.notifies).toMatchObject([{ by: "Channel", to: "1001", headers: [["Event", "resync"]] }]);
  });

  const refusals: [what: string, given: AmiCase, result: string, reason: RegExp][] = [
    [
      "an endpoint that is not there",
      { endpoints: {} },
      "refused",
      /no endpoint 1001.*“Unable to retrieve endpoint 1001”/,
    ],
    ["an endpoint without registration", { endpoints: { "1001": [] } }, "unable", /nothing is registered .* as 1001/],
    ["another phone at the endpoint", { endpoints: { "1001": [neighbour] } }, "unable", /other phones are registered/],
    ["a login without rights", { write: ["call"], endpoints: { "1001": [desk] } }, "refused", /write = system/],
    [
      "a module that is not loaded",
      { missing: ["PJSIPNotify"], endpoints: { "1001": [desk] } },
      "refused",
      /pjsip_notify\.conf exists/,
    ],
    ["a wrong secret", { secret: "another" }, "unable", /does not let offhook in/],
    ["something that is no Asterisk", { greeting: "220 ftp.example" }, "unable", /not the manager interface/],
    ["a PBX that never answers", { deafTo: ["PJSIPShowEndpoint"] }, "unable", /did not answer/],
    [
      "a PBX that takes the NOTIFY and never answers",
      { deafTo: ["PJSIPNotify"], endpoints: { "1001": [desk] } },
      "silent",
      /did not answer; it may have told the phone/,
    ],
  ];
  it.each(refusals)("says why: %s", async (_what, given, result, reason) => {
    const { server, send, logged } = await office(given);
    expect(await send()).toMatchObject({ result, reason: expect.stringMatching(reason) });
    expect(server.notifies).toEqual([]);
    expect(logged.join()).not.toContain("ami-secret");
  });

  const injections: [what: string, target: Partial<PushTarget>][] = [
    ["event", { notice: { event: "resync\r\nVariable: Event=reboot_now" } }],
    ["line", { line: { user: "1001\r\nAction: Logoff", authUser: "", domain: "" } }],
    ["content type", { notice: { event: "resync", body: "x", contentType: "text/plain\nURI: sip:a@b" } }],
  ];
  it.each(injections)("sends nothing for a line end in the %s", async (_what, target) => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    expect(await send(target)).toMatchObject({ result: "unable", reason: expect.stringMatching(/line end/) });
    expect(server.received()).not.toMatch(/reboot_now|Logoff|sip:a@b/);
  });

  it("refuses a body line that Asterisk would drop without a word", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    const notice = { event: "XML-Service", body: "x".repeat(1_100) };
    expect(await send({ notice })).toMatchObject({ result: "unable", reason: expect.stringMatching(/1022 bytes/) });
    expect(server.notifies).toEqual([]);
  });
});

describe("the connection to Asterisk", () => {
  it("is one for all pushes, its secret never on the wire", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => send()));
    expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(["answered"]));
    expect(server.notifies).toHaveLength(50);
    expect(server.logins()).toBe(1);
    expect(server.received()).not.toContain("ami-secret");
    expect(server.received()).toContain("Events: off\r\n");
  });

  it("drops events that nobody asked for", async () => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    await send();
    server.say("Event: PeerStatus\r\nPeer: PJSIP/1001\r\nPeerStatus: Unreachable\r\n\r\n");
    expect(await send()).toMatchObject({ result: "answered" });
  });

  it("is opened anew after it broke, and for a new version of its settings", async () => {
    const { server, send, ami, to } = await office({ endpoints: { "1001": [desk] } });
    await send();
    for (const socket of server.sockets) socket.destroy();
    await server.empty();
    await expect.poll(send).toMatchObject({ result: "answered" });
    expect(server.logins()).toBe(2);
    expect(await ami.send(pushTarget({ ...to, version: 2 }), soon())).toMatchObject({ result: "answered" });
    expect(server.logins()).toBe(3);
    await expect.poll(() => server.sockets.size).toBe(1);
  });

  it("is not tried again at once after it failed", async () => {
    const { server, send } = await office({ secret: "another" });
    await send();
    expect(await send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/again in \d+ s/) });
    expect(server.actions.filter((action) => action === "Login")).toHaveLength(1);
  });

  it("is asked for a sign of life when it is idle, and closed when it gives none", async () => {
    const server = await startAmi({ endpoints: { "1001": [desk] }, deafTo: ["Ping"] });
    const { ami } = transport({ times: { aliveMs: 20, answerMs: 200 } });
    await ami.send(pushTarget(pbxConnection({ port: server.port })), soon());
    await server.came("Ping");
    await server.empty();
  });

  it("is closed when it was not used for long", async () => {
    const server = await startAmi({ endpoints: { "1001": [desk] } });
    const { ami } = transport({ times: { idleMs: 50 } });
    await ami.send(pushTarget(pbxConnection({ port: server.port })), soon());
    await server.empty();
  });

  it.each([
    ["a line without end", "x".repeat(40_000)],
    ["a block without end", "A: b\r\n".repeat(5_000)],
  ])("is dropped for %s", async (_what, flood) => {
    const { server, send } = await office({ endpoints: { "1001": [desk] } });
    await send();
    server.say(flood);
    await server.empty();
  });

  it("leaves nothing open when the transport is closed", async () => {
    const { server, send, ami } = await office({ endpoints: { "1001": [desk] } });
    await send();
    await ami.close();
    await server.empty();
    expect(await send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/shutting down/) });
  });

  it("is never made to an address that Offhook may not send to, by number or by name", async () => {
    const server = await startAmi();
    const asked: string[] = [];
    const { ami } = transport({
      allows: (address) => {
        asked.push(address);
        return false;
      },
    });
    for (const [id, host] of ["127.0.0.1", "localhost"].entries()) {
      const to = pbxConnection({ port: server.port, host, id: `pbx-${id}` });
      const outcome = await ami.send(pushTarget(to), soon());
      expect(outcome).toMatchObject({ result: "unable", reason: expect.stringMatching(/may not send to/) });
    }
    expect(asked.filter((address) => address === "127.0.0.1").length).toBeGreaterThan(1);
    expect(server.actions).toEqual([]);
  });

  it("ends with the push that is given up", async () => {
    const { ami, to } = await office({ deafTo: ["PJSIPShowEndpoint"] });
    const gone = new AbortController();
    const outcome = ami.send(pushTarget(to), gone.signal);
    gone.abort();
    expect(await outcome).toMatchObject({ result: "unable" });
  });
});

describe("what Asterisk knows of a line", () => {
  it.each<[string, AmiCase, object | undefined]>([
    [
      "a registration",
      { endpoints: { "1001": [desk] } },
      { state: "registered", contact: desk.URI, callId: desk.CallID, userAgent: desk.UserAgent },
    ],
    ["no registration", { endpoints: { "1001": [] } }, { state: "unregistered" }],
    ["only a fixed contact", { endpoints: { "1001": [{ ...desk, RegExpire: "-1" }] } }, { state: "unregistered" }],
    ["no endpoint", {}, { state: "unregistered" }],
    ["no PJSIP to ask", { missing: ["PJSIPShowEndpoint"] }, undefined],
  ])("is told: %s", async (_what, given, registration) => {
    const { ami, to } = await office(given);
    const line = { user: "1001", authUser: "1001", domain: "pbx.example" };
    expect(await ami.pbx?.registration(to, line, soon())).toEqual(registration);
  });

  it("is an error when it can't be asked", async () => {
    const { ami, to } = await office({ write: [] });
    const line = { user: "1001", authUser: "1001", domain: "pbx.example" };
    await expect(ami.pbx?.registration(to, line, soon())).rejects.toThrow(/shows no endpoints/);
  });
});

describe("trying a connection to Asterisk", () => {
  const trials: [what: string, given: AmiCase, findings: [works: boolean, what: RegExp, cure?: RegExp][]][] = [
    [
      "all is well",
      { endpoints: outbound },
      [
        [true, /Asterisk Call Manager\/9\.0\.0, reached without TLS/],
        [true, /offhook is let in/],
        [true, /PJSIPNotify is there/],
        [true, /registrations .* can be seen/],
        [true, /default_outbound_endpoint sends/],
        [true, /in a call can be seen/],
      ],
    ],
    [
      "no pjsip_notify.conf, as Asterisk 23 is installed",
      { missing: ["PJSIPNotify", "SIPnotify"] },
      [
        [true, /reached/],
        [true, /let in/],
        [
          false,
          /does not know PJSIPNotify/,
          /create \/etc\/asterisk\/pjsip_notify\.conf.*module load res_pjsip_notify/,
        ],
      ],
    ],
    [
      "no rights",
      { write: ["call"] },
      [
        [true, /reached/],
        [true, /let in/],
        [false, /may not use PJSIPNotify/, /write = system/],
      ],
    ],
    [
      "no right to see calls",
      { endpoints: outbound, write: ["system", "command"] },
      [
        [true, /reached/],
        [true, /let in/],
        [true, /PJSIPNotify/],
        [true, /seen/],
        [true, /sends/],
        [false, /may not ask which phones are in a call/, /“reporting”/],
      ],
    ],
    [
      "no module for states of devices",
      { endpoints: outbound, missingFunctions: ["DEVICE_STATE"] },
      [
        [true, /reached/],
        [true, /let in/],
        [true, /PJSIPNotify/],
        [true, /seen/],
        [true, /sends/],
        [false, /can't tell which phones are in a call/, /func_devstate/],
      ],
    ],
    [
      "no default outbound endpoint",
      { endpoints: {} },
      [
        [true, /reached/],
        [true, /let in/],
        [true, /PJSIPNotify/],
        [true, /seen/],
        [false, /no default outbound endpoint/, /type=global/],
        [true, /in a call can be seen/],
      ],
    ],
    [
      "a wrong secret",
      { secret: "another" },
      [
        [true, /is reached/],
        [false, /does not let offhook in/, /manager\.conf/],
      ],
    ],
    ["another service", { greeting: "SSH-2.0" }, [[false, /not the manager interface/, /port/]]],
  ];
  it.each(trials)("says what works and what does not: %s", async (_what, given, findings) => {
    const { server, ami, to } = await office(given);
    const found = await ami.pbx?.test(to, soon());
    expect(found).toEqual(
      findings.map(([works, what, cure]) => ({
        works,
        what: expect.stringMatching(what),
        ...(cure && { cure: expect.stringMatching(cure) }),
      })),
    );
    expect(JSON.stringify(found)).not.toContain("ami-secret");
    expect(server.notifies).toEqual([]);
    await server.empty();
  });

  it("says that nobody listens", async () => {
    const { server, ami, to } = await office();
    await server.close();
    expect(await ami.pbx?.test(to, soon())).toEqual([
      { works: false, what: expect.stringMatching(/refuses connections/), cure: expect.stringMatching(/firewalls/) },
    ]);
  });
});

describe("TLS to a PBX", () => {
  const endpoints = { "1001": [desk] };
  const other = pbxFingerprint.replace(/^../, "FF");

  it("is spoken to a PBX whose own certificate was agreed by its fingerprint", async () => {
    const { send } = await office({ tls: pbxCertificate, endpoints }, { tls: true, fingerprint: pbxFingerprint });
    expect(await send()).toMatchObject({ result: "answered" });
  });

  it.each<[string, AmiCase, Partial<OpenPbxConnection>, RegExp, RegExp]>([
    ["a certificate signed by itself", { tls: pbxCertificate }, {}, /signed by itself \(SHA-256 /, /store it/],
    [
      "another certificate than agreed",
      { tls: pbxCertificate },
      { fingerprint: other },
      /another certificate/,
      /between/,
    ],
    ["a port without TLS", {}, {}, /does not speak TLS/, /5039/],
  ])("stops before the login: %s", async (_what, given, connection, what, cure) => {
    const { server, ami, to } = await office(given, { tls: true, ...connection });
    expect(await ami.pbx?.test(to, soon())).toEqual([
      { works: false, what: expect.stringMatching(what), cure: expect.stringMatching(cure) },
    ]);
    expect(server.actions).toEqual([]);
  });
});

it("sends nothing through Asterisk to a contact outside of the allowed networks", async () => {
  const { server, send } = await office({ endpoints: { "1001": [{ ...desk, URI: "sip:1001@169.254.169.254:80" }] } });
  expect(await send()).toMatchObject({ result: "unable", reason: expect.stringContaining("169.254.169.254") });
  expect(server.notifies).toEqual([]);
});
