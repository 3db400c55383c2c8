import { expect, onTestFinished, test } from "vitest";
import type { Device } from "../../server/domain/device.ts";
import type { StoredDocument } from "../../server/domain/ports.ts";
import { edit, openTestOffice } from "../support/office.ts";

const mac = "00562b043615";

/** How a phone finds its PBX, as an office with a master key of its own keeps it. */
async function openOffice() {
  const office = await openTestOffice();
  onTestFinished(() => office.close());
  await office.lines.add(edit, { id: "9721", extension: "9721", secret: "1234" });
  await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"] });
  const { config } = office.stores;
  const reach = async () => {
    const device = (await config.holder<Device>(`mac:${mac}`)) as StoredDocument<Device>;
    const outline = await office.desks.outline(config, device);
    return [(await office.desks.read(config, device)).reach, outline.way().digest];
  };
  return { office, reach };
}

test("what is kept of a phone's way to its PBX changes with a secret, and can't be tried without the master key", async () => {
  const { office, reach } = await openOffice();
  const [before, ofWay] = await reach();
  expect(before).toMatch(/^[0-9a-f]{16}$/);
  expect(ofWay).toBe(before);
  expect(await (await openOffice()).reach()).not.toContain(before);

  await office.lines.change(edit, "9721", { secret: "1235" });
  expect(await reach()).not.toContain(before);
  await office.lines.change(edit, "9721", { secret: "1234" });
  expect(await reach()).toEqual([before, before]);
});
