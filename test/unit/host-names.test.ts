import { expect, test } from "vitest";
import { HostNames } from "../../server/lib/host-names.ts";

test("a name is asked for once in a while, and one without an address is undefined", async () => {
  const names = new HostNames();
  const first = names.addressOf("localhost");
  expect(names.addressOf("localhost")).toBe(first);
  expect(["127.0.0.1", "::1"]).toContain(await first);
  expect(await names.addressOf("there-is-no-such-host.invalid")).toBeUndefined();
});
