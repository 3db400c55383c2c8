import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startServer } from "../long/server-process.ts";
import { allProvisioned, bootFour, changeUntilRefused, furnishFour } from "../support/four-phones.ts";
import { canMount, fillDisk } from "../support/mounted-disk.ts";
import { startSmallPostgres } from "../support/small-postgres.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const whyNot = canMount ? "" : " (skipped: this test may not mount a disk here)";

test.skipIf(!canMount)(
  `with PostgreSQL's disk full changes are refused with 507, phones go on being served, and it recovers with room${whyNot}`,
  { timeout: 120_000 },
  async () => {
    const { databaseUrl, disk } = await startSmallPostgres(64);
    const server = await startServer(await temporaryFolder(), undefined, { OFFHOOK_DATABASE_URL: databaseUrl });
    onTestFinished(() => server.kill());
    await furnishFour(server);
    expect(await bootFour(server)).toEqual(allProvisioned);

    await fillDisk(join(disk, "filler"));
    const { refusal, displayName } = await changeUntilRefused(server, 5000);
    expect(refusal).toMatch(/ended in 507: .*"code":"STORE_FULL".*no room/);
    expect(await server.call("GET", "/lines/200")).toMatchObject({ displayName });
    expect(await bootFour(server)).toEqual(allProvisioned);

    await rm(join(disk, "filler"));
    await server.call("PATCH", "/lines/200", { displayName: "with room" });
    expect(await server.call("GET", "/lines/200")).toMatchObject({ displayName: "with room" });
    expect(await bootFour(server)).toEqual(allProvisioned);
  },
);
