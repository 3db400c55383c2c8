import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { parseAddress, parseVia } from "../../server/sip/headers.ts";
import { headerOf, headersOf } from "../../server/sip/message.ts";
import {
  anAsk,
  answerText,
  askForPassword,
  fieldOf,
  ok,
  openSipClient,
  openSipDatagrams,
  openSipPhone,
} from "../support/sip-phone.ts";

describe("a request", () => {
  test.each(["udp", "tcp", "tls"] as const)(
    "goes over %s with what RFC 3261 section 8.1.1 wants of it",
    async (signalling) => {
      const [phone, client] = [await openSipPhone(), openSipClient({ userAgent: "Offhook" })];
      const outcome = await client.request(anAsk(phone.destination(signalling), { body: Buffer.from("a=b\r\n") }));
      expect(outcome).toMatchObject({ result: "response", response: { status: 200 }, tried: 0 });
      const [request] = phone.requests;
      if (!request) throw new Error("nothing came");
      expect(request).toMatchObject({ method: "NOTIFY", body: Buffer.from("a=b\r\n") });
      const via = parseVia(headerOf(request, "Via") ?? "");
      expect(via).toMatchObject({ transport: signalling.toUpperCase(), host: "127.0.0.1", port: request.peer.port });
      expect(via?.parameters.get("branch")).toMatch(/^z9hG4bK/);
      expect(via?.parameters.has("rport")).toBe(true);
      expect(parseAddress(headerOf(request, "From") ?? "")?.parameters.get("tag")).toMatch(/^\w{8,}$/);
      const parameter = signalling === "udp" ? "" : `;transport=${signalling}`;
      expect(request.headers.slice(1)).toEqual(
        expect.arrayContaining([
          ["Max-Forwards", "70"],
          ["To", "<sip:201@pbx.example>"],
          ["Contact", `<sip:offhook@127.0.0.1:${request.peer.port}${parameter}>`],
          ["User-Agent", "Offhook"],
          ["Event", "resync"],
          ["Content-Length", "5"],
        ]),
      );
    },
  );

  test("leaves from one UDP port, the configured one, whoever it is for", async () => {
    const port = await aFreePort();
    const [one, other, client] = [await openSipPhone(), await openSipPhone(), openSipClient({ port })];
    for (const phone of [one, other]) await client.request(anAsk(phone.destination("udp")));
    expect([...one.requests, ...other.requests].map(({ peer }) => peer.port)).toEqual([port, port]);
    expect(await client.port()).toBe(port);
  });

  test("to IPv6 leaves from an address that can be answered", async () => {
    const client = openSipClient({ address: "::" });
    const destination = {
      address: "::1",
      port: (await openSipPhone()).destination("udp").port,
      signalling: "udp",
    } as const;
    // Nobody is there over IPv6; that this is told shows that it was sent.
    expect(await client.request(anAsk(destination))).toEqual({ result: "refused" });
  });

  test("can't be written with a line break in a field", async () => {
    const [phone, client] = [await openSipPhone(), openSipClient()];
    const ask = anAsk(phone.destination("udp"), { headers: [["Event", "resync\r\nX: y"]] });
    await expect(client.request(ask)).rejects.toThrow(RangeError);
    expect(phone.requests).toEqual([]);
  });

  test("of which datagrams get lost is repeated as it was, until it is answered", async () => {
    const [phone, client] = [await openSipDatagrams(), openSipClient()];
    const outcome = client.request(anAsk({ address: "127.0.0.1", port: phone.port, signalling: "udp" }));
    const first = await phone.next();
    const ping = await nextPing(phone);
    expect(ping.repeats.every((text) => text === first.text)).toBe(true);
    phone.send(answerText(first.text, "100 Trying"), first.port);
    expect((await nextRequest(phone)).text).toBe(first.text);
    phone.send(answerText(first.text), first.port);
    expect(await outcome).toMatchObject({ result: "response", response: { status: 200 } });
  });

  test("is not ended by an answer to something else", async () => {
    const [phone, client] = [await openSipDatagrams(), openSipClient()];
    const outcome = client.request(anAsk({ address: "127.0.0.1", port: phone.port, signalling: "udp" }));
    const { text, port } = await phone.next();
    phone.send(
      answerText(text, "403 Forbidden", (line) => line.replace(/branch=\w+/, "branch=z9hG4bKother")),
      port,
    );
    phone.send(
      answerText(text, "403 Forbidden", (line) => line.replace("NOTIFY", "OPTIONS")),
      port,
    );
    phone.send(answerText(text, "403 Forbidden").replace(/^To:.*$/m, ""), port);
    phone.send("SIP/2.0 403 Forbidden\r\n\r\n", port);
    phone.send(answerText(text, "202 Accepted"), port);
    expect(await outcome).toMatchObject({ response: { status: 202 } });
  });
});

