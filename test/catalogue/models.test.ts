import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { ModelProfile } from "../../server/domain/model.ts";

const catalogue = createCatalogue("profiles");

/** Name, lines, keys of its own, modules (most of them, type and keys), beginning of its loads. */
type Row = readonly [name: string, lines: number, keys: number, modules: string, load: string];

const families: Readonly<Record<string, readonly Row[]>> = {
  "cisco/mpp": [
    ["6821", 2, 2, "", "sip6821"],
    ["6841", 4, 4, "", "sip68xx"],
    ["6851", 4, 4, "1 x CP-68KEM-3PCC 28", "sip68xx"],
    ["6861", 4, 4, "", "sip68xx"],
    ["6871", 6, 6, "", "sip68xx"],
    ["7811-3pcc", 1, 0, "", "sip78xx"],
    ["7821-3pcc", 2, 2, "", "sip78xx"],
    ["7832-3pcc", 1, 0, "", "sip7832"],
    ["7841-3pcc", 4, 4, "", "sip78xx"],
    ["7861-3pcc", 16, 16, "", "sip78xx"],
    ["8811-3pcc", 10, 10, "", "sip88xx"],
    ["8832-3pcc", 1, 0, "", "sip8832"],
    ["8841-3pcc", 10, 10, "", "sip88xx"],
    ["8845-3pcc", 10, 10, "", "sip8845_65"],
    ["8851-3pcc", 10, 10, "2 x BEKEM 36, CP-8800-Audio 28", "sip88xx"],
    ["8861-3pcc", 10, 10, "3 x BEKEM 36, CP-8800-Audio 28", "sip88xx"],
    ["8865-3pcc", 10, 10, "3 x BEKEM 36, CP-8800-Video 28", "sip8845_65"],
  ],
  "cisco/phoneos": [
    ["8875", 10, 10, "", "PHONEOS-8875"],
    ["9811", 2, 2, "", "PHONEOS-9811"],
    ["9841", 4, 4, "", "PHONEOS-9841"],
    ["9851", 6, 6, "1 x DP-9800-KEM 40", "PHONEOS-9851"],
    ["9861", 16, 10, "3 x DP-9800-KEM 40", "PHONEOS-9861"],
    ["9871", 16, 16, "3 x DP-9800-KEM 40", "PHONEOS-9871"],
  ],
  "cisco/enterprise": [
    ["6901", 1, 1, "", "SIP6901"],
    ["6911", 1, 1, "", "SIP6911"],
    ["6921", 2, 2, "", "SIP69xx"],
    ["6941", 4, 4, "", "SIP69xx"],
    ["6945", 4, 4, "", "SIP6945"],
    ["6961", 12, 12, "", "SIP69xx"],
    ["7811", 1, 0, "", "sip78xx"],
    ["7821", 2, 2, "", "sip78xx"],
    ["7832", 1, 0, "", "sip7832"],
    ["7841", 4, 4, "", "sip78xx"],
    ["7861", 16, 16, "", "sip78xx"],
    ["7906", 1, 1, "", "SIP11"],
    ["7911", 1, 1, "", "SIP11"],
    ["7931", 24, 24, "", "SIP31"],
    ["7941", 2, 2, "", "SIP41"],
    ["7941ge", 2, 2, "", "SIP41"],
    ["7942", 2, 2, "", "SIP42"],
    ["7945", 2, 2, "", "SIP45"],
    ["7961", 6, 6, "2 x 7914 14", "SIP41"],
    ["7961ge", 6, 6, "2 x 7914 14", "SIP41"],
    ["7962", 6, 6, "2 x 7915 24, 7916 24", "SIP42"],
    ["7965", 6, 6, "2 x 7915 24, 7916 24", "SIP45"],
    ["7970", 8, 8, "2 x 7914 14", "SIP70"],
    ["7971", 8, 8, "2 x 7914 14", "SIP70"],
    ["7975", 8, 8, "2 x 7915 24, 7916 24", "SIP75"],
    ["8811", 5, 5, "", "sip88xx"],
    ["8821", 6, 6, "", "sip8821"],
    ["8831", 1, 0, "", "sip8831"],
    ["8832", 1, 0, "", "sip8832"],
    ["8841", 5, 5, "", "sip88xx"],
    ["8845", 5, 5, "", "sip8845_65"],
    ["8851", 5, 5, "2 x BEKEM 36, CP-8800-Audio 28", "sip88xx"],
    ["8851nr", 5, 5, "2 x BEKEM 36, CP-8800-Audio 28", "sip88xx"],
    ["8861", 5, 5, "3 x BEKEM 36, CP-8800-Audio 28", "sip88xx"],
    ["8865", 5, 5, "3 x BEKEM 36, CP-8800-Video 28", "sip8845_65"],
    ["8865nr", 5, 5, "3 x BEKEM 36, CP-8800-Video 28", "sip8845_65"],
    ["8941", 4, 4, "", "SIP8941_8945"],
    ["8945", 4, 4, "", "SIP8941_8945"],
    ["8961", 5, 5, "1 x CKEM 36", "sip8961"],
    ["9951", 5, 5, "2 x CKEM 36", "sip9951"],
    ["9971", 6, 6, "3 x CKEM 36", "sip9971"],
  ],
  "cisco/sip79xx": [
    ["7940", 2, 2, "", "P0S3"],
    ["7960", 6, 6, "", "P0S3"],
  ],
  "cisco/spa": [
    ["spa112", 2, 0, "", "Payton"],
    ["spa122", 2, 0, "", "Payton"],
    ["spa301", 1, 0, "", "spa50x-30x"],
    ["spa303", 3, 3, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa501g", 8, 8, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa502g", 1, 0, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa504g", 4, 4, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa508g", 8, 8, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa509g", 12, 12, "2 x SPA500S 32, SPA500DS 32", "spa50x-30x"],
    ["spa512g", 1, 0, "2 x SPA500S 32, SPA500DS 32", "spa51x"],
    ["spa514g", 4, 4, "2 x SPA500S 32, SPA500DS 32", "spa51x"],
    ["spa525g", 5, 5, "2 x SPA500S 32, SPA500DS 32", "spa525g"],
    ["spa525g2", 5, 5, "2 x SPA500S 32, SPA500DS 32", "spa525g"],
  ],
  "cisco/ata": [
    ["ata191", 2, 0, "", "ATA19x"],
    ["ata192", 2, 0, "", "ATA19x"],
  ],
};

const modulesOf = ({ most, types }: ModelProfile["has"]["modules"]) =>
  most === 0
    ? ""
    : `${most} x ${Object.entries(types)
        .map(([type, { keys }]) => `${type} ${keys}`)
        .join(", ")}`;

describe.each(Object.entries(families))("family %s", (family, rows) => {
  it("has these models with these lines, keys, modules and loads, and no others", () => {
    const models = catalogue.models.filter((model) => model.family === family);
    const found = models.map(({ id, has, firmware }) => [
      id.slice("cisco/".length),
      has.lines,
      has.keys,
      modulesOf(has.modules),
      firmware.loads[0],
    ]);
    expect(found.sort()).toEqual([...rows].sort());
  });
});

it("the catalogue has at least the 75 models that were promised", () => {
  expect(catalogue.models.length).toBeGreaterThanOrEqual(75);
});

it.each([
  ["Cisco-CP-8841-3PCC/11.0 (00562b043615)", "cisco/8841-3pcc", "00562b043615", "11.0"],
  ["Cisco-CP-8865-3PCC/12.0.2 (00562b043615)", "cisco/8865-3pcc", "00562b043615", "12.0.2"],
  ["Cisco-CP-8845-3PCC/12.0.2 (00562b043615)", "cisco/8845-3pcc", "00562b043615", "12.0.2"],
  ["Cisco-CP-6841-3PCC/11.3.7 (00562b043615)", "cisco/6841", "00562b043615", "11.3.7"],
  ["Cisco/SPA501G-7.4.4 (8843E157DDCC)(CBT141100HR)", "cisco/spa501g", "8843e157ddcc", "7.4.4"],
  ["Cisco/SPA508G-7.4.8a (0002FDFF2103)(CBT141400UK)", "cisco/spa508g", "0002fdff2103", "7.4.8a"],
  ["Cisco/SPA525G-7.4.7 (CBT141900G7)", "cisco/spa525g", undefined, "7.4.7"],
  ["Cisco/SPA525G2-7.4.5 (CBT141900G7)", "cisco/spa525g2", undefined, "7.4.5"],
  ["Cisco/SPA112-1.4.1(SR5) (88755A123456)", "cisco/spa112", "88755a123456", "1.4.1(SR5)"],
  ["Cisco/ATA192-MPP-11-1-0MPP-16(FCH2118DGQP)", "cisco/ata192", undefined, "11-1-0MPP-16"],
  ["Cisco/ATA191-MPP-11-1-0MPP-16 (FCH2118DGQP)", "cisco/ata191", undefined, "11-1-0MPP-16"],
  ["Cisco-DP-9871/PHONEOS.4-1-1-0101-76 (a4b439d2c001)", "cisco/9871", "a4b439d2c001", "PHONEOS.4-1-1-0101-76"],
  ["Cisco-DP-9871NR-3PCC/5.0.1 (a4b439d2c001)", "cisco/9871", "a4b439d2c001", "5.0.1"],
  ["Cisco-CP-8875-3PCC/PHONEOS.4-1-1-0101-76", "cisco/8875", undefined, "PHONEOS.4-1-1-0101-76"],
])("%s is a %s", (userAgent, model, mac, firmware) => {
  const found = catalogue.byUserAgent(userAgent);
  expect([found?.model.id, found?.mac, found?.firmware]).toEqual([model, mac, firmware]);
});

it.each(["Linksys/SPA-942-6.1.5(a) (88019FA42805)", "Cisco-CP8841/12.6.1", "Cisco-CP7960G/8.0", "curl/8.5.0"])(
  "%s is no model of the catalogue's",
  (userAgent) => expect(catalogue.byUserAgent(userAgent)).toBeUndefined(),
);

it.each([
  ["8851-3PCC.xml", "cisco/8851-3pcc"],
  ["6821-3PCC.xml", "cisco/6821"],
  ["Cisco/CP-7841-3PCC/00562b043615.cfg", "cisco/7841-3pcc"],
  ["CP-8832-3PCC.cfg", "cisco/8832-3pcc"],
  ["DP-9811.xml", "cisco/9811"],
  ["9841-3PCC.xml", "cisco/9841"],
  ["8875-3PCC.xml", "cisco/8875"],
  ["spa504G.cfg", "cisco/spa504g"],
  ["spa525G.cfg", "cisco/spa525g"],
  ["spa525G2.cfg", "cisco/spa525g2"],
  ["spa301.cfg", "cisco/spa301"],
  ["spa112.cfg", "cisco/spa112"],
  ["ata191.cfg", "cisco/ata191"],
])("/%s is asked for by a %s and by no other", (file, model) => {
  const named = catalogue.names.find(file).candidates.map((each) => each.model);
  expect(new Set(named)).toEqual(new Set([model]));
});

it("phones that can't speak SIP over UDP are not offered it", () => {
  const tcpOnly = catalogue.models.filter(({ can }) => !can.sip.includes("udp")).map(({ id }) => id);
  expect(tcpOnly).toEqual(["cisco/8961", "cisco/9951", "cisco/9971"]);
});

it("tells a family's models apart by the same quirks", () => {
  const quirks: Readonly<Record<string, readonly string[]>> = {
    "cisco/mpp": ["bluetooth", "kem", "screen", "series", "usb", "video", "wifi"],
    "cisco/phoneos": ["bluetooth", "kem", "series", "touch", "video", "wifi"],
    "cisco/enterprise": ["bluetooth", "series", "switches", "tones", "usb", "video", "wifi"],
    "cisco/sip79xx": [],
    "cisco/spa": ["kem", "kind", "screen", "series", "wifi"],
    "cisco/ata": ["router"],
  };
  const lacking = catalogue.models.flatMap(({ id, family, quirks: own }) =>
    (quirks[family] ?? []).filter((name) => !(name in own)).map((name) => `${id} ${name}`),
  );
  expect(lacking).toEqual([]);
});

it("has a module where the quirks say so, and none where they do not", () => {
  const wrong = catalogue.models.filter(({ quirks, has }) => "kem" in quirks && quirks.kem !== has.modules.most > 0);
  expect(wrong.map(({ id }) => id)).toEqual([]);
});
