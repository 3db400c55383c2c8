import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { parseMac } from "../../server/domain/mac.ts";
import { makePhones, parseModelCounts, phoneOf } from "../../server/simulate/phones.ts";

const catalogue = createCatalogue("profiles");

function mac(text: string) {
  const parsed = parseMac(text);
  if (!parsed) throw new Error(text);
  return parsed;
}

describe("parseModelCounts", () => {
  it.each([
    [
      ["cisco/8851-3pcc=20", "cisco/7960"],
      [
        { model: "cisco/8851-3pcc", count: 20 },
        { model: "cisco/7960", count: 3 },
      ],
    ],
    [[], []],
    [["cisco/7960=0"], undefined],
    [["cisco/7960=x"], undefined],
    [["cisco/7960="], undefined],
    [["=5"], undefined],
    [["cisco/7960", ""], undefined],
  ])("%j", (texts, counts) => {
    expect(parseModelCounts(texts, 3)).toEqual(counts);
  });

  it("is one phone when nothing else is said", () => {
    expect(parseModelCounts(["cisco/7960"])).toEqual([{ model: "cisco/7960", count: 1 }]);
  });
});

describe("makePhones", () => {
  it("gives each model MACs of its own, locally administered ones", () => {
    const everything = catalogue.models.map(({ id }) => ({ model: id, count: 3 }));
    const macs = makePhones(catalogue, everything).map((phone) => phone.mac);
    expect(new Set(macs).size).toBe(3 * catalogue.models.length);
    expect(macs.filter((each) => !/^020ff[0-9a-f]{7}$/.test(each))).toEqual([]);
    expect(macs[0]).toBe("020ff0000000");
    expect(macs[1]).toBe("020ff0000001");
  });

  it("goes on where a model is named again", () => {
    const twice = { model: "cisco/8851", count: 2 };
    expect(new Set(makePhones(catalogue, [twice, twice]).map((phone) => phone.mac)).size).toBe(4);
  });

  it("counts upwards from a first MAC, through all models", () => {
    const counts = [
      { model: "cisco/8851", count: 2 },
      { model: "cisco/7960", count: 1 },
    ];
    const phones = makePhones(catalogue, counts, mac("00:17:21:ff:ff:ff"));
    expect(phones.map((phone) => [phone.model.id, phone.mac])).toEqual([
      ["cisco/8851", "001721ffffff"],
      ["cisco/8851", "001722000000"],
      ["cisco/7960", "001722000001"],
    ]);
  });

  it.each([
    [{ model: "cisco/8851x", count: 1 }, undefined, 'there is no model "cisco/8851x"; did you mean cisco/8851?'],
    [{ model: "cisco/7960", count: 65_537 }, undefined, "there are not 65537 MACs for cisco/7960"],
    [{ model: "cisco/7960", count: 2 }, mac("ffffffffffff"), "there are not 2 MACs for cisco/7960"],
  ])("refuses %j", (count, first, message) => {
    expect(() => makePhones(catalogue, [count], first)).toThrow(message);
  });

  it("names the known models when none is near", () => {
    expect(() => phoneOf(catalogue, "acme/x", mac("001721820542"))).toThrow(/known are .*cisco\/7960/);
  });
});

describe("a phone", () => {
  it.each([
    ["cisco/8851-3pcc", "Cisco-CP-8851-3PCC/12.0.2 (00562b0436af)"],
    ["cisco/spa504g", "Cisco/SPA504G-7.4.8a (00562B0436AF)(OFH2B0436AF)"],
    ["cisco/ata192", "Cisco/ATA192-MPP-11-1-0MPP-16(OFH2B0436AF)"],
    ["cisco/8851", undefined],
    ["cisco/7960", undefined],
  ])("of %s calls itself %s", (id, userAgent) => {
    expect(phoneOf(catalogue, id, mac("00562b0436af")).userAgent).toBe(userAgent);
  });

  it.each([
    ["cisco/7960", { padding: 7 }],
    ["cisco/8851", {}],
  ])("of %s asks over TFTP with %j", (id, tftp) => {
    expect(phoneOf(catalogue, id, mac("00562b0436af")).tftp).toEqual(tftp);
  });
});