test("hundreds at once are all answered, and no phone has to obey twice", async () => {
  const asked = new Map<string, number>();
  const phones = await Promise.all(
    Array.from({ length: 50 }, (_, n) =>
      openSipPhone((request) => {
        const call = `${n} ${headerOf(request, "Call-ID")}`;
        asked.set(call, (asked.get(call) ?? 0) + 1);
        return ok;
      }),
    ),
  );
  const client = openSipClient({ limits: { mostAtOnce: 100 } });
  const destinations = phones.flatMap((phone) => Array.from({ length: 6 }, () => phone.destination("udp")));
  const outcomes = await Promise.all(destinations.map((each) => client.request(anAsk(each))));
  expect(new Set(outcomes.map(({ result }) => result))).toEqual(new Set(["response"]));
  expect([asked.size, Math.max(...asked.values())]).toEqual([300, 1]);
});

describe("what goes wrong is told apart", () => {
  test("silence", async () => {
    const [phone, client] = [await openSipDatagrams(), openSipClient({ timers: { t1: 4, t2: 16 } })];
    const destination = { address: "127.0.0.1", port: phone.port, signalling: "udp" } as const;
    expect(await client.request(anAsk(destination))).toEqual({ result: "timeout" });
  });

  test.each(["udp", "tcp", "tls"] as const)("nobody listens there (%s)", async (signalling) => {
    const [phone, client] = [await openSipPhone(), openSipClient()];
    const destination = phone.destination(signalling);
    await phone.close();
    expect(await client.request(anAsk(destination))).toEqual({ result: "refused" });
  });

  test("a port of its own that somebody else has", async () => {
    const [taken, phone] = [await openSipDatagrams(), await openSipPhone()];
    const client = openSipClient({ port: taken.port });
    expect(await client.request(anAsk(phone.destination("udp")))).toEqual({ result: "failed", code: "EADDRINUSE" });
  });

  test.each<[string, (socket: Socket) => void]>([
    ["ends the connection", (socket) => socket.destroy()],
    ["speaks no SIP", (socket) => void socket.write("HTTP/1.1 400 Bad Request\r\n\r\n")],
  ])("a phone that %s", async (_what, react) => {
    const [phone, client] = [await openTcpPhone((socket) => react(socket)), openSipClient()];
    expect(await client.request(anAsk(phone.destination))).toEqual({ result: "failed", code: "ECONNRESET" });
    expect(phone.connections()).toBe(1);
  });

  test("no handshake over TLS in time", async () => {
    const [phone, client] = [await openTcpPhone(() => {}), openSipClient({ limits: { connectMs: 50 } })];
    const outcome = await client.request(anAsk({ ...phone.destination, signalling: "tls" }));
    expect(outcome).toEqual({ result: "failed", code: "ETIMEDOUT" });
  });

  test("given up", async () => {
    const [phone, client] = [await openSipPhone(() => undefined), openSipClient()];
    const giving = new AbortController();
    const outcome = client.request(anAsk(phone.destination("tcp"), { signal: giving.signal }));
    await expect.poll(() => phone.requests.length).toBe(1);
    giving.abort();
    expect(await outcome).toEqual({ result: "aborted" });
    const late = anAsk(phone.destination("tcp"), { signal: giving.signal });
    expect(await client.request(late)).toEqual({ result: "aborted" });
  });

  test("given up while a connection is being opened", async () => {
    const [phone, client] = [await openTcpPhone(() => {}), openSipClient()];
    const giving = new AbortController();
    const outcome = client.request(anAsk({ ...phone.destination, signalling: "tls" }, { signal: giving.signal }));
    await expect.poll(() => phone.connections()).toBe(1);
    giving.abort();
    expect(await outcome).toEqual({ result: "aborted" });
  });

  test("closed in between, and for good", async () => {
    const [phone, client] = [await openSipPhone(() => undefined), openSipClient()];
    const outcome = client.request(anAsk(phone.destination("udp")));
    await expect.poll(() => phone.requests.length).toBe(1);
    await client.close();
    expect(await outcome).toEqual({ result: "aborted" });
    expect(await client.request(anAsk(phone.destination("udp")))).toEqual({ result: "aborted" });
  });

  test("more than may wait; the others have their turn one after the other", async () => {
    const client = openSipClient({ limits: { mostAtOnce: 1, mostWaiting: 2 } });
    const phone = await openSipPhone();
    const giving = new AbortController();
    const asked = [0, 1, 2, 3].map((n) =>
      client.request(anAsk(phone.destination("udp"), n === 1 ? { signal: giving.signal } : {})),
    );
    giving.abort();
    const results = (await Promise.all(asked)).map(({ result }) => result);
    expect(results).toEqual(["response", "aborted", "response", "full"]);
    expect((await client.request(anAsk(phone.destination("udp")))).result).toBe("response");
  });
});

