import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdminOffice, openAdminOffice } from "../support/admin-office.ts";
import { macOf } from "../support/admin-phones.ts";

let now = Date.now();
let admin: AdminOffice;
const model = "cisco/8851-3pcc";

beforeAll(async () => {
  admin = await openAdminOffice({}, () => now);
  await admin.ok("POST", "/devices", { mac: macOf(1), model });
});
afterAll(() => admin.close());

const undoNewest = async () => {
  const { items } = await admin.ok<{ items: { id: string }[] }>("GET", "/changes");
  return await admin.call("POST", `/changes/${items[0]?.id}/undo`);
};
const mac = macOf(41);
const presence = () => admin.office.presence;
const isServed = async (address: string) => {
  const asked = admin.provision({ via: "http", path: `/${mac}.xml`, address });
  return await asked.then(
    (reply) => {
      reply.done({ completed: true, bytes: 1 });
      return true;
    },
    () => false,
  );
};
const pinAt = async (base: string) => {
  const { born = "" } =
    (
      await admin.office.stores.config.get<{ born?: string }>({
        ...{ organization: "default", kind: "device", id: mac },
      })
    )?.body ?? {};
  const pin = { block: `${base}/24`, address: base, at: new Date(now).toISOString(), window: "w" };
  presence().note("default", mac as never, { born, pin }, true);
  await presence().flush();
};
const begin = async () => {
  await admin.ok("POST", "/devices", { mac, model });
  await pinAt("10.0.7.0");
  expect(await isServed("10.0.7.5")).toBe(true);
  await presence().flush();
  await admin.ok("DELETE", `/devices/${mac}`);
};
/** As when the program dies after the undo was written, before the phone's facts were. */
const undoAndBreak = async () => {
  const store = admin.office.stores.presence;
  const { transaction } = store;
  store.transaction = async () => {
    throw new Error("as the test wants it");
  };
  await undoNewest();
  store.transaction = transaction;
};
const sweep = async (ms: number) => {
  now += ms;
  await admin.ok("PATCH", `/devices/${macOf(1)}`, { label: `Swept at ${now}` });
  await expect.poll(() => admin.office.stores.config.find({ kind: "former-presence" })).toEqual([]);
};
const end = () => admin.ok("DELETE", `/devices/${mac}`);

test("the pin of a device that is back is the newest that it had, also where an undo was undone and undone again", async () => {
  await begin();
  expect((await undoNewest()).status).toBe(200);
  await pinAt("10.0.9.0");
  expect((await undoNewest()).status).toBe(200);
  expect(await isServed("10.0.9.5")).toBe(false);
  expect((await undoNewest()).status).toBe(200);
  expect([await isServed("10.0.9.5"), await isServed("10.0.7.5")]).toEqual([true, false]);
  await end();
});

test.each([
  ["a minute later", 61_000],
  ["when the removal can't be undone any more", 700_000],
])("the pin of a device is given back where that broke off, %s", async (_when, ms) => {
  await begin();
  await undoAndBreak();
  expect(await isServed("10.0.7.5")).toBe(false);
  await sweep(ms);
  expect([await isServed("10.0.7.5"), await isServed("10.0.9.5")]).toEqual([true, false]);
  await end();
});

test("the pin that is given back late is not an older one than the device has got since", async () => {
  await begin();
  await undoAndBreak();
  await pinAt("10.0.9.0");
  await sweep(61_000);
  expect([await isServed("10.0.9.5"), await isServed("10.0.7.5")]).toEqual([true, false]);
  await end();
});

test("the pin that is given back is never that of the device that was there before", async () => {
  await begin();
  await admin.ok("POST", "/devices", { mac, model });
  await sweep(700_000);
  expect(await isServed("10.0.7.5")).toBe(false);
  await end();
});
