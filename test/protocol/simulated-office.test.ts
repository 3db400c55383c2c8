import { describe, expect, it } from "vitest";
import {
  expectDeaf,
  expectToCome,
  expectToldOnce,
  ofCharacter,
  openSimulatedOffice,
  startCampaign,
} from "../support/simulated-office.ts";

const models = {
  "cisco/8851-3pcc": 20,
  "cisco/9861": 4,
  "cisco/spa504g": 4,
  "cisco/ata192": 4,
  "cisco/8851": 4,
  "cisco/7960": 4,
};

/** With 500 of them, and dead ones, which take half a minute: test/long/simulated-office.long.ts. */
describe.runIf(process.platform === "linux")("an office of 40 phones, two of them lossy and one deaf", () => {
  it("takes one change, names the one that did not, and tells nobody twice", async () => {
    const office = await openSimulatedOffice(models, { lossy: 0.05, deaf: 0.025 });
    const [live, deaf] = [ofCharacter(office, "well", "lossy"), ofCharacter(office, "deaf")];
    const id = await startCampaign(office);
    expect(live).toHaveLength(39);
    await expectToCome(office, id, live);
    await expectDeaf(office, id, deaf);
    for (const phone of live) await expectToldOnce(office, phone);
  }, 90_000);
});
