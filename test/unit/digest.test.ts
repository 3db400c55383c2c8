import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { edit, openTestOffice } from "../support/office.ts";

let office: Office;
const mac = "00562b043615" as Mac;

beforeEach(async () => {
  office = await openTestOffice();
  await office.lines.add(edit, { id: "nova", extension: "9721", secret: "one" });
});
afterEach(() => office.close());

async function digest(): Promise<string> {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  return (await office.desks.outline(office.stores.config, stored)).digest;
}

describe("the digest of a phone", () => {
  it.each([
    ["a setting", () => office.devices.change(edit, mac, { settings: { "time.clock": "12h" } })],
    ["its line's name", () => office.lines.change(edit, "nova", { displayName: "Nova 1" })],
    ["its line's secret", () => office.lines.change(edit, "nova", { secret: "two" })],
    ["a setting of its line", () => office.lines.change(edit, "nova", { settings: { "sip.transport": "tcp" } })],
    [
      "a setting of its site",
      () => office.layers.change(edit, "site", "main", { settings: { "time.ntp": "a.example" } }),
    ],
    [
      "a key",
      () =>
        office.devices.change(edit, mac, { keys: [{ position: 3, type: "speed-dial", target: { number: "112" } }] }),
    ],
    ["a module", () => office.devices.change(edit, mac, { modules: ["BEKEM"] })],
    ["a raw value", () => office.devices.change(edit, mac, { raw: { Max_Forward: "60" } })],
    [
      "the advertised name",
      async () => {
        office.advertised.base = "http://prov.example.com";
      },
    ],
  ] as const)("is another one after %s changed", async (_, change) => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["nova"] });
    const before = await digest();
    await change();
    expect(await digest()).not.toBe(before);
  });

  it("is that of the parameters: the desk that is served has the same", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["nova"] });
    const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
    if (!stored) throw new Error("not there");
    const desk = await office.desks.read(office.stores.config, stored);
    expect(desk.digest).toBe(await digest());
    expect(desk.parameters.get("device/versionStamp")).toBe(desk.digest);
  });

  it.each([
    ["a label that stands in no file", { label: "Lobby" }],
    ["a delay without a hot line", { settings: { "dial.hotlineDelay": 4 } }],
  ])("stays as it is after %s", async (_, change) => {
    await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["nova"] });
    const before = await digest();
    await office.devices.change(edit, mac, change);
    expect(await digest()).toBe(before);
  });

  it("does not tell in which layer, or order, a raw value was given", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", raw: { Max_Forward: "60", Max_Auth: "3" } });
    const before = await digest();
    await office.layers.change(edit, "site", "main", { raw: { "cisco/mpp": { Max_Forward: "50" } } });
    expect(await digest()).toBe(before);
    await office.devices.change(edit, mac, { raw: { Max_Auth: null, Max_Forward: null } });
    await office.devices.change(edit, mac, { raw: { Max_Auth: "3", Max_Forward: "60" } });
    expect(await digest()).toBe(before);
  });
});
