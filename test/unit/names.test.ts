import { describe, expect, it } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import { createNameIndex, normaliseName } from "../../server/domain/identify.ts";
import { formatMac, parseMac } from "../../server/domain/mac.ts";
import type { FileSpec } from "../../server/domain/model.ts";
import { nearest } from "../../server/domain/nearest.ts";

describe("a MAC", () => {
  it.each([
    ["00:17:21:82:05:42", "001721820542"],
    ["0017.2182.0542", "001721820542"],
    ["00-17-21-82-05-42", "001721820542"],
    ["001721820542", "001721820542"],
    ["00562B043615", "00562b043615"],
    [" 00:56:2b:04:36:15 ", "00562b043615"],
  ])("is taken as %j", (text, mac) => {
    expect(parseMac(text)).toBe(mac);
  });

  it.each([
    "",
    "00172182054",
    "0017218205422",
    "00:17:21:82:05",
    "00:17-21:82:05:42",
    "g01721820542",
    "0017:2182:0542",
  ])("is not %j", (text) => {
    expect(parseMac(text)).toBeUndefined();
  });

  it("is shown with colons", () => {
    expect(formatMac("001721820542" as never)).toBe("00:17:21:82:05:42");
  });
});

describe("a name that a phone asks for", () => {
  it.each([
    ["/SEP001721820542.cnf.xml", "SEP001721820542.cnf.xml"],
    ["//a//b.xml", "a/b.xml"],
    ["\\a\\b.xml", "a/b.xml"],
    ["Communicator/SEP0.xml", "SEP0.xml"],
    ["communicator\\SEP0.xml", "SEP0.xml"],
    ["c:\\tftp\\x.cnf", "tftp/x.cnf"],
    ["/8851-3PCC.xml?mac=1#x", "8851-3PCC.xml"],
    ["", ""],
    ["a..b/c", "a..b/c"],
  ])("%j is made plain: %j", (path, name) => {
    expect(normaliseName(path)).toBe(name);
  });

  it.each(["../x", "a/../b", "..\\x", "a\u0000b", "a\nb", "x".repeat(256)])("%j is refused", (path) => {
    expect(() => normaliseName(path)).toThrow(Failure);
  });
});

describe("the index of names", () => {
  const spec = (id: string): FileSpec => ({ id, names: ["-"], serves: "common" });
  const index = createNameIndex([
    { name: "SEP{mac}.cnf.xml", candidate: { family: "e", file: spec("device") } },
    { name: "ATA{mac}.cfg", candidate: { family: "a", file: spec("ata") } },
    { name: "{mac}.cfg", candidate: { family: "m", file: spec("plain") } },
    { name: "Cisco/CP-1/{mac}.cfg", candidate: { family: "m", model: "m/1", file: spec("specific") } },
    { name: "*.jar", candidate: { family: "e", file: spec("jar") } },
    { name: "*-sip.jar", candidate: { family: "e", file: spec("sip-jar") } },
  ]);

  it.each([
    ["SEP001721820542.cnf.xml", "device", "001721820542"],
    ["x/y/sep001721820542.CNF.xml", "device", "001721820542"],
    ["ATA001721820542.cfg", "ata", "001721820542"],
    ["001721820542.cfg", "plain", "001721820542"],
    ["cisco/cp-1/001721820542.cfg", "specific", "001721820542"],
    ["cisco/cp-2/001721820542.cfg", "plain", "001721820542"],
    ["English/mk-sip.jar", "sip-jar", undefined],
    ["other.jar", "jar", undefined],
    ["0017218205421.cfg", undefined, undefined],
    ["SEP00172182054.cnf.xml", undefined, undefined],
  ])("finds %s: %s", (name, id, mac) => {
    const found = index.find(name);
    expect(found.candidates[0]?.file.id).toBe(id);
    expect(found.mac).toBe(mac);
  });
});

describe("the nearest known name", () => {
  it.each([
    ["sip.sever", "sip.server"],
    ["SIP.SERVER", "sip.server"],
    ["time.zones", "time.zone"],
    ["completely-else", undefined],
  ])("to %j is %j", (typed, known) => {
    expect(nearest(typed, ["sip.server", "sip.port", "time.zone"])).toBe(known);
  });
});
