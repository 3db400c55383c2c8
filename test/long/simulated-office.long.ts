import { describe, expect, it } from "vitest";
import type { StayingPhone } from "../../server/simulate/stay/staying-phone.ts";
import {
  expectDead,
  expectDeaf,
  expectToCome,
  expectToldOnce,
  ofCharacter,
  openSimulatedOffice,
  startCampaign,
} from "../support/simulated-office.ts";

const models = {
  "cisco/8851-3pcc": 250,
  "cisco/9861": 50,
  "cisco/spa504g": 50,
  "cisco/ata192": 50,
  "cisco/8851": 50,
  "cisco/7960": 50,
};

describe.runIf(process.platform === "linux")("an office of 500 phones, some lossy, some dead, some deaf", () => {
  it("takes one change within a minute, names who did not, and tells nobody twice", async () => {
    const office = await openSimulatedOffice(models, { lossy: 0.05, dead: 0.02, deaf: 0.01 });
    const [live, dead, deaf] = [
      ofCharacter(office, "well", "lossy"),
      ofCharacter(office, "dead"),
      ofCharacter(office, "deaf"),
    ];
    expect([live.length, dead.length, deaf.length]).toEqual([485, 10, 5]);

    const isAsking = (phone: StayingPhone) => phone.values.get("Auth_Resync-Reboot_1_") === "Yes";
    expect(office.phones.filter(isAsking)).toHaveLength(250);

    const id = await startCampaign(office);
    const seconds = await expectToCome(office, id, live);
    console.log(`${live.length} phones were up to date ${seconds.toFixed(1)} s after the campaign began`);

    await expectDead(office, id, dead);
    await expectDeaf(office, id, deaf);
    for (const phone of live) await expectToldOnce(office, phone);
  });
});