describe("a connection", () => {
  test("is kept for the next request to the same phone", async () => {
    const [phone, client] = [await openSipPhone(), openSipClient()];
    await Promise.all([1, 2].map(() => client.request(anAsk(phone.destination("tcp")))));
    await client.request(anAsk(phone.destination("tcp")));
    expect(new Set(phone.requests.map(({ peer }) => peer.port)).size).toBe(1);
    expect(phone.requests).toHaveLength(3);
  });

  test("that the phone has forgotten meanwhile is opened anew", async () => {
    // The second request on a connection meets its end, as after a restart without goodbye.
    const phone = await openTcpPhone((socket, text, nth) =>
      nth === 2 ? socket.destroy() : void socket.write(answerText(text)),
    );
    const client = openSipClient();
    for (let i = 0; i < 2; i += 1) {
      expect(await client.request(anAsk(phone.destination))).toMatchObject({ response: { status: 200 } });
    }
    expect(phone.connections()).toBe(2);
  });

  test("gives way, the longest unused first, when there are too many", async () => {
    const client = openSipClient({ limits: { mostConnections: 1 } });
    const phones = [
      await openTcpPhone((socket, text) => void socket.write(answerText(text))),
      await openSipPhone(),
    ] as const;
    await client.request(anAsk(phones[0].destination));
    await client.request(anAsk(phones[1].destination("tcp")));
    await expect.poll(() => phones[0].open()).toBe(0);
  });

  test("does not give way while a request is under way on it", async () => {
    const client = openSipClient({ limits: { mostConnections: 1 } });
    const [slow, other] = [await openTcpPhone(() => {}), await openSipPhone()];
    const giving = new AbortController();
    const waiting = client.request(anAsk(slow.destination, { signal: giving.signal }));
    await expect.poll(() => slow.connections()).toBe(1);
    await client.request(anAsk(other.destination("tcp")));
    expect(slow.open()).toBe(1);
    giving.abort();
    expect(await waiting).toEqual({ result: "aborted" });
  });
});

