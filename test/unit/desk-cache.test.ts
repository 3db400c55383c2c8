import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import type { Store, StoredDocument } from "../../server/domain/ports.ts";
import { type CachedDesks, cacheDesks } from "../../server/office/desk/cache.ts";
import { createDesks, type Desks } from "../../server/office/desk/desk.ts";
import { edit, openTestOffice } from "../support/office.ts";

let office: Office;
let desks: CachedDesks;
let reads: number;
let outside: string;
let runs: string;
/** Called in the middle of a read, when a test wants something to happen there. */
let during: () => Promise<unknown>;
/** Whether changes of other nodes are heard. */
let hears: boolean;
let store: Store;

beforeEach(async () => {
  office = await openTestOffice();
  reads = 0;
  outside = "a";
  runs = "";
  during = async () => undefined;
  hears = true;
  store = { ...office.stores.config, hears: () => hears };
  const { catalogue, renderer, sealer, shelf } = office;
  const plain = createDesks({ catalogue, renderer, sealer, shelf, running: { of: () => undefined }, phones: () => "" });
  const counted: Desks = {
    ...plain,
    async read(reader, device) {
      reads++;
      const desk = await plain.read(reader, device);
      await during();
      return desk;
    },
  };
  desks = cacheDesks({
    desks: counted,
    store,
    outside: () => outside,
    known: () => runs,
    most: 2,
  });
  await office.layers.add(edit, "site", { id: "athens" });
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  for (const id of ["00562b043615", "00562b043616", "00562b043617"]) {
    await office.devices.add(edit, id, { model: "cisco/8851", lines: id === "00562b043615" ? ["9721"] : [] });
  }
});
afterEach(async () => {
  desks.close();
  await office.close();
});

async function read(id = "00562b043615") {
  const device = (await office.stores.config.holder<Device>(`mac:${id}`)) as StoredDocument<Device>;
  return await desks.read(store, device);
}

describe("a desk that is kept", () => {
  it("is worked out once for requests that follow each other", async () => {
    expect(await read()).toBe(await read());
    expect(reads).toBe(1);
  });

  it.each([
    ["its line", () => office.lines.change(edit, "9721", { displayName: "New" })],
    ["its site", () => office.layers.change(edit, "site", "main", { settings: { "time.ntp": "x.example" } })],
    [
      "another site, to be safe",
      () => office.layers.change(edit, "site", "athens", { settings: { "time.ntp": "x.example" } }),
    ],
    [
      "the organization",
      () => office.layers.change(edit, "organization", "default", { settings: { "sip.server": "x.example" } }),
    ],
    ["the device", () => office.devices.change(edit, "00562b043615" as never, { label: "New" })],
  ])("is worked out anew after a change of %s", async (_what, change) => {
    const before = await read();
    await change();
    const after = await read();
    expect(after).not.toBe(before);
    expect(reads).toBe(2);
  });

  it("stays when only a window is opened", async () => {
    const before = await read();
    await office.enrolment.open(edit, { all: true, minutes: 5 });
    expect(await read()).toBe(before);
  });

  it("is worked out anew when the shelf or the advertised address is another", async () => {
    await read();
    outside = "b";
    await read();
    expect(reads).toBe(2);
  });

  it("is worked out anew when its phone runs another load", async () => {
    await read();
    runs = "sip88xx.14-2-1";
    await read();
    expect(reads).toBe(2);
  });

  it("is not kept when something changed while it was read", async () => {
    during = () => office.lines.change(edit, "9721", { displayName: "Meanwhile" });
    await read();
    during = async () => undefined;
    expect((await read()).lines[0]?.displayName).toBe("Meanwhile");
  });

  it("is not used, nor kept, while changes of other nodes are not heard", async () => {
    const before = await read();
    hears = false;
    expect(await read()).not.toBe(before);
    expect(await read("00562b043616")).not.toBe(await read("00562b043616"));
    expect(reads).toBe(4);
    hears = true;
    expect(await read()).toBe(before);
  });

  it("makes room for others", async () => {
    for (const id of ["00562b043615", "00562b043616", "00562b043617", "00562b043615"]) await read(id);
    expect(reads).toBe(4);
  });

  it("takes room by its lines and keys", async () => {
    for (const id of ["00562b043616", "00562b043617", "00562b043616"]) await read(id);
    expect(reads).toBe(2);
    for (const id of ["00562b043615", "00562b043616"]) await read(id);
    expect(reads).toBe(4);
  });

  it("is never taken inside a transaction, which may have changed something", async () => {
    await read();
    const device = (await office.stores.config.holder<Device>("mac:00562b043615")) as StoredDocument<Device>;
    await office.stores.config.transaction((transaction) => desks.read(transaction, device));
    expect(reads).toBe(2);
  });
});
