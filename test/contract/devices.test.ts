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
      errors: [{ pointer: "/raw/GPP_SA" }],
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

  it.each([
    ["cisco/8851-3pcc", { "Text_Logo[1]": "x" }],
    ["cisco/8851", { "device[2]/fullConfig": "true" }],
    ["cisco/8851", { "device/sipProfile/sipLines/line[1x=1]/proxy": "x" }],
    ["cisco/8851", { foo: "x" }],
    ["cisco/8851", { "device//b": "x" }],
    ["cisco/7960", { logo_url: 'a" ; rest' }],
    ["cisco/8851-3pcc", { Profile_Rule_C: "[--key s3cr3t --uid u]https://x/y" }],
    ["cisco/8851-3pcc", { Profile_Rule_C: "https://u:p@x/y" }],
    ["cisco/8851-3pcc", { Profile_Rule: "/mine.xml" }],
  ])("of model %s refuses the raw value %j, forced or not", async (model, raw) => {
    for (const force of [false, true]) {
      await expect(
        office.devices.add(edit, mac, { model, raw: raw as unknown as Record<string, string>, force }),
      ).rejects.toMatchObject({ code: "INVALID" });
    }
  });

  it("answers five hundred unknown raw names without holding anybody up", async () => {
    const raw = Object.fromEntries(
      Array.from({ length: 500 }, (_, index) => [`Extended_Functionality_Name_${index}_`, "x"]),
    );
    const before = performance.now();
    await expect(office.devices.add(edit, mac, { model: "cisco/8851-3pcc", raw })).rejects.toMatchObject({
      code: "INVALID",
    });
    expect(performance.now() - before).toBeLessThan(1000);
  });

  it("whose keys leave no room for its line is refused where lines live on keys", async () => {
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    const keys = [1, 2, 3, 4, 5].map((position) => ({
      position,
      type: "speed-dial" as const,
      target: { number: "112" },
    }));
    await expect(office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"], keys })).rejects.toMatchObject({
      errors: [{ pointer: "/keys" }],
    });
    await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"], keys: keys.slice(1) });
  });

  it("writes a port only where somebody set one, so that TLS and DNS find their own", async () => {
    await office.layers.change(edit, "organization", "default", {
      settings: { "sip.server": "pbx.example.com", "sip.transport": "tls" },
    });
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["9721"] });
    expect((await deskOf()).desk.parameters.get("Proxy_1_")).toBe("pbx.example.com");
    await office.devices.change(edit, mac, { settings: { "sip.port": 5061 } });
    expect((await deskOf()).desk.parameters.get("Proxy_1_")).toBe("pbx.example.com:5061");
  });

  it("takes no setting of a line that its family has once for the whole phone", async () => {
    await office.lines.add(edit, { id: "9721", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"] });
    const changing = office.lines.change(edit, "9721", { settings: { "voice.dtmf": "inband" } });
    await expect(changing).rejects.toMatchObject({
      errors: [{ pointer: "/settings/voice.dtmf", code: "not-carried" }],
    });
  });

  it("takes no dial plan of its own where its family has none", async () => {
    const plan = { "dial.plan": [{ match: "9xxx", wait: 0 }] };
    await expect(office.devices.add(edit, mac, { model: "cisco/7960", settings: plan })).rejects.toMatchObject({
      code: "INVALID",
    });
    await office.layers.change(edit, "site", "main", { settings: plan });
    await office.devices.add(edit, mac, { model: "cisco/7960" });
    expect((await deskOf()).desk.leftOut).toMatchObject([{ name: "dial.plan", layer: "site" }]);
  });

  it("whose model is gone does not keep others from their revisions, nor the start from ending well", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    const { stored } = await deskOf();
    await office.stores.config.transaction((transaction) =>
      transaction.put(stored, { ...stored.body, model: "cisco/gone" }),
    );
    await office.devices.add(edit, "00562b043616", { model: "cisco/8851" });
    await office.layers.change(edit, "site", "main", { settings: { "time.ntp": "b.example" } });
    expect((await office.revisions.of("default", "00562b043616" as typeof mac))?.n).toBe(2);
    expect(await office.refreshRevisions()).toBe(0);
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
