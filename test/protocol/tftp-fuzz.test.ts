import { expect, test } from "vitest";
import { fuzz } from "../support/tftp-fuzz.ts";
import { fetchTftp } from "../support/tftp-phone.ts";
import { someBytes, startTftp } from "../support/tftp-server.ts";

test("nonsense of every kind from many ports disturbs no honest phone and leaves nothing behind", async () => {
  const body = someBytes(3000);
  const limits = { firstTimeoutMs: 20, maxTimeoutMs: 40, maxPerAddress: 64 };
  const tftp = await startTftp({ files: { file: body }, limits });
  let slowest = 0;
  const between = async () => {
    const startedAt = performance.now();
    const fetched = await fetchTftp({ host: "127.0.0.1", port: tftp.port, path: "file", repeatMs: 200, repeats: 10 });
    expect(fetched.body.equals(body)).toBe(true);
    slowest = Math.max(slowest, performance.now() - startedAt);
    expect(tftp.server.stats().active).toBeLessThanOrEqual(64);
  };
  await fuzz({ port: tftp.port, path: "file", datagrams: 10_000, between });
  expect(slowest).toBeLessThan(2000);
  // The nonsense began transfers, ended some of them, asked for what is refused and met nobody.
  const { started, failed, strays } = tftp.server.stats();
  for (const count of [started, failed, strays]) expect(count).toBeGreaterThan(50);
  await expect.poll(() => tftp.server.stats().active, { timeout: 3000 }).toBe(0);
  expect(tftp.outcomes.filter(({ path }) => path === "file")).toHaveLength(started);
  expect(tftp.logged.filter(({ level }) => level === "error")).toEqual([]);
});
