import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import { parseMac } from "../../server/domain/mac.ts";
import { edit, openTestOffice } from "../support/office.ts";

const mac = parseMac("00562b043615") as NonNullable<ReturnType<typeof parseMac>>;
let office: Office;

beforeEach(async () => {
  office = await openTestOffice();
});
afterEach(() => office.close());

async function deskOf() {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  return { stored, desk: await office.desks.read(office.stores.config, stored) };
}

describe("a device", () => {
  it("keeps raw values sealed that its vocabulary calls secret, and those that nobody knows", async () => {
    const raw = { GPP_SA: "secret-a", GPP_A: "open-a" };
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", raw });
    await office.devices.change(edit, mac, { raw: { Of_Nobody: "secret-b" }, force: true });
    const { stored, desk } = await deskOf();
    expect(JSON.stringify(stored)).not.toMatch(/secret-[ab]/);
    expect(stored.body.raw["GPP_A"]).toBe("open-a");
    expect([desk.parameters.get("GPP_SA"), desk.parameters.get("Of_Nobody")]).toEqual(["secret-a", "secret-b"]);
    const masked = office.desks.masked(desk).parameters;
    expect([masked.get("GPP_SA"), masked.get("Of_Nobody"), masked.get("GPP_A")]).toEqual([
      "********",
      "********",
      "open-a",
    ]);
  });

  it("that becomes another model takes no raw value along that the new family lacks", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", raw: { GPP_SA: "secret-a" } });
    await expect(office.devices.change(edit, mac, { model: "cisco/8851" })).rejects.toMatchObject({
      code: "INVALID",
      errors: [{ pointer: "/raw/GPP_SA", code: "unknown-parameter" }],
    });
    await office.devices.change(edit, mac, { model: "cisco/8851", raw: { GPP_SA: null } });
    expect((await deskOf()).desk.model.id).toBe("cisco/8851");
  });

  it("that becomes another model keeps a raw value that both families have, readable", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", raw: { GPP_SA: "secret-a" } });
    await office.devices.change(edit, mac, { model: "cisco/spa504g" });
    expect((await deskOf()).desk.parameters.get("GPP_SA")).toBe("secret-a");
  });

  it.each([
    [["9721"], "staged"],
    [[], "ready"],
  ] as const)("with the lines %j can't be made %s by word", async (lines, state) => {
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851", lines });
    await expect(office.devices.change(edit, mac, { state })).rejects.toMatchObject({
      code: "INVALID",
      errors: [{ pointer: "/state" }],
    });
  });

  it("that was disabled is ready again when it is said so", async () => {
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"] });
    await office.devices.change(edit, mac, { state: "disabled" });
    await office.devices.change(edit, mac, { label: "still off" });
    expect((await deskOf()).stored.body.state).toBe("disabled");
    await office.devices.change(edit, mac, { state: "ready" });
    expect((await deskOf()).stored.body.state).toBe("ready");
  });

  it("gets a new revision exactly when its own content changes", async () => {
    await office.layers.add(edit, "site", { id: "athens" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc" });
    const n = async () => (await office.revisions.of("default", mac))?.n;
    expect(await n()).toBe(1);
    await office.devices.change(edit, mac, { label: "no parameter is made of this" });
    await office.layers.change(edit, "site", "athens", { settings: { "time.ntp": "a.example" } });
    expect(await n()).toBe(1);
    await office.layers.change(edit, "site", "main", { settings: { "time.ntp": "b.example" } });
    expect(await n()).toBe(2);
    await office.layers.change(edit, "site", "main", { settings: { "time.ntp": "b.example" } });
    expect(await n()).toBe(2);
    await office.layers.change(edit, "site", "main", { settings: { "time.ntp": null } });
    expect(await n()).toBe(3);
  });
});
