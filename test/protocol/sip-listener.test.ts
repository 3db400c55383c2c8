import { once } from "node:events";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { listenSip } from "../../server/sip/listener.ts";
import { anAsk, fieldOf, ok, openSipClient, openSipDatagrams, openSipPhone } from "../support/sip-phone.ts";

const notify = (via: string, more: readonly string[] = []) =>
  [
    "NOTIFY sip:201@127.0.0.1 SIP/2.0",
    `v: SIP/2.0/UDP ${via}, SIP/2.0/UDP proxy.example;branch=z9hG4bKproxy`,
    "f: <sip:pbx@x>;tag=1",
    "t: <sip:201@x>",
    "i: call",
    "CSeq: 7 NOTIFY",
    ...more,
    "l: 0",
    "",
    "",
  ].join("\r\n");

describe("a listener", () => {
  test("answers by RFC 3261 section 8.2.6, to the port that sent it (RFC 3581)", async () => {
    const [phone, sender] = [
      await openSipPhone(() => ({ ...ok, headers: [["Allow", "NOTIFY"]] })),
      await openSipDatagrams(),
    ];
    sender.send(notify("192.0.2.1:9;rport;branch=z9hG4bKa"), phone.destination("udp").port);
    const { text } = await sender.next();
    const lines = text.split("\r\n");
    expect(lines[0]).toBe("SIP/2.0 200 OK");
    expect(lines).toContain(`Via: SIP/2.0/UDP 192.0.2.1:9;rport=${sender.port};branch=z9hG4bKa;received=127.0.0.1`);
    expect(lines).toContain("Via: SIP/2.0/UDP proxy.example;branch=z9hG4bKproxy");
    expect(lines).toEqual(
      expect.arrayContaining(["From: <sip:pbx@x>;tag=1", "Call-ID: call", "CSeq: 7 NOTIFY", "Allow: NOTIFY"]),
    );
    expect(fieldOf(text, "To")).toMatch(/^<sip:201@x>;tag=\w+$/);
  });

  test("answers to the port in Via where the sender asks for no other (18.2.2)", async () => {
    const [phone, sender, behind] = [await openSipPhone(), await openSipDatagrams(), await openSipDatagrams()];
    sender.send(notify(`192.0.2.1:${behind.port};branch=z9hG4bKa`), phone.destination("udp").port);
    expect((await behind.next()).text).toMatch(/^SIP\/2.0 200 /);
  });

  test("asks once what to answer; a repeated request gets the same, with the same tag (17.2.2)", async () => {
    const [phone, sender] = [await openSipPhone(), await openSipDatagrams()];
    const answers: string[] = [];
    for (const branch of ["z9hG4bKa", "z9hG4bKa", "z9hG4bKb"]) {
      sender.send(notify(`x;rport;branch=${branch}`), phone.destination("udp").port);
      answers.push((await sender.next()).text);
    }
    expect(phone.requests).toHaveLength(2);
    expect(answers[1]).toBe(answers[0]);
    expect(answers[2]).not.toBe(answers[0]);
  });

  test("may stay silent, and says 500 when it can't decide", async () => {
    const sender = await openSipDatagrams();
    const phone = await openSipPhone(({ headers }) => {
      if (headers.some(([name]) => name === "Event")) throw new Error("no idea");
      return undefined;
    });
    const { port } = phone.destination("udp");
    sender.send(notify("x;rport;branch=z9hG4bKa"), port);
    sender.send(notify("x;rport;branch=z9hG4bKb", ["o: resync"]), port);
    expect((await sender.next()).text).toMatch(/^SIP\/2.0 500 /);
    expect(sender.waiting()).toBe(0);
  });

  test("is not disturbed by nonsense, over UDP and TCP", async () => {
    const [phone, sender, client] = [await openSipPhone(), await openSipDatagrams(), openSipClient()];
    for (const text of ["", "\r\n\r\n", "\0", "SIP/2.0 200 OK\r\n\r\n", notify("x;;branch=1")]) {
      sender.send(text, phone.destination("udp").port);
    }
    const socket = connect(phone.destination("tcp").port, "127.0.0.1");
    socket.write("nonsense\r\n\r\n");
    await once(socket, "close");
    for (const signalling of ["udp", "tcp", "tls"] as const) {
      expect(await client.request(anAsk(phone.destination(signalling)))).toMatchObject({ result: "response" });
    }
    expect(phone.requests).toHaveLength(3);
  });

  test("takes several requests over one connection, cut anywhere", async () => {
    const phone = await openSipPhone();
    const socket = connect(phone.destination("tcp").port, "127.0.0.1");
    onTestFinished(() => void socket.destroy());
    const text = ["a", "b"].map((each) => notify(`x;branch=z9hG4bK${each}`)).join("");
    socket.write(text.slice(0, 150));
    await once(socket, "connect");
    socket.write(text.slice(150));
    let answers = "";
    socket.on("data", (chunk) => {
      answers += chunk.toString();
    });
    await expect.poll(() => answers.match(/SIP\/2.0 200 OK/g)?.length).toBe(2);
  });

  test("that can't have a port leaves the others free again", async () => {
    const taken = await openSipDatagrams();
    const parts = { address: "127.0.0.1", answer: () => ok };
    const first = await listenSip({ ...parts, tcp: 0 });
    onTestFinished(() => first.close());
    const failed = listenSip({ ...parts, udp: 0, tcp: first.ports.tcp ?? 0 });
    await expect(failed).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(listenSip({ ...parts, udp: taken.port })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
