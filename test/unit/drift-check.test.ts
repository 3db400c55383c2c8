import { expect, onTestFinished, test } from "vitest";
import type { Device } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { driftCheckJob } from "../../server/schedule/jobs/drift-check.ts";
import { edit, openTestOffice } from "../support/office.ts";

const [one, two] = ["00562b043615" as Mac, "00562b043616" as Mac];

test("the phones of other organizations are asked where one organization's can't be, and the schedule says so", async () => {
  const office = await openTestOffice();
  onTestFinished(() => office.close());
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  await office.devices.add(edit, one, { model: "cisco/8851-3pcc", lines: ["9721"] });
  const { config: store } = office.stores;
  // A second organization, as no route makes one yet.
  await store.transaction(async (transaction) => {
    const { body } = (await transaction.get<Device>({ organization: "default", kind: "device", id: one })) ?? {};
    const key = { organization: "other", kind: "device", id: two };
    await transaction.put(key, { ...body, mac: two, born: two }, { unique: [`mac:${two}`] });
  });
  const asked: unknown[] = [];
  const start = async (organization: string, { select }: { select: { devices: readonly Mac[] } }) => {
    if (organization === "default") throw new Error("twenty campaigns are under way");
    asked.push([organization, select.devices]);
  };
  const job = driftCheckJob({ store, catalogue: office.catalogue, campaigns: { start } });
  const turn = { slot: 0, asked: true, signal: AbortSignal.timeout(10_000) };
  await expect(job.run(turn)).rejects.toThrow("1 phones are asked; 1 are not");
  expect(asked).toEqual([["other", [two]]]);
});
