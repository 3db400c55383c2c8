import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { bootPhone } from "../../server/simulate/boot.ts";
import { makePhones } from "../../server/simulate/phones.ts";
import { addFilled } from "../support/filled-device.ts";
import { type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";

const catalogue = createCatalogue("profiles");
const models = catalogue.models.map(({ id }) => id);

let door: FrontDoor;
beforeAll(async () => {
  door = await openFrontDoor(undefined, { OFFHOOK_ADVERTISE: "127.0.0.1" });
  const { enrolment, layers } = door.office;
  await layers.change(edit, "organization", "default", {
    settings: { "sip.server": "pbx.example.com", country: "HR" },
  });
  await enrolment.open(edit, { all: true, minutes: 10 });
});
afterAll(() => door.close());

describe("a phone with all its keys and modules filled boots over real sockets", () => {
  it("and there are at least 75 models", () => {
    expect(models.length).toBeGreaterThanOrEqual(75);
  });

  it.each(models.map((id, index) => [id, 20_000 + 100 * index] as const))("%s", async (id, extension) => {
    const [phone] = makePhones(catalogue, [{ model: id, count: 1 }]);
    if (!phone) throw new Error("no phone");
    await addFilled(door.office, phone.model, { mac: phone.mac, extension, name: (index) => `Žana & sinovi ${index}` });
    const server = { host: "127.0.0.1", tftpPort: door.tftp, httpPort: door.http };
    const report = await bootPhone(phone, server);
    expect(report.faults).toEqual([]);
    expect(report.state).toBe("provisioned");
  });
});
