import { describe, expect, onTestFinished, test } from "vitest";
import { parseMac } from "../../server/domain/mac.ts";
import type { Notice, PushTarget } from "../../server/domain/push.ts";
import createTransport from "../../server/push/transports/sip-notify.ts";
import { headerOf, type SipRequest } from "../../server/sip/message.ts";
import { askForPassword, openSipDatagrams, openSipPhone, type SipPhone } from "../support/sip-phone.ts";

const resync: Notice = { event: "resync" };
const never = new AbortController().signal;

describe("a NOTIFY straight to the phone", () => {
  test.each(["udp", "tcp", "tls"] as const)(
    "is addressed to its line, and from its registrar (%s)",
    async (signalling) => {
      const phone = await openSipPhone();
      const notice: Notice = {
        event: "service-control",
        contentType: "text/plain",
        subscriptionState: "active",
        body: "action=restart\r\nRegisterCallId={callId}\r\n",
      };
      const outcome = await aTransport().send(aTarget(phone, { signalling, notice }), never);
      expect(outcome).toEqual({ result: "answered" });
      const [request] = phone.requests;
      if (!request) throw new Error("nothing came");
      const parameter = signalling === "udp" ? "" : `;transport=${signalling}`;
      expect(request.uri).toBe(`sip:201@127.0.0.1:${phone.destination(signalling).port}${parameter}`);
      expect(headerOf(request, "From")).toMatch(/^<sip:offhook@pbx\.example>;tag=\w+$/);
      const named = ["To", "Event", "Subscription-State", "Content-Type"].map((name) => headerOf(request, name));
      expect(named).toEqual(["<sip:201@pbx.example>", "service-control", "active", "text/plain"]);
      expect(request.body.toString()).toBe("action=restart\r\nRegisterCallId=\r\n");
    },
  );

  test("carries nothing that its notice does not have", async () => {
    const phone = await openSipPhone();
    await aTransport().send(aTarget(phone), never);
    expect(phone.requests[0]?.headers.map(([name]) => name)).toEqual([
      ...["Via", "Max-Forwards", "From", "To", "Call-ID", "CSeq", "Contact", "User-Agent", "Event", "Content-Length"],
    ]);
  });

  test("leaves from the address and port that it was told", async () => {
    const free = await openSipDatagrams();
    const [phone, transport] = [await openSipPhone(), aTransport({ sip: { address: "127.0.0.2", port: free.port } })];
    await transport.send(aTarget(phone), never);
    expect(phone.requests[0]?.peer).toMatchObject({ address: "127.0.0.2", port: free.port });
    expect(phone.requests[0] && headerOf(phone.requests[0], "Via")).toContain(`127.0.0.2:${free.port};`);
  });

  test.each([
    ["+4930123", "pbx.example:5080", "+4930123", "pbx.example:5080"],
    ["a b#c;d@e", "2001:db8::1", "a%20b%23c%3Bd%40e", "[2001:db8::1]"],
    ["201", "x> y\r\nZ: 1", "201", "127.0.0.1"],
    ["\ud800", "pbx", "%EF%BF%BD", "pbx"],
  ])("a line %j at %j is written so that it stays one", async (user, domain, inUri, host) => {
    const phone = await openSipPhone();
    await aTransport().send(aTarget(phone, { line: { user, authUser: user, domain } }), never);
    const [request] = phone.requests;
    expect(request?.uri).toMatch(new RegExp(`^sip:${inUri.replace("+", "\\+")}@127`));
    expect(request && headerOf(request, "To")).toBe(`<sip:${inUri}@${host}>`);
  });

  test("its challenge is answered by the name that the line logs in with, the older secret first", async () => {
    const phone = await openSipPhone(askForPassword({ user: "auth201", secret: "new", qop: "auth" }));
    const line = { user: "201", authUser: "auth201", domain: "pbx.example" };
    const outcome = await aTransport().send(aTarget(phone, { line, secrets: ["old", "new", "old"] }), never);
    expect(outcome).toEqual({ result: "answered" });
    expect(phone.requests).toHaveLength(3);
  });

  test("a secret that is the same twice is tried once", async () => {
    const phone = await openSipPhone(askForPassword({ secret: "other" }));
    await aTransport().send(aTarget(phone, { secrets: ["old", "old"] }), never);
    expect(phone.requests).toHaveLength(2);
  });
});

