import { describe, expect, onTestFinished, test } from "vitest";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { someBytes, startTftp } from "../support/tftp-server.ts";

/** 1124 bytes: blocks 1 and 2 are full, block 3 has 100 bytes. */
const files = { file: someBytes(1124) };
const quick = { firstTimeoutMs: 20, maxTimeoutMs: 40 };

describe("what is lost is repeated by the timer", () => {
  test("the OACK", async () => {
    const { tftp, phone } = await aStart({ limits: quick });
    phone.ask(tftp.port, "file", [["tsize", "0"]]);
    const first = await phone.nextOack();
    expect(await phone.nextOack()).toEqual(first);
    phone.ack(0, first.port);
    await untilBlock(phone, 1);
  });

  test("DATA, or the ACK of it", async () => {
    const { tftp, phone } = await aStart({ limits: quick });
    phone.ask(tftp.port, "file");
    const first = await phone.nextData();
    expect(await phone.nextData()).toEqual(first);
    phone.ack(1, first.port);
    const second = await untilBlock(phone, 2);
    expect(await phone.nextData()).toEqual(second);
    phone.ack(2, first.port);
    await untilBlock(phone, 3);
    phone.ack(3, first.port);
    expect(await tftp.told()).toEqual([{ path: "file", completed: true, bytes: 1124 }]);
  });

  test("a whole window", async () => {
    const { tftp, phone } = await aStart({ limits: { ...quick, firstTimeoutMs: 200, maxTimeoutMs: 200 } });
    phone.ask(tftp.port, "file", [["windowsize", "2"]]);
    const { port } = await phone.nextOack();
    phone.ack(0, port);
    for (const block of [1, 2, 1, 2]) expect(await phone.nextData()).toMatchObject({ block });
  });

  test("five times in all to a phone that is silent, then the transfer is given up", async () => {
    const { tftp, phone } = await aStart({ limits: quick });
    phone.ask(tftp.port, "file");
    expect(await tftp.told()).toEqual([
      { path: "file", completed: false, bytes: 0, reason: "the phone does not answer" },
    ]);
    for (let sent = 1; sent <= 5; sent += 1) expect(await phone.nextData()).toMatchObject({ block: 1 });
    expect(phone.waiting()).toBe(0);
    expect(tftp.server.stats()).toMatchObject({ active: 0, broken: 1 });
  });

  test("and no sooner agreed than silent, a phone holds its place no longer with a timeout of 255 seconds", async () => {
    const { tftp, phone } = await aStart({ limits: quick });
    phone.ask(tftp.port, "file", [["timeout", "255"]]);
    expect(await phone.nextOack()).toBeDefined();
    expect(await tftp.told()).toMatchObject([{ completed: false, reason: "the phone does not answer" }]);
  });

  test("with growing pauses up to a limit", async () => {
    const { tftp, phone } = await aStart({ limits: { firstTimeoutMs: 50, maxTimeoutMs: 100 } });
    phone.ask(tftp.port, "file");
    const times: number[] = [];
    for (let sent = 1; sent <= 4; sent += 1) {
      await phone.nextData();
      times.push(performance.now());
    }
    const pauses = times.slice(1).map((time, i) => time - (times[i] ?? 0));
    // The later packets may have come a little late, never early.
    for (const [i, atLeast] of [40, 90, 90].entries()) expect(pauses[i]).toBeGreaterThan(atLeast);
  });
});

describe("no packet of a phone makes the server send a block twice", () => {
  test("a doubled ACK", async () => {
    const { tftp, phone } = await aStart();
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    phone.ack(1, port);
    phone.ack(1, port);
    phone.ack(1, port);
    expect(await phone.nextData()).toMatchObject({ block: 2 });
    phone.ack(2, port);
    phone.ack(2, port);
    expect(await phone.nextData()).toMatchObject({ block: 3, data: someBytes(1124).subarray(1024) });
    phone.ack(3, port);
    expect(await tftp.told()).toMatchObject([{ completed: true }]);
  });

  test("an ACK of the past, of the future, or cut off", async () => {
    const { tftp, phone } = await aStart();
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    phone.ack(1, port);
    await phone.nextData();
    for (const block of [0, 1, 3, 4, 1000, 65535]) phone.ack(block, port);
    phone.send(Buffer.from([0, 4, 0]), port);
    phone.send(Buffer.from([0]), port);
    phone.send(Buffer.from([0, 3, 0, 2]), port);
    phone.ack(2, port);
    expect(await phone.nextData()).toMatchObject({ block: 3 });
  });

  test("a doubled request", async () => {
    const { tftp, phone } = await aStart();
    phone.ask(tftp.port, "file");
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    phone.ask(tftp.port, "file");
    phone.ack(1, port);
    expect(await phone.nextData()).toMatchObject({ block: 2, port });
    expect(tftp.requests).toHaveLength(1);
  });

  test("a late ACK of a transfer that is complete", async () => {
    const { tftp, phone } = await aStart({ files: { file: "short" } });
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    phone.ack(1, port);
    phone.ack(1, port);
    await tftp.told();
    phone.ask(tftp.port, "nothing");
    expect(await phone.next()).toMatchObject({ kind: "error", code: 1 });
  });
});

