import { expect, onTestFinished, test } from "vitest";
import { spreadFor, watchSiteSizes } from "../../server/office/desk/site-sizes.ts";
import { edit, openTestOffice } from "../support/office.ts";

test.each([
  [1, 0],
  [250, 0],
  [251, 20],
  [751, 60],
  [2000, 120],
  [5000, 240],
  [20_000, 480],
] as const)("%i phones that come up together spread over %i seconds", (devices, seconds) => {
  expect(spreadFor(devices)).toBe(seconds);
});

test("phones of a site that has grown are told to spread, unless somebody said otherwise", async () => {
  const office = await openTestOffice();
  onTestFinished(() => office.close());
  const { devices, layers, stores, revisions } = office;
  await layers.add(edit, "site", { id: "quiet", settings: { "provision.randomDelay": 40 } });
  const macOf = (n: number) => `02aa${n.toString(16).padStart(8, "0")}`;
  for (let n = 0; n < 251; n++) await devices.add(edit, macOf(n), { model: "cisco/8851-3pcc" });
  const first = await devices.add(edit, macOf(999), { model: "cisco/8851-3pcc", site: "quiet" });

  const sizes = watchSiteSizes({ store: stores.config, revisions, log: { error: () => undefined } });
  onTestFinished(() => sizes.close());
  await sizes.count();
  const told = async (mac: string) => {
    const device = await stores.config.get({ organization: "default", kind: "device", id: mac });
    const desk = await office.desks.read(stores.config, device as typeof first);
    return desk.parameters.get("Resync_Random_Delay");
  };
  expect(await told(macOf(7))).toBe("1");
  expect(await told(macOf(999))).toBe("2");
  const [newest] = await revisions.history("default", first.body.mac);
  expect(newest?.n).toBe(1);
  const [grown] = await revisions.history("default", macOf(7) as typeof first.body.mac);
  expect(grown).toMatchObject({ n: 2, by: "offhook", why: "the site has another number of phones" });
});