describe("what came of it", () => {
  test.each<[number, string, RegExp]>([
    [202, "answered", /^$/],
    [302, "refused", /names another place to ask, and that is not followed/],
    [400, "refused", /malformed/],
    [403, "refused", /only from its PBX/],
    [404, "refused", /knows no line 201\. Its line 1 has another name/],
    [405, "refused", /no notices of this kind/],
    [416, "refused", /did not take the notice/],
    [480, "refused", /not available at the moment/],
    [481, "refused", /only within a subscription/],
    [486, "refused", /busy, most likely in a call/],
    [489, "refused", /does not know the event resync/],
    [503, "refused", /could not do it now/],
    [603, "refused", /declined/],
  ])("%i is %s, in words", async (status, result, reason) => {
    const phone = await openSipPhone(() => ({ status, reason: "x" }));
    const outcome = await aTransport().send(aTarget(phone), never);
    expect(outcome).toMatchObject(result === "refused" ? { result, status } : { result });
    expect("reason" in outcome ? outcome.reason : "").toMatch(reason);
    expect(phone.requests).toHaveLength(1);
  });

  const digest = 'Digest realm="x", nonce="n"';
  test.each([
    ["no secret", digest, [], /asks for the password of line 201, and there is none/],
    ["one wrong secret", digest, ["secret-a"], /did not take the password of line 201/],
    ["two wrong secrets", digest, ["secret-a", "secret-b"], /did not take any password of line 201.*restart it/],
    ["a way that is not known", 'Basic realm="x"', ["secret-a"], /in a way that is not known here/],
  ])("a challenge with %s", async (_what, challenge, secrets, reason) => {
    const phone = await openSipPhone(() => ({ status: 401, reason: "No", headers: [["WWW-Authenticate", challenge]] }));
    const outcome = await aTransport().send(aTarget(phone, { secrets }), never);
    expect(outcome).toMatchObject({ result: "refused", status: 401, reason: expect.stringMatching(reason) });
    expect(JSON.stringify(outcome)).not.toMatch(/secret-/);
  });

  test.each(["udp", "tcp"] as const)("nobody listens there (%s): silent, and said so", async (signalling) => {
    const phone = await openSipPhone();
    const target = aTarget(phone, { signalling });
    await phone.close();
    const outcome = await aTransport().send(target, never);
    expect(outcome).toMatchObject({
      result: "silent",
      reason: expect.stringContaining("Nothing listens for SIP at 127.0.0.1:"),
    });
  });

  test("given up while waiting", async () => {
    const [phone, giving] = [await openSipPhone(() => undefined), new AbortController()];
    const outcome = aTransport().send(aTarget(phone), giving.signal);
    await expect.poll(() => phone.requests.length).toBe(1);
    giving.abort();
    expect(await outcome).toMatchObject({ result: "silent", reason: expect.stringContaining("Given up") });
  });

  test("its own port is taken: nothing was sent", async () => {
    const [taken, phone] = [await openSipDatagrams(), await openSipPhone()];
    const outcome = await aTransport({ sip: { address: "127.0.0.1", port: taken.port } }).send(aTarget(phone), never);
    expect(outcome).toMatchObject({ result: "unable", reason: expect.stringContaining("EADDRINUSE") });
  });

  test("a notice that would break out of its header field is not sent", async () => {
    const phone = await openSipPhone();
    const outcome = await aTransport().send(aTarget(phone, { notice: { event: "resync\r\nX: y" } }), never);
    expect(outcome).toMatchObject({ result: "unable", reason: expect.stringContaining("can't be written") });
    expect(phone.requests).toEqual([]);
  });
});