describe("challenges (RFC 3261 section 22, RFC 8760)", () => {
  const right = [{ user: "201", secret: "right" }];
  const wrong = { user: "201", secret: "wrong" };

  test.each([
    ["MD5 without qop", { algorithm: "MD5" }, "udp"],
    ["MD5 with qop", { algorithm: "MD5", qop: "auth" }, "udp"],
    ["MD5-sess", { algorithm: "MD5-sess", qop: "auth" }, "udp"],
    ["SHA-256", { algorithm: "SHA-256", qop: "auth" }, "tcp"],
    ["SHA-256-sess", { algorithm: "SHA-256-sess", qop: "auth" }, "tls"],
    ["407", { isProxy: true, qop: "auth" }, "udp"],
  ] as const)("%s is answered", async (_what, asking, signalling) => {
    const phone = await openSipPhone(askForPassword({ secret: "right", ...asking }));
    const outcome = await openSipClient().request(anAsk(phone.destination(signalling), { credentials: right }));
    expect(outcome).toMatchObject({ response: { status: 200 }, tried: 1 });
    expect(phone.requests).toHaveLength(2);
  });

  test("the second request is of the same call, with the next number and a branch of its own", async () => {
    const phone = await openSipPhone(askForPassword({ secret: "right" }));
    await openSipClient().request(anAsk(phone.destination("udp"), { credentials: right }));
    const of = (name: string) => phone.requests.map((each) => headerOf(each, name) ?? "");
    for (const name of ["From", "To", "Call-ID", "Event"]) expect(new Set(of(name)).size, name).toBe(1);
    const [first = 0, second = 0] = of("CSeq").map((value) => Number.parseInt(value, 10));
    expect(second).toBe(first + 1);
    expect(new Set(of("Via")).size).toBe(2);
  });

  const attempts: readonly (readonly [
    string,
    Parameters<typeof askForPassword>[0],
    string[],
    number,
    number,
    number,
  ])[] = [
    ["the second secret, when the first was wrong", { secret: "b" }, ["a", "b"], 200, 2, 3],
    ["the same secret once more, when the nonce was stale", { secret: "a", stale: 1 }, ["a", "b"], 200, 1, 3],
    ["a stale nonce of the second secret", { secret: "b", stale: 1 }, ["a", "b"], 200, 2, 4],
    ["each wrong secret once", { secret: "c" }, ["a", "b"], 401, 2, 3],
    ["no more than five requests", { secret: "f" }, ["a", "b", "c", "d", "e", "f"], 401, 4, 5],
    ["nonces that are always stale not for ever", { secret: "a", stale: 99 }, ["a"], 401, 1, 3],
    ["nothing without a secret", { secret: "a" }, [], 401, 0, 1],
  ];
  test.each(attempts)("%s", async (_what, asking, secrets, status, tried, requests) => {
    const phone = await openSipPhone(askForPassword(asking));
    const credentials = secrets.map((secret) => ({ user: "201", secret }));
    const outcome = await openSipClient().request(anAsk(phone.destination("udp"), { credentials }));
    expect(outcome).toMatchObject({ response: { status }, tried, isUnanswerable: false });
    expect(phone.requests).toHaveLength(requests);
  });

  test("of a proxy and of the phone behind it are answered together", async () => {
    const [proxy, own] = [askForPassword({ secret: "right", isProxy: true }), askForPassword({ secret: "right" })];
    const phone = await openSipPhone((request) => {
      const answer = proxy(request);
      return answer.status === 200 ? own(request) : answer;
    });
    const outcome = await openSipClient().request(anAsk(phone.destination("udp"), { credentials: right }));
    expect(outcome).toMatchObject({ response: { status: 200 }, tried: 1 });
    expect(phone.requests).toHaveLength(3);
  });

  test("the strongest of several is answered", async () => {
    const offers = ["MD5", "SHA-256"].map(
      (each) => ["WWW-Authenticate", `Digest realm="x", nonce="n", algorithm=${each}`] as const,
    );
    const phone = await openSipPhone((request) =>
      headersOf(request, "Authorization").length > 0 ? ok : { status: 401, reason: "Unauthorized", headers: offers },
    );
    await openSipClient().request(anAsk(phone.destination("udp"), { credentials: right }));
    expect(phone.requests[1] && headerOf(phone.requests[1], "Authorization")).toMatch(/algorithm=SHA-256/);
  });

  test.each([
    'Basic realm="x"',
    'Digest realm="x", nonce="n", algorithm=SHA-3',
    'Digest realm="x", nonce="n", qop="auth-int"',
  ])("%s can't be answered, and that is told", async (value) => {
    const phone = await openSipPhone(() => ({ status: 401, reason: "No", headers: [["WWW-Authenticate", value]] }));
    const outcome = await openSipClient().request(anAsk(phone.destination("udp"), { credentials: [wrong] }));
    expect(outcome).toMatchObject({ response: { status: 401 }, tried: 0, isUnanswerable: true });
    expect(phone.requests).toHaveLength(1);
  });

  test("no secret is in what is sent", async () => {
    const phone = await openSipPhone(askForPassword({ secret: "right" }));
    await openSipClient().request(anAsk(phone.destination("udp"), { credentials: right }));
    expect(JSON.stringify(phone.requests.map(({ headers }) => headers))).not.toContain("right");
  });
});

test("one that answers as well does so from the port that its own requests leave from, as phones do", async () => {
  const phone = openSipClient({ answer: ({ method }) => ({ status: method === "NOTIFY" ? 200 : 501, reason: "x" }) });
  const destination = { address: "127.0.0.1", port: await phone.port(), signalling: "udp" } as const;
  const outcome = await openSipClient().request(anAsk(destination));
  expect(outcome).toMatchObject({ response: { status: 200 } });
  const registrar = await openSipPhone();
  await phone.request(anAsk(registrar.destination("udp"), { method: "REGISTER" }));
  expect(registrar.requests).toMatchObject([{ method: "REGISTER", peer: { port: destination.port } }]);
});

