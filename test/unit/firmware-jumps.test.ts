import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { parseFirmwareVersion } from "../../server/domain/firmware-version.ts";
import { whyNot } from "../../server/office/firmware/jumps.ts";

const catalogue = createCatalogue("profiles");

function ask(id: string, load: string, runs: string | undefined, mayGoBack = false): string | undefined {
  const model = catalogue.model(id);
  if (!model) throw new Error(`there is no ${id}`);
  return whyNot({ family: catalogue.family(model.family), model, load, runs, mayGoBack });
}

const v15 = /too old for hardware V15 and later of a cisco\/8851-3pcc: take 11-3-3 or later/;

describe("a load", () => {
  it.each([
    [
      "a step back",
      "cisco/8851-3pcc",
      "sip88xx.12.0.1MPP0001.245",
      "12.0.2",
      /older than 12\.0\.2.*firmware\.downgrade/,
    ],
    ["an older letter", "cisco/spa504g", "spa50x-30x-7-4-8a", "7.4.9c", /older than 7\.4\.9c/],
    ["an older build", "cisco/9861", "PHONEOS.4-1-1-0101-70", "PHONEOS.4-1-1-0101-76", /older than PHONEOS/],
    ["79x1 over the new signature", "cisco/7961", "SIP41.9-4-2SR3-1S", "SIP41.8-3-2S", /take 8-5-2 first/],
    ["79x1 to the service release", "cisco/7961", "SIP41.8-5-2SR1S", "8.2.1", /take 8-5-2 first/],
    ["a conversion from too old", "cisco/8851", "sip88xx.TLexE2M-11-2-3C-12", "sip88xx.12-1-1-12", /take 12-5-1 first/],
    [
      "a conversion in one from too old",
      "cisco/8851",
      "sip88xx.11-3-5MPP0001-1",
      "sip88xx.12-8-1-1",
      /take 14-1-1 first/,
    ],
    ["7960 from SCCP to 8", "cisco/7960", "P0S3-08-12-00", "P00307020300", /take P0S3-07 first/],
    ["below what new hardware needs", "cisco/8851-3pcc", "sip88xx.11-2-1MPP0001-1", undefined, v15],
  ])("is refused: %s", (_name, model, load, runs, reason) => {
    expect(ask(model, load, runs)).toMatch(reason);
  });

  it.each([
    ["the step itself", "cisco/7961", "SIP41.8-5-2S", "SIP41.8-3-2S"],
    ["after the step", "cisco/7961", "SIP41.9-4-2SR3-1S", "SIP41.8-5-2S"],
    ["what it runs", "cisco/8851-3pcc", "sip88xx.12.0.2MPP0001.100", "12.0.2"],
    ["a step forward", "cisco/8851-3pcc", "sip88xx.12.0.2MPP0001.100", "11.3.7"],
    ["a conversion, whose numbers are lower", "cisco/8851", "sip88xx.TLexE2M-11-2-3C-12", "sip88xx.14-2-1-0101-10"],
    ["7960 from SIP 7", "cisco/7960", "P0S3-08-12-00", "P0S3-07-5-00"],
    ["below what new hardware needs, of a phone that runs less", "cisco/8851-3pcc", "sip88xx.11-2-1MPP0001-1", "11.0"],
    ["what runs is unknown", "cisco/8851", "sip88xx.14-2-1-0101-10", undefined],
    ["what runs can't be read", "cisco/8851", "sip88xx.14-2-1-0101-10", "unknown"],
    ["the load has no version", "cisco/8851-3pcc", "sip88xx-1", "12.0.2"],
  ])("is allowed: %s", (_name, model, load, runs) => {
    expect(ask(model, load, runs)).toBeUndefined();
  });

  it("may be older, also than new hardware needs, when somebody says so; a step is still a step", () => {
    expect(ask("cisco/8851-3pcc", "sip88xx.11-2-1MPP0001-1", "12.0.2", true)).toBeUndefined();
    expect(ask("cisco/7961", "SIP41.9-4-2SR3-1S", "SIP41.8-3-2S", true)).toMatch(/take 8-5-2 first/);
  });
});

describe("steps and minimums of the catalogue", () => {
  const firmware = [...catalogue.models, ...catalogue.families].map(({ id, firmware: each }) => ({ id, ...each }));

  it("name versions and patterns that can be read", () => {
    for (const { id, steps = [], hardware = [] } of firmware) {
      const versions = [
        ...steps.flatMap(({ below, reaches }) => [below, reaches ?? below]),
        ...hardware.map(({ least }) => least),
      ];
      for (const version of versions) expect(parseFirmwareVersion(version), `${id}: ${version}`).toBeDefined();
      for (const { loads = "", from = "" } of steps)
        expect(() => [new RegExp(loads), new RegExp(from)], id).not.toThrow();
    }
    expect(firmware.some(({ steps }) => steps)).toBe(true);
  });
});