describe("a phone that does not know the event", () => {
  const either: Notice = { event: "resync", otherwise: "check-sync" };
  const eventOf = (request: SipRequest) => headerOf(request, "Event") ?? "";
  const eventsAt = ({ requests }: SipPhone) => requests.map(eventOf);
  const badEvent = { status: 489, reason: "Bad Event" };

  test("is sent the other one, with its password again", async () => {
    const [asks, knows] = [askForPassword({ secret: "new" }), "check-sync"];
    const phone = await openSipPhone((request) => {
      const answer = asks(request);
      return answer.status === 200 && eventOf(request) !== knows ? badEvent : answer;
    });
    const outcome = await aTransport().send(aTarget(phone, { notice: either, secrets: ["new"] }), never);
    expect(outcome).toEqual({ result: "answered", detail: "the phone does not know resync; it took check-sync" });
    expect(eventsAt(phone)).toEqual(["resync", "resync", "check-sync", "check-sync"]);
    expect(new Set(phone.requests.map((each) => headerOf(each, "Call-ID"))).size).toBe(2);
  });

  test.each([
    [489, /^The phone does not know the event resync; told check-sync: .* event check-sync\. .* \(489\)$/],
    [481, /^The phone does not know the event resync; told check-sync: .* only within a subscription\. .* \(481\)$/],
    [503, /^The phone does not know the event resync; told check-sync: .* could not do it now\. .* \(503\)$/],
  ] as const)("and answers %i to the other one has refused, and is not told a third time", async (status, reason) => {
    const phone = await openSipPhone((request) => (eventOf(request) === "resync" ? badEvent : { status, reason: "x" }));
    const outcome = await aTransport().send(aTarget(phone, { notice: either }), never);
    expect(outcome).toEqual({ result: "refused", status, reason: expect.stringMatching(reason) });
    expect(eventsAt(phone)).toEqual(["resync", "check-sync"]);
  });

  test("and falls silent may have taken the other one", async () => {
    const [phone, giving] = [
      await openSipPhone((each) => (eventOf(each) === "resync" ? badEvent : undefined)),
      new AbortController(),
    ];
    const outcome = aTransport().send(aTarget(phone, { notice: either }), giving.signal);
    await expect.poll(() => eventsAt(phone)).toEqual(["resync", "check-sync"]);
    giving.abort();
    expect(await outcome).toMatchObject({ result: "silent", reason: expect.stringContaining("told check-sync") });
  });

  test.each([400, 403, 404, 405, 480, 481, 486, 500, 603])(
    "is none that answers %i: it is told once",
    async (status) => {
      const phone = await openSipPhone(() => ({ status, reason: "x" }));
      const outcome = await aTransport().send(aTarget(phone, { notice: either }), never);
      expect(outcome).toMatchObject({ result: "refused", status });
      expect(eventsAt(phone)).toEqual(["resync"]);
    },
  );
});

