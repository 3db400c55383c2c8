import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Exchange } from "../../server/domain/exchange.ts";
import { createJournal } from "../../server/journal/journal.ts";
import { createJournalFile } from "../../server/journal/journal-file.ts";
import { createStrangers } from "../../server/journal/strangers.ts";
import { ByteCache } from "../../server/lib/byte-cache.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const log = { warn: () => undefined };

function exchange(n: number, change: Partial<Exchange> = {}): Exchange {
  return {
    id: String(n).padStart(6, "0"),
    at: new Date(1_700_000_000_000 + n * 1000).toISOString(),
    via: "http",
    address: "10.0.0.1",
    name: `file-${n}`,
    outcome: "served",
    tookMs: 1,
    ...change,
  };
}

describe("the journal", () => {
  it("lists the newest first, page after page, also of one device", () => {
    const journal = createJournal();
    for (let n = 1; n <= 5; n++) journal.record(exchange(n, n % 2 ? { mac: "001721820542" as never } : {}));
    const ids = (query: Parameters<typeof journal.list>[0]) => journal.list(query).map(({ id }) => Number(id));
    expect(ids({ limit: 2 })).toEqual([5, 4]);
    expect(ids({ limit: 2, before: "000004" })).toEqual([3, 2]);
    expect(ids({ limit: 9, mac: "001721820542" as never })).toEqual([5, 3, 1]);
  });

  it("counts the same refusal of one minute once, and a later one anew", () => {
    const journal = createJournal();
    const refusal = { name: "x", outcome: "NOT_PROVEN" } as const;
    expect([1, 2, 59, 70].map((n) => journal.record(exchange(n, refusal)))).toEqual([true, false, false, true]);
    expect(journal.list({ limit: 9 }).map(({ times }) => times)).toEqual([1, 3]);
  });

  it("is there after a restart, with what became of each delivery, and passes over a torn line", async () => {
    const path = join(await temporaryFolder(), "exchanges.jsonl");
    const first = createJournal(createJournalFile({ path, log }));
    first.record(exchange(1));
    first.record(exchange(2));
    first.delivered("000001", { completed: true, bytes: 7 });
    await first.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(path, `${await readFile(path, "utf8")}{"id":"0000`);
    const second = createJournal(createJournalFile({ path, log }));
    expect(second.list({ limit: 9 })).toMatchObject([
      { id: "000002" },
      { id: "000001", delivery: { completed: true, bytes: 7 } },
    ]);
    await second.close();
  });

  it("keeps no more than 20,000 exchanges in memory", () => {
    const journal = createJournal();
    for (let n = 1; n <= 20_010; n++) journal.record(exchange(n));
    const kept = journal.list({ limit: 30_000 });
    expect([kept.length, kept.at(-1)?.id]).toEqual([20_000, "000011"]);
  });

  it("is turned over when its file is full", async () => {
    const path = join(await temporaryFolder(), "exchanges.jsonl");
    const file = createJournalFile({ path, log, rotateBytes: 50 });
    file.append(exchange(1));
    await file.close();
    expect(await readFile(`${path}.1`, "utf8")).toContain("file-1");
  });
});

describe("the list of strangers", () => {
  const sighting = (mac: string, name: string) => ({
    mac: mac as never,
    address: "10.0.0.1",
    name,
    at: "2026-01-01T00:00:00Z",
  });

  it("has the newest first, the names each asked, and how often", () => {
    const strangers = createStrangers();
    strangers.note(sighting("a", "1.xml"));
    strangers.note(sighting("b", "2.xml"));
    strangers.note(sighting("a", "3.xml"));
    expect(strangers.list()).toMatchObject([{ mac: "a", names: ["1.xml", "3.xml"], times: 2 }, { mac: "b" }]);
    strangers.forget("a" as never);
    expect(strangers.list().map(({ mac }) => mac)).toEqual(["b"]);
  });

  it("forgets the one not seen for longest when it is full", () => {
    const strangers = createStrangers(2);
    for (const mac of ["a", "b", "a", "c"]) strangers.note(sighting(mac, "x"));
    expect(strangers.list().map(({ mac }) => mac)).toEqual(["c", "a"]);
  });
});

describe("a cache of bytes", () => {
  it("stays within its bytes: the least used goes, and what is too large is not kept", () => {
    const cache = new ByteCache(10);
    let made = 0;
    const get = (key: string, size: number) =>
      cache.getOrMake(key, () => {
        made++;
        return Buffer.alloc(size);
      });
    get("a", 4);
    get("b", 4);
    get("a", 4);
    get("c", 4);
    expect([cache.bytes, made]).toEqual([8, 3]);
    get("a", 4);
    expect(made).toBe(3);
    get("b", 4);
    expect(made).toBe(4);
    expect(get("huge", 11).length).toBe(11);
    expect(cache.bytes).toBeLessThanOrEqual(10);
  });
});