describe("requests to one who only asks", () => {
  const bye = (lines: readonly string[], method = "OPTIONS") =>
    [
      `${method} sip:offhook@127.0.0.1 SIP/2.0`,
      "Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKx",
      "From: <sip:a@x>;tag=1",
      ...lines,
      "Call-ID: 1",
      `CSeq: 1 ${method}`,
      `X: ${"filler".repeat(20)}`,
      "",
      "",
    ].join("\r\n");

  test.each([
    ["405 to a method", bye(["To: <sip:offhook@x>"]), "405"],
    ["481 within a call that is none", bye(["To: <sip:offhook@x>;tag=2"], "BYE"), "481"],
  ])("get %s, where they came from", async (_what, text, status) => {
    const [stranger, client] = [await openSipDatagrams(), openSipClient()];
    stranger.send(text, await client.port());
    const answer = (await stranger.next()).text;
    expect(answer).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    expect(fieldOf(answer, "Via")).toContain(`;rport=${stranger.port};`);
    expect(answer.length).toBeLessThanOrEqual(text.length);
  });

  test("get silence where what has to be copied is too long to be sent back", async () => {
    const [phone, client] = [await openSipPhone(), openSipClient()];
    const huge = `<sip:${"o".repeat(65_200)}@x>`;
    const stranger = await openSipDatagrams();
    for (const port of [await client.port(), phone.destination("udp").port]) {
      stranger.send(bye([`To: ${huge}`]).replace(/X: .*\r\n/, ""), port);
    }
    // Over TCP 64 KB fit, and then not their answer.
    const socket = connect(phone.destination("tcp").port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const text = bye([`To: ${huge}`, "l: 0"]).replace(/X: .*\r\n/, `X: ${"y".repeat(60)}\r\n`);
    expect(text.length).toBeLessThan(65_536);
    socket.write(text);
    await expect.poll(() => phone.requests.length).toBe(2);
    expect((await client.request(anAsk(phone.destination("tcp")))).result).toBe("response");
  });

  test("get silence where the answer would be longer, for ACK, and beyond so many a second", async () => {
    const [stranger, client] = [await openSipDatagrams(), openSipClient({ limits: { mostDeclines: 3 } })];
    const port = await client.port();
    stranger.send(bye(["To: <sip:offhook@x>"]).replace(/X: .*\r\n/, ""), port);
    stranger.send(bye(["To: <sip:offhook@x>"], "ACK"), port);
    stranger.send("nonsense", port);
    for (let i = 0; i < 20; i += 1) stranger.send(bye([`To: <sip:${i}@x>`]), port);
    const answer = (await stranger.next()).text;
    expect(fieldOf(answer, "To")).toMatch(/^<sip:0@x>/);
    // A request of its own comes after them all: what was to be answered has been.
    const phone = await openSipPhone();
    await client.request(anAsk(phone.destination("udp")));
    expect(stranger.waiting()).toBeLessThanOrEqual(2 * 3);
  });
});

type Datagrams = Awaited<ReturnType<typeof openSipDatagrams>>;

/** The ping that asks the system whether anybody listens, and the repeats before it. */
async function nextPing(phone: Datagrams): Promise<{ repeats: string[] }> {
  for (const repeats: string[] = []; ; ) {
    const { text } = await phone.next();
    if (text === "\r\n\r\n") return { repeats };
    repeats.push(text);
  }
}

async function nextRequest(phone: Datagrams) {
  for (;;) {
    const datagram = await phone.next();
    if (datagram.text !== "\r\n\r\n") return datagram;
  }
}

/** A phone over TCP that does with its connections what it likes; `nth`: which request on this connection. */
async function openTcpPhone(react: (socket: Socket, text: string, nth: number) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let nth = 0;
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      nth += 1;
      react(socket, chunk.toString(), nth);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    destination: { address: "127.0.0.1", port, signalling: "tcp" } as const,
    connections: () => sockets.length,
    open: () => sockets.filter((socket) => !socket.destroyed).length,
  };
}

async function aFreePort(): Promise<number> {
  const client = openSipClient();
  const port = await client.port();
  await client.close();
  return port;
}