describe("asking whether the phone is there", () => {
  test.each(["udp", "tcp", "tls"] as const)(
    "is an OPTIONS to its line, which changes nothing (%s)",
    async (signalling) => {
      const phone = await openSipPhone();
      const outcome = await aTransport().reach?.(aTarget(phone, { signalling }), never);
      expect(outcome).toEqual({ result: "answered", detail: "it answered with 200" });
      const [request] = phone.requests;
      const parameter = signalling === "udp" ? "" : `;transport=${signalling}`;
      expect([request?.method, request?.uri]).toEqual([
        ...["OPTIONS", `sip:201@127.0.0.1:${phone.destination(signalling).port}${parameter}`],
      ]);
      expect(request?.headers.map(([name]) => name)).toEqual([
        ...[
          "Via",
          "Max-Forwards",
          "From",
          "To",
          "Call-ID",
          "CSeq",
          "Contact",
          "User-Agent",
          "Accept",
          "Content-Length",
        ],
      ]);
    },
  );

  test.each<[number, string, RegExp]>([
    [405, "answered", /^$/],
    [480, "answered", /^$/],
    [486, "answered", /^$/],
    [501, "answered", /^$/],
    [603, "answered", /^$/],
    [403, "refused", /only from its PBX/],
    [404, "refused", /knows no line 201/],
  ])("%i is %s: it is there, unless a notice would be refused as well", async (status, result, reason) => {
    const phone = await openSipPhone(() => ({ status, reason: "x" }));
    const outcome = await aTransport().reach?.(aTarget(phone), never);
    expect(outcome).toMatchObject({ result });
    expect(outcome && "reason" in outcome ? outcome.reason : "").toMatch(reason);
  });

  test("a phone that asks for the password of its line has to take ours", async () => {
    const phone = await openSipPhone(askForPassword({ secret: "new" }));
    const transport = aTransport();
    expect(await transport.reach?.(aTarget(phone, { secrets: ["old", "new"] }), never)).toMatchObject({
      result: "answered",
    });
    expect(await transport.reach?.(aTarget(phone, { secrets: ["old"] }), never)).toMatchObject({
      result: "refused",
      status: 401,
    });
  });

  test("one that does not answer in the time there is, is silent", async () => {
    const [phone, time] = [await openSipPhone(() => undefined), new AbortController()];
    const outcome = aTransport().reach?.(aTarget(phone), time.signal);
    await expect.poll(() => phone.requests.length).toBe(1);
    time.abort();
    expect(await outcome).toMatchObject({ result: "silent", reason: expect.stringMatching(/^No answer from 127/) });
  });

  test("nothing is asked of a phone that could not be told", async () => {
    const phone = await openSipPhone();
    const outcome = await aTransport().reach?.(aTarget(phone, { line: undefined } as never), never);
    expect(outcome).toMatchObject({ result: "unable", reason: expect.stringMatching(/no line yet/) });
    expect(phone.requests).toEqual([]);
  });
});

describe("nothing is sent", () => {
  const destination = { address: "127.0.0.1", port: 5060 };
  test.each<[string, Partial<PushTarget>, RegExp]>([
    ["without a notice for it", { notice: undefined }, /no SIP notice/],
    ["without a line", { line: undefined }, /no line yet/],
    ["to nowhere", { destination: undefined }, /not known where the phone is/],
    [
      "outside of the allowed networks",
      { destination: { ...destination, address: "192.0.2.9" } },
      /192\.0\.2\.9 is outside/,
    ],
    [
      "to a name, which anybody may point elsewhere",
      { destination: { ...destination, address: "localhost" } },
      /is outside/,
    ],
  ] as [string, Partial<PushTarget>, RegExp][])("%s", async (_what, change, reason) => {
    const phone = await openSipPhone();
    const transport = aTransport();
    const target = { ...aTarget(phone), ...change };
    expect(transport.objection(target)).toMatch(reason);
    expect(await transport.send(target, never)).toMatchObject({
      result: "unable",
      reason: expect.stringMatching(reason),
    });
    expect(phone.requests).toEqual([]);
  });

  test("no objection to a phone that has it all", async () => {
    expect(aTransport().objection(aTarget(await openSipPhone()))).toBeUndefined();
  });
});

function aTransport(parts: { sip?: { address?: string; port: number } } = {}) {
  const silence = () => {};
  const transport = createTransport({
    allows: (address) => !address.startsWith("192.0.2."),
    sip: { address: "127.0.0.1", port: 0 },
    log: { debug: silence, info: silence, warn: silence, error: silence },
    phones: () => "http://127.0.0.1",
    logins: { issue: () => ({ user: "", password: "" }) },
    ...parts,
  });
  onTestFinished(() => transport.close());
  return transport;
}

function aTarget(phone: SipPhone, change: Partial<PushTarget> = {}): PushTarget {
  const mac = parseMac("00:11:22:33:44:55");
  if (!mac) throw new Error("not a MAC");
  const { signalling = "udp" } = change;
  return {
    ...{ organization: "default", mac, family: "cisco/mpp", signalling },
    destination: phone.destination(signalling),
    line: { user: "201", authUser: "201", domain: "pbx.example" },
    ...{ secrets: [], web: [], notice: resync },
    ...change,
  };
}