describe("a port of the phone", () => {
  test("that is not the transfer's gets error 5, and the transfer goes on", async () => {
    const { tftp, phone } = await aStart();
    const other = await aPhone();
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    other.ack(1, port);
    expect(await other.nextError()).toMatchObject({ code: 5, port });
    other.fail(0, "I do not know you either", port);
    phone.ack(1, port);
    expect(await phone.nextData()).toMatchObject({ block: 2 });
    expect(other.waiting()).toBe(0);
  });

  test("that never had a transfer gets error 5 a limited number of times", async () => {
    const { tftp, phone } = await aStart({ limits: { maxStrayReplies: 3 } });
    const stranger = await aPhone();
    phone.ask(tftp.port, "file");
    const { port } = await phone.nextData();
    for (let i = 0; i < 10; i += 1) stranger.ack(1, port);
    phone.ack(1, port);
    await phone.nextData();
    for (let i = 0; i < 3; i += 1) expect(await stranger.nextError()).toMatchObject({ code: 5 });
    expect(stranger.waiting()).toBe(0);
    expect(tftp.server.stats().strays).toBe(10);
  });

  test("is free for the next file as soon as the last ACK is sent", async () => {
    const { tftp, phone } = await aStart({ files: { first: someBytes(600), second: "2" } });
    for (const path of ["first", "first", "second", "first"]) {
      phone.ask(tftp.port, path);
      const { port, data } = await phone.nextData();
      if (data.length === 512) {
        phone.ack(1, port);
        expect(await phone.nextData()).toMatchObject({ block: 2, port });
        phone.ack(2, port);
      } else phone.ack(1, port);
    }
    const outcomes = await tftp.told(4);
    expect(outcomes.every(({ completed }) => completed)).toBe(true);
  });

  test("may ask for another file in the middle of one, which is then broken off", async () => {
    const { tftp, phone } = await aStart({ files: { ...files, other: "other" } });
    phone.ask(tftp.port, "file");
    await phone.nextData();
    phone.ask(tftp.port, "other");
    const { port, data } = await phone.nextData();
    expect(data.toString()).toBe("other");
    phone.ack(1, port);
    expect(await tftp.told(2)).toMatchObject([
      { path: "file", completed: false, reason: "the phone asked anew" },
      { path: "other", completed: true },
    ]);
  });

  test("may ask for another file while the first is still being read; only the other one is answered", async () => {
    const { tftp, phone } = await aStart({ files: { ...files, other: "other" }, isHeld: true });
    phone.ask(tftp.port, "nothing");
    phone.ask(tftp.port, "file");
    phone.ask(tftp.port, "other");
    await expect.poll(() => tftp.requests.length).toBe(3);
    tftp.release();
    const { port, data } = await phone.nextData();
    expect(data.toString()).toBe("other");
    phone.ask(tftp.port, "other");
    await answerComesNext(tftp.port);
    phone.ack(1, port);
    await tftp.told(2);
    expect(tftp.requests.map(({ path }) => path)).toEqual(["nothing", "file", "other", "barrier"]);
    expect(tftp.outcomes).toMatchObject([
      { path: "file", completed: false, reason: "the phone asked anew" },
      { path: "other", completed: true },
    ]);
    expect(phone.waiting()).toBe(0);
  });

  test("may start anew after it fell silent in the middle of a file", async () => {
    const { tftp, phone } = await aStart({ limits: { firstTimeoutMs: 50, maxTimeoutMs: 50 } });
    phone.ask(tftp.port, "file");
    const first = await phone.nextData();
    phone.ack(1, first.port);
    for (let sent = 1; sent <= 3; sent += 1) await untilBlock(phone, 2);
    phone.ask(tftp.port, "file");
    expect((await untilBlock(phone, 1)).port).not.toBe(first.port);
    expect(await tftp.told()).toMatchObject([{ completed: false, reason: "the phone asked anew" }]);
  });
});

test("an ERROR of the phone ends the transfer, and is not answered", async () => {
  const { tftp, phone } = await aStart();
  phone.ask(tftp.port, "file", [["tsize", "0"]]);
  const { port } = await phone.nextOack();
  phone.fail(8, "just asking\n", port);
  expect(await tftp.told()).toEqual([
    { path: "file", completed: false, bytes: 0, reason: "the phone sent error 8 just asking?" },
  ]);
  phone.ask(tftp.port, "nothing");
  expect(await phone.next()).toMatchObject({ kind: "error", code: 1 });
});

async function aStart(parts: Parameters<typeof startTftp>[0] = {}) {
  return { tftp: await startTftp({ files, ...parts }), phone: await aPhone() };
}

async function aPhone() {
  const phone = await openTftpPhone();
  onTestFinished(() => phone.close());
  return phone;
}

/** Whatever was sent to the listening port before has been dealt with. */
async function answerComesNext(port: number) {
  const phone = await aPhone();
  phone.ask(port, "barrier");
  expect(await phone.nextError()).toMatchObject({ code: 1 });
}

/** Repeats of the block before may still be on their way. */
async function untilBlock(phone: Awaited<ReturnType<typeof aPhone>>, block: number) {
  for (;;) {
    const packet = await phone.next();
    if (packet.kind === "data" && packet.block === block) return packet;
  }
}
