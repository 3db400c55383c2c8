import { expect, test } from "vitest";
import { createBodySource } from "../../server/tftp/source.ts";
import { Transfer } from "../../server/tftp/transfer.ts";
import { someBytes } from "../support/tftp-server.ts";

const limits = { firstTimeoutMs: 1000, maxTimeoutMs: 8000, maxSends: 5 };

/** A transfer in blocks of 8 bytes whose packets are collected instead of sent. */
function aTransfer(body: Buffer, windowsize: number) {
  const packets: Buffer[] = [];
  const outcomes: object[] = [];
  const accepted = [["windowsize", String(windowsize)] as const];
  const transfer = new Transfer({
    source: createBodySource(body),
    terms: { blksize: 8, windowsize, timeoutMs: undefined, accepted: windowsize === 1 ? [] : accepted },
    limits,
    send: (packet) => void packets.push(packet),
    answered: () => {},
    ended: (outcome) => void outcomes.push(outcome),
  });
  return { transfer, packets, outcomes };
}

test("RFC 1350 section 5, numbers increase by one in two bytes: block 65535 is followed by block 0, and an ACK of 0 then means block 65536", () => {
  const body = someBytes(8 * 140_000 + 3);
  const { transfer, packets, outcomes } = aTransfer(body, 1);
  transfer.start(0);
  for (let block = 1; block <= 140_001; block += 1) {
    const packet = packets.pop();
    if (packet?.readUInt16BE(2) !== block % 65_536) expect.fail(`block ${block} came as ${packet?.readUInt16BE(2)}`);
    if (!packet.subarray(4).equals(body.subarray((block - 1) * 8, block * 8))) expect.fail(`block ${block} differs`);
    if (packets.length > 0) expect.fail(`block ${block} came with another one`);
    transfer.acknowledge(block % 65_536, 0);
  }
  expect(packets).toEqual([]);
  expect(outcomes).toEqual([{ completed: true, bytes: 1_120_003 }]);
});

test("RFC 7440 section 4: a window runs over the roll-over, also when it is rolled back there", () => {
  const { transfer, packets } = aTransfer(someBytes(8 * 65_600), 5);
  transfer.start(0);
  transfer.acknowledge(0, 0);
  for (let block = 5; block <= 65_530; block += 5) transfer.acknowledge(block, 0);
  packets.length = 0;
  transfer.acknowledge(65_533, 0);
  expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([65_534, 65_535, 0, 1, 2]);
  packets.length = 0;
  transfer.acknowledge(0, 0);
  expect(packets.map((packet) => packet.readUInt16BE(2))).toEqual([1, 2, 3, 4, 5]);
  transfer.acknowledge(65_535, 0);
  transfer.acknowledge(0, 0);
  expect(packets).toHaveLength(5);
});

test("the pauses double up to the limit, and an answer starts them over", () => {
  const { transfer, packets, outcomes } = aTransfer(someBytes(24), 1);
  const sentAt: number[] = [];
  const runUntil = (end: number, start: number) => {
    for (let now = start; now < end; now += 100) {
      packets.length = 0;
      transfer.tick(now);
      if (packets.length > 0) sentAt.push(now);
    }
  };
  transfer.start(0);
  runUntil(10_000, 100);
  expect(sentAt).toEqual([1000, 3000, 7000]);
  sentAt.length = 0;
  transfer.acknowledge(1, 10_000);
  runUntil(40_000, 10_100);
  expect(sentAt).toEqual([11_000, 13_000, 17_000, 25_000]);
  expect(outcomes).toEqual([{ completed: false, bytes: 8, reason: "the phone does not answer" }]);
});

test("nothing but ACK 0 confirms the OACK", () => {
  const { transfer, packets } = aTransfer(someBytes(24), 2);
  transfer.start(0);
  for (const block of [1, 2, 65_535]) transfer.acknowledge(block, 0);
  expect(packets).toHaveLength(1);
  transfer.acknowledge(0, 0);
  expect(packets).toHaveLength(3);
});

/** The ACK of the last block and the next request may arrive at two sockets, and be read in either order. */
test("a phone that asks again while its last ACK may be on the way starts anew, and the old transfer may complete", () => {
  const { transfer, packets, outcomes } = aTransfer(someBytes(12), 1);
  transfer.start(0);
  expect(transfer.isAskedAnew(1)).toBe(false);
  transfer.acknowledge(1, 2);
  expect(transfer.isAskedAnew(3)).toBe(true);
  transfer.retire();
  expect(outcomes).toEqual([]);
  transfer.acknowledge(2, 4);
  expect(outcomes).toEqual([{ completed: true, bytes: 12 }]);
  expect(packets).toHaveLength(2);
});

test("without that ACK the old transfer ends silently when its repeat would be due", () => {
  const { transfer, packets, outcomes } = aTransfer(someBytes(12), 1);
  transfer.start(0);
  transfer.acknowledge(1, 0);
  transfer.retire();
  transfer.tick(1000);
  expect(outcomes).toEqual([{ completed: false, bytes: 8, reason: "the phone asked anew" }]);
  expect(packets).toHaveLength(2);
});

test("a phone that repeats its request and never answered is sent the first packet again, up to the limit", () => {
  const { transfer, packets } = aTransfer(someBytes(24), 2);
  transfer.start(0);
  expect(transfer.isAskedAnew(999)).toBe(false);
  expect(packets).toHaveLength(1);
  for (let now = 1000; now < 20_000; now += 1000) expect(transfer.isAskedAnew(now)).toBe(false);
  expect(packets).toHaveLength(5);
  expect(new Set(packets).size).toBe(1);
});
