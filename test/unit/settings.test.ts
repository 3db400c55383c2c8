import { describe, expect, it } from "vitest";
import { dialScript, dialTemplate } from "../../server/domain/dial-plan.ts";
import { beyond } from "../../server/domain/limits.ts";
import { createSettingsCheck, overlay, resolveSettings, settingDefinitions } from "../../server/domain/settings.ts";

const check = createSettingsCheck({ zone: (name) => name === "Europe/Athens", country: (code) => code === "GR" });

describe("the settings", () => {
  it("are about two hundred, each documented and with a right default", () => {
    expect(settingDefinitions.size).toBeGreaterThanOrEqual(180);
    for (const { default: value, layers, name, text, title } of settingDefinitions.values()) {
      expect(title.length, name).toBeGreaterThan(2);
      expect(text.length, name).toBeGreaterThan(10);
      if (value !== undefined && name !== "time.zone")
        expect(check({ [name]: value }, layers?.[0] ?? "site", ""), name).toEqual([]);
    }
  });

  it("come from the latest layer that speaks, and say which", () => {
    const resolved = resolveSettings([
      { layer: "family", id: "cisco/mpp", settings: { "sip.port": 5061 } },
      { layer: "organization", id: "default", settings: { "sip.server": "a.example", "sip.transport": "tcp" } },
      { layer: "site", id: "athens", settings: { "sip.server": "b.example" } },
      { layer: "device", id: "001721820542", settings: { "sip.transport": "tls" } },
    ]);
    expect(resolved.get("sip.server")).toEqual({ value: "b.example", layer: "site", id: "athens" });
    expect(resolved.get("sip.transport")).toEqual({ value: "tls", layer: "device", id: "001721820542" });
    expect(resolved.get("sip.port")).toEqual({ value: 5061, layer: "family", id: "cisco/mpp" });
    expect(resolved.get("time.clock")).toEqual({ value: "24h", layer: "family", id: "offhook" });
    expect(resolved.has("voicemail.number")).toBe(false);
    const line = overlay(resolved, [{ layer: "line", id: "9721", settings: { "sip.server": "c.example" } }]);
    expect(line.get("sip.server")?.layer).toBe("line");
  });

  it.each([
    ["site", { "sip.sever": "x" }, "/sip.sever", "unknown-setting"],
    ["site", { "sip.port": 0 }, "/sip.port", "minimum"],
    ["site", { "sip.port": "5060" }, "/sip.port", "type"],
    ["site", { "sip.transport": "smoke" }, "/sip.transport", "enum"],
    ["site", { "sip.server": "a b" }, "/sip.server", "pattern"],
    ["site", { "sip.server": "::::" }, "/sip.server", "pattern"],
    ["site", { "sip.server": "....." }, "/sip.server", "pattern"],
    ["site", { "dial.plan": [{ match: "[9-2]x.", wait: 0 }] }, "/dial.plan/0/match", "pattern"],
    ["organization", { "provision.rule": "[--pwd x]http://a/b" }, "/provision.rule", "pattern"],
    ["site", { "phone.label": "a\u0007b" }, "/phone.label", "pattern"],
    ["site", { "phone.label": "\ud800" }, "/phone.label", "pattern"],
    ["site", { "time.zone": "Europe/Atlantis" }, "/time.zone", "unknown-zone"],
    ["site", { country: "XX" }, "/country", "unknown-country"],
    ["preset", { country: "GR" }, "/country", "wrong-layer"],
    ["site", { "provision.rule": "/x" }, "/provision.rule", "wrong-layer"],
    ["line", { "time.clock": "12h" }, "/time.clock", "wrong-layer"],
    ["site", { "dial.plan": [{ match: "a", wait: 0 }] }, "/dial.plan/0/match", "pattern"],
    ["site", { "provision.errorRetry": [0] }, "/provision.errorRetry/0", "minimum"],
  ] as const)("of a %s are refused: %j", (layer, settings, pointer, code) => {
    expect(check(settings, layer, "")).toMatchObject([{ pointer, code }]);
  });

  it.each(["pbx.example.com", "10.0.0.1", "2001:db8::1", "::1", "fe80::a:1"])("take %s for a server", (server) => {
    expect(check({ "sip.server": server }, "site", "")).toEqual([]);
  });

  it("may be null at any layer, which gives the value back", () => {
    expect(check({ "sip.server": null, "time.zone": null }, "site", "")).toEqual([]);
  });
});

describe("a dial plan", () => {
  const rules = [
    { match: "112", wait: 0 },
    { match: "9[7-8]xx", wait: 0 },
    { match: "[246]x", wait: 2 },
    { match: "0x.", wait: 3 },
    { match: "*97", wait: 0 },
  ];

  it("is a script on flat profiles", () => {
    expect(dialScript({ rules, timeout: 5 })).toBe("(112S0|9[7-8]xxS0|[246]xS2|0xx.S3|*97S0|*x.|xx.)");
  });

  it("is a template on enterprise phones, with classes written out and stars escaped", () => {
    expect(dialTemplate({ rules, timeout: 5 })).toEqual([
      { match: "112", timeout: 0 },
      { match: "97..", timeout: 0 },
      { match: "98..", timeout: 0 },
      { match: "2.", timeout: 2 },
      { match: "4.", timeout: 2 },
      { match: "6.", timeout: 2 },
      { match: "0.*", timeout: 3 },
      { match: "\\*97", timeout: 0 },
      { match: "*", timeout: 5 },
    ]);
  });

  it("stays bounded when classes multiply", () => {
    const many = [{ match: "[0-9][0-9][0-9][0-9][0-9]", wait: 0 }];
    expect(dialTemplate({ rules: many, timeout: 5 })).toHaveLength(599);
  });
});

describe("a limit", () => {
  const source = "the book";
  it.each([
    [{ max: 3, source }, "abcd", "has 4 characters, at most 3 fit (the book)"],
    [{ max: 3, source }, "😀😀😀", undefined],
    [{ max: 3, bytes: true, source }, "é😀", "has 6 bytes, at most 3 fit (the book)"],
    [{ min: 8, source }, "short", "has 5 characters, at least 8 are needed (the book)"],
    [{ ascii: true, source }, "é", "holds characters other than printable ASCII (the book)"],
    [{ digits: true, source }, "12a", "holds other characters than 0-9 * # (the book)"],
    [{ without: ";", source }, "a;b", 'holds ";", which this format can\'t carry (the book)'],
    [
      { classes: 3, source },
      "aaaa1111",
      "needs 3 of small letters, capital letters, digits and other signs (the book)",
    ],
    [{ classes: 3, source }, "aaA1", undefined],
    [{ trimmed: true, source }, " a", "begins or ends with a blank, which the phone drops (the book)"],
    [{ max: 3, source }, "abc", undefined],
  ] as const)("%j on %j: %s", (limit, text, reason) => {
    expect(beyond(limit, text)).toBe(reason);
  });
});
