import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { createEventHub } from "../../server/http/admin/event-hub.ts";
import { type AdminOffice, openAdminOffice } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice({ heartbeatMs: 20 });
});
afterAll(() => admin.close());

interface Stream {
  readonly headers: Headers;
  /** Reads on until a block has come that holds the text; gives it. */
  until(text: string): Promise<string>;
  /** Resolves when the server has ended the stream. */
  ended(): Promise<void>;
}

async function openStream(of: AdminOffice = admin, more: Record<string, string> = {}): Promise<Stream> {
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const reply = await fetch(`${of.url}/api/v1/events`, { headers: { ...of.headers, ...more }, signal: stop.signal });
  expect(reply.status).toBe(200);
  const blocks = blocksOf(reply);
  return {
    headers: reply.headers,
    async until(text) {
      for (;;) {
        const { done, value } = await blocks.next();
        if (done) throw new Error(`the stream ended before ${text}`);
        if (value.includes(text)) return value;
      }
    },
    async ended() {
      while (!(await blocks.next()).done);
    },
  };
}

/** The blocks of a stream, without the empty line that ends each. */
async function* blocksOf(reply: Response): AsyncGenerator<string, void> {
  let waiting = "";
  for await (const chunk of reply.body ?? []) {
    waiting += Buffer.from(chunk).toString();
    const blocks = waiting.split("\n\n");
    waiting = blocks.pop() ?? "";
    yield* blocks;
  }
}

describe("the event stream", () => {
  test("begins at once, and stays awake", async () => {
    const stream = await openStream();
    expect(stream.headers.get("content-type")).toBe("text/event-stream");
    expect(await stream.until("connected")).toBe(": connected");
    expect(await stream.until("still here")).toBe(": still here");
  });

  test("tells what people change, and not what it is", async () => {
    const stream = await openStream();
    await stream.until("connected");
    await admin.ok("POST", "/lines", { id: "told", extension: "777", secret: "told-to-nobody" });
    const added = await stream.until("event: change");
    expect(JSON.parse(added.split("data: ")[1] ?? "")).toEqual({
      kind: "line",
      id: "told",
      version: 1,
      deleted: false,
    });
    await admin.ok("DELETE", "/lines/told");
    expect(await stream.until("event: change")).toContain('"deleted":true');
  });

  test("tells what phones ask", async () => {
    const stream = await openStream();
    await stream.until("connected");
    const asked = admin.provision({ via: "tftp", path: "SEP0011223344FF.cnf.xml", address: "10.9.8.7" });
    await expect(asked).rejects.toThrow();
    const event = await stream.until("event: exchange");
    expect(JSON.parse(event.split("data: ")[1] ?? "")).toMatchObject({
      mac: "0011223344ff",
      outcome: "NOT_PROVEN",
      address: "10.9.8.7",
      via: "tftp",
    });
  });

  test("tells an organization nothing of another", async () => {
    const { config } = admin.office.stores;
    const key = { organization: "acme", kind: "organization", id: "acme" };
    await config.transaction((transaction) => transaction.put(key, { id: "acme", name: "Acme", settings: {} }));
    const stream = await openStream(admin, { "offhook-organization": "acme" });
    await stream.until("connected");
    await admin.ok("POST", "/sites", { id: "hidden" });
    await config.transaction((transaction) => transaction.put({ ...key, kind: "site", id: "own" }, {}));
    expect(await stream.until("event: change")).toContain('"id":"own"');
  });

  test("is open for a hundred at a time, and free again when one goes", async () => {
    const own = await openAdminOffice();
    const stops = Array.from({ length: 100 }, () => new AbortController());
    const open = (signal?: AbortSignal) =>
      fetch(`${own.url}/api/v1/events`, { headers: own.headers, ...(signal && { signal }) });
    const all = await Promise.all(stops.map(({ signal }) => open(signal)));
    expect(all.every(({ status }) => status === 200)).toBe(true);
    const refused = await open();
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await refused.json()).toMatchObject({ code: "TOO_BUSY" });
    stops[0]?.abort();
    await expect.poll(async () => (await statusOf(open)) === 200).toBe(true);
    for (const stop of stops) stop.abort();
    await own.close();
  });

  test("drops a client that does not keep up", async () => {
    const { journal, stores } = admin.office;
    const hub = createEventHub({ journal, store: stores.config });
    onTestFinished(() => hub.close());
    const [slow, quick] = [hub.open("default"), hub.open("default")];
    quick.resume();
    const name = "x".repeat(250);
    for (let n = 0; n < 2000; n++) {
      const asked = { id: `slow-${n}`, at: new Date(0).toISOString(), via: "tftp", address: "10.0.0.1" } as const;
      journal.record({ ...asked, name, outcome: "served", tookMs: 1 });
      if (n % 100 === 0) await setImmediate();
    }
    expect([slow.destroyed, quick.destroyed]).toEqual([true, false]);
  });

  test("ends when the server stops", async () => {
    const own = await openAdminOffice();
    const stream = await openStream(own);
    await stream.until("connected");
    await Promise.all([own.close(), stream.ended()]);
  });
});

/** The status of a stream that is given up at once. */
async function statusOf(open: (signal: AbortSignal) => Promise<Response>): Promise<number> {
  const stop = new AbortController();
  const { status } = await open(stop.signal);
  stop.abort();
  return status;
}
