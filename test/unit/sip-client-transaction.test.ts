import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ClientTransaction, newBranch, transactionKey } from "../../server/sip/client-transaction.ts";
import type { SipMessage, SipResponse } from "../../server/sip/message.ts";

const timers = { t1: 500, t2: 4000, t4: 5000 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Runs one; `log` holds what happened, with the milliseconds since its start. */
function begin({ isReliable = false } = {}) {
  const log: string[] = [];
  const startedAt = Date.now();
  const note = (what: string) => log.push(`${Date.now() - startedAt} ${what}`);
  const transaction = new ClientTransaction({
    ...{ timers, isReliable },
    send: () => note("sent"),
    repeated: () => note("repeated"),
    ended: (outcome) => note(outcome.result),
    terminated: () => note("terminated"),
  });
  transaction.start();
  return { log, transaction };
}

const response = (status: number): SipResponse => ({ status, reason: "", headers: [], body: Buffer.alloc(0) });

describe("RFC 3261 section 17.1.2.2, over UDP", () => {
  test("timer E doubles up to T2, timer F ends it after 64 T1", () => {
    const { log } = begin();
    vi.advanceTimersByTime(60_000);
    const sent = log.filter((each) => each.endsWith("sent")).map((each) => Number.parseInt(each, 10));
    expect(sent).toEqual([0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
    expect(log.slice(-2)).toEqual(["32000 timeout", "32000 terminated"]);
    expect(log.filter((each) => each.endsWith("repeated"))).toEqual(["500 repeated"]);
  });

  test("a provisional response makes it repeat every T2, and does not end it", () => {
    const { log, transaction } = begin();
    vi.advanceTimersByTime(400);
    transaction.receive(response(100));
    vi.advanceTimersByTime(9000);
    expect(log).toEqual(["0 sent", "500 sent", "500 repeated", "4500 sent", "8500 sent"]);
    vi.advanceTimersByTime(30_000);
    expect(log.at(-2)).toBe("32000 timeout");
  });

  test("a final response ends it once; for timer K doubles of it are still its own", () => {
    const { log, transaction } = begin();
    transaction.receive(response(200));
    transaction.receive(response(200));
    expect([log, transaction.isLingering]).toEqual([["0 sent", "0 response"], true]);
    vi.advanceTimersByTime(60_000);
    expect(log).toEqual(["0 sent", "0 response", "5000 terminated"]);
  });
});

describe("over TCP and TLS", () => {
  test("nothing is repeated, timer F holds", () => {
    const { log } = begin({ isReliable: true });
    vi.advanceTimersByTime(60_000);
    expect(log).toEqual(["0 sent", "32000 timeout", "32000 terminated"]);
  });

  test("timer K is zero", () => {
    const { log, transaction } = begin({ isReliable: true });
    transaction.receive(response(489));
    expect(log).toEqual(["0 sent", "0 response", "0 terminated"]);
  });
});

test.each([
  ["a failure of the transport", (each: ClientTransaction) => each.fail("ECONNREFUSED"), "0 failed"],
  ["an abort", (each: ClientTransaction) => each.abort(), "0 aborted"],
  ["its end from outside", (each: ClientTransaction) => each.terminate(), "0 aborted"],
])("%s ends it at once, and nothing follows", (_what, end, told) => {
  const { log, transaction } = begin();
  end(transaction);
  transaction.receive(response(200));
  vi.advanceTimersByTime(60_000);
  expect(log).toEqual(["0 sent", told, "0 terminated"]);
});

describe("section 17.1.3: a response belongs to the request", () => {
  const message = (branch: string, method: string): SipMessage => ({
    ...response(200),
    headers: [
      ["Via", `SIP/2.0/UDP 192.0.2.1;branch=${branch}, SIP/2.0/UDP 192.0.2.2;branch=z9hG4bKother`],
      ["CSeq", `7 ${method}`],
    ],
  });
  const key = transactionKey(message("z9hG4bKa", "NOTIFY"));

  test("with the branch of its top Via and its method", () => {
    expect(key).toBeDefined();
    expect(transactionKey(message("z9hG4bKa", "NOTIFY"))).toBe(key);
  });

  test.each([
    ["another branch", "z9hG4bKb", "NOTIFY"],
    ["another method", "z9hG4bKa", "OPTIONS"],
  ])("not with %s", (_what, branch, method) => expect(transactionKey(message(branch, method))).not.toBe(key));

  test("8.1.1.7: branches begin with the magic cookie and do not come twice", () => {
    const branches = new Set(Array.from({ length: 1000 }, newBranch));
    expect(branches.size).toBe(1000);
    for (const branch of branches) expect(branch).toMatch(/^z9hG4bK[0-9a-f]{24}$/);
  });
});
