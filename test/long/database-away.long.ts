import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { openWay } from "../support/cuttable-way.ts";
import { allProvisioned, bootFour, furnishFour, servedNames } from "../support/four-phones.ts";
import { ask } from "../support/front-door.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

async function startNode(databaseUrl: string): Promise<ServerProcess> {
  const folder = await temporaryFolder();
  const variables = { OFFHOOK_DATABASE_URL: databaseUrl, OFFHOOK_MASTER_KEY: "0123456789abcdef".repeat(4) };
  const server = await startServer(folder, undefined, variables);
  onTestFinished(() => server.kill());
  return server;
}

/** The same answer again and again until it is as it should be, for as long as a phone would wait to try again. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds()))
    if (performance.now() > deadline) throw new Error(`within 30 s it did not happen that ${what}`);
}

/** Status and Retry-After of each file. */
async function statuses({ phones }: ServerProcess, names: readonly string[]) {
  const answers = await Promise.all(names.map((name) => ask(phones.httpPort ?? 0, name)));
  return answers.map(({ status, headers }) => ({ status, retryAfter: headers["retry-after"] }));
}

describe("a node whose database goes away", () => {
  test.each(["cut", "silence"] as const)(
    "(%s) tells phones 503 and never 404, admins why, and serves by itself when it is back",
    { timeout: 120_000 },
    async (how) => {
      const way = await openWay(await postgres.createDatabase());
      const server = await startNode(way.url);
      await furnishFour(server);
      expect(await bootFour(server)).toEqual(allProvisioned);
      const names = await servedNames(server);
      expect(names.length).toBeGreaterThanOrEqual(3);

      way[how]();
      const [answers] = await Promise.all([
        statuses(server, names),
        expect(server.call("PATCH", "/lines/200", { displayName: "lost" })).rejects.toThrow(
          /ended in 503: .*"code":"STORE_UNAVAILABLE"/,
        ),
        expect(server.call("GET", "/lines/200")).rejects.toThrow("ended in 503"),
      ]);
      expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThanOrEqual(2);
      expect(refused.every(({ retryAfter }) => Number(retryAfter) > 0)).toBe(true);

      way.mend();
      await until("an admin can change things again", () =>
        server.call("PATCH", "/lines/200", { displayName: "back" }).then(
          () => true,
          () => false,
        ),
      );
      await until("phones are served", async () =>
        (await statuses(server, names)).every(({ status }) => status === 200),
      );
      expect(await bootFour(server)).toEqual(allProvisioned);
    },
  );

  test("serves what another node changed meanwhile", { timeout: 120_000 }, async () => {
    const databaseUrl = await postgres.createDatabase();
    const way = await openWay(databaseUrl);
    const [here, there] = [await startNode(way.url), await startNode(databaseUrl)];
    await furnishFour(there);
    expect(await bootFour(here)).toEqual(allProvisioned);
    const names = await servedNames(here);
    const texts = async ({ phones }: ServerProcess) =>
      (await Promise.all(names.map((name) => ask(phones.httpPort ?? 0, name)))).map(({ body }) => body.toString());
    expect((await texts(here)).join("")).not.toContain("Anna Nova");

    way.cut();
    await there.call("PATCH", "/lines/200", { displayName: "Anna Nova" });
    way.mend();
    await until("phones are served", async () => (await statuses(here, names)).every(({ status }) => status === 200));
    // From the first answer on, although it may take seconds until changes are heard of again.
    expect(await texts(here)).toEqual(await texts(there));
    expect((await texts(here)).join("")).toContain("Anna Nova");
  });
});
