import { copyFileSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCountries } from "../../server/catalogue/countries.ts";
import { countryPlan } from "../../server/domain/country-layer.ts";
import type { DialRule } from "../../server/domain/dial-plan.ts";

const folder = "profiles/countries";
const countries = readCountries(folder);
const all = [...countries.values()];

/** Numbers as people dial them in the country: the examples of libphonenumber, short codes and well-known numbers. */
const dialled: readonly [code: string, when: "at once" | "waits", numbers: string][] = [
  ["AT", "waits", "01234567890 0664123456 0800123456 0900123456 0810123456 0780123456 01512345 06641234567"],
  ["AU", "at once", "0212345678 0412345678 1800123456 1900123456 0147101234 0298765432 98765432 131450"],
  ["AU", "waits", "1300123456 01631234 1223"],
  ["BE", "at once", "012345678 0450001234 080012345 090012345 078791234 078102345 021234567 1207"],
  ["BG", "at once", "043012345 080012345 090123456 070012345"],
  ["BG", "waits", "02123456"],
  ["CA", "at once", "15062345678 18002123456 19002123456 15219023456 16002012345 16135550123 6135550123 811 988"],
  ["CA", "waits", "3101234"],
  ["CH", "at once", "0212345678 0781234567 0800123456 0900123456 0840123456 0878123456 0740123456 0581234567"],
  ["CY", "at once", "22345678 96123456 80001234 90012345 80112345 70012345 77123456"],
  ["CZ", "at once", "212345678 601123456 800123456 900123456 811234567 700123456 910123456 972123456 224123456"],
  ["CZ", "at once", "602123456 777123456 116111"],
  ["CZ", "waits", "93123456789 1188 12712 13129 14111 199"],
  ["DE", "at once", "015123456789 070012345678 015112345678 11880"],
  ["DE", "waits", "030123456 08001234567890 09001234567 018012345 016412345 018500123456 0177991234567"],
  ["DE", "waits", "03012345678 01711234567 223456 017612345678"],
  ["DK", "at once", "32123456 34412345 80123456 90123456 1811"],
  ["EE", "at once", "3212345 51234567 9001234 70012345"],
  ["EE", "waits", "80012345"],
  ["ES", "at once", "810123456 612345678 800123456 803123456 901123456 701234567 511234567 11822 010"],
  ["ES", "waits", "1004"],
  ["FI", "waits", "0131234567 0412345678 0800123456 0600123456 010112345 0401234567 091234567"],
  ["FR", "at once", "0123456789 0612345678 0801234567 0891123456 0884012345 0912345678 0806123456 3631 1013"],
  ["FR", "at once", "118218"],
  ["GB", "at once", "01212345678 07400123456 08001234567 09012345678 07012345678 05612345678 07640123456"],
  ["GB", "at once", "05512345678"],
  ["GB", "waits", "08001111 0800123456 960123"],
  ["GR", "at once", "2123456789 6912345678 9091234567 8011234567 7012345678 5005000123 2101234567 2310123456"],
  ["GR", "at once", "6971234567 11888 4012345678 116111"],
  ["GR", "waits", "8001234567 13888 1024 197 80012345678"],
  ["HR", "at once", "012345678 0921234567 0800123456 074123456 014816000 0521234567 0911234567 0981234567 116111"],
  ["HR", "at once", "072123456"],
  ["HR", "waits", "06001234 062123456 021345678 098123456 08001234 11888 1987 345678"],
  ["HU", "at once", "0612345678 06201234567 0680123456 0690123456 06211234567 06381234567"],
  ["HU", "waits", "2345678"],
  ["IE", "at once", "0850123456 1800123456 1520123456 1850123456 0700123456 0761234567 0818123456 012345678"],
  ["IE", "at once", "0851234567"],
  ["IE", "waits", "02212345 08551234567 0855123456"],
  ["IT", "at once", "800123456 848123456 5512345678 803116"],
  ["IT", "waits", "0212345678 3123456789 899123456 1781234567 33101234501 0612345678 1254"],
  ["LT", "at once", "031234567 061234567 080012345 090012345 080812345 070012345 080123456 070712345"],
  ["LU", "at once", "628123456 80012345 90012345 80112345"],
  ["LU", "waits", "27123456 20201234"],
  ["LV", "at once", "63123456 21234567 80123456 90123456 81123456"],
  ["MT", "at once", "21001234 96961234 80071234 50037123 35501234 71171234 50112345"],
  ["NL", "at once", "0101234567 0612345678 0851234567 0662345678 0201234567"],
  ["NL", "waits", "08001234 09061234 14020 09001234"],
  ["NO", "at once", "21234567 40612345 80012345 82012345 81021234 88012345 85012345 02000"],
  ["PL", "at once", "123456789 512345678 701234567 801234567 391234567 641234567 804123456 221234567 601123456"],
  ["PL", "at once", "501123456 731234567 118913 19115 116111 913123456"],
  ["PL", "waits", "800123456 8001234567 2219115"],
  ["PT", "at once", "212345678 912345678 800123456 760123456 808123456 884123456 301234567 622212345"],
  ["RO", "at once", "0211234567 0712034567 0800123456 0900123456 0801123456 0372123456"],
  ["SE", "at once", "0701234567 0771234567 0751234567 0740123456 0102345678 0812345678"],
  ["SE", "waits", "08123456 020123456 09001234567 0254123456789 081234567"],
  ["SI", "at once", "012345678 031234567 080123456 090123456 059012345"],
  ["SK", "at once", "0221234567 0912123456 0800123456 0900123456 0850123456 0690123456 0961234567"],
  ["SK", "waits", "09090123"],
  ["US", "at once", "12015550123 18002345678 19002345678 15002345678 2025550123 9175550123 9805550123 411 988"],
];

const examples = dialled.flatMap(([code, when, numbers]) =>
  numbers.split(" ").map((number) => ({ code, when, number })),
);

/** What a format takes, as a regular expression: of a whole number, or of its beginning. */
function regex(match: string, end = "$"): RegExp {
  return new RegExp(`^${match.replaceAll("x", "[0-9]").replace(/\.$/, "[0-9]*")}${end}`);
}

/** What a phone in that country would be told, without extensions and prefix. */
function planOf(code: string): readonly DialRule[] {
  const country = countries.get(code);
  if (!country) throw new Error(`there is no ${code}`);
  return countryPlan(country, { lengths: [], prefix: "" });
}

/** The digits that each place of a format takes. */
function places(match: string): string[] {
  return [...match.matchAll(/\[[^\]]+\]|[0-9x]/g)].map(([place]) =>
    [..."0123456789"].filter((digit) => regex(place).test(digit)).join(""),
  );
}

function share(one: string, other = ""): boolean {
  return [...one].some((digit) => other.includes(digit));
}

/**
 * Whether a number of `longer` may begin with a whole number of `shorter`, or with `shorter` itself when it is one. A
 * shorter open format does not count: it stands for numbers that have fewer digits than the fixed one beside it.
 */
function mayBegin(shorter: string, longer: string): boolean {
  const [head, body] = [places(shorter), places(longer)];
  const goesOn = body.length > head.length || (longer.endsWith(".") && body.length === head.length);
  return goesOn && head.every((place, at) => share(place, body[at]));
}

it("there are the countries of the European Union, the United Kingdom, Switzerland, Norway and three more", () => {
  const european = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split(" ");
  expect([...countries.keys()].sort()).toEqual([...european, "AU", "CA", "CH", "GB", "NO", "US"].sort());
  expect(readdirSync(folder).filter((name) => name.endsWith(".json")).length).toBe(33);
});

it.each([
  ["2xxx", "[12]xxxx", true],
  ["2xxx", "[0-24]xxx.", true],
  ["112", "11[0-25]xxx", true],
  ["112", "11[013-9].", false],
  ["2xxx", "1xxxx", false],
  ["2xxxx", "2xxx", false],
])("whether %s may begin %s is seen: %s", (shorter, longer, begins) => {
  expect(mayBegin(shorter, longer)).toBe(begins);
});

describe("a country that is wrong", () => {
  const greece = JSON.parse(readFileSync(`${folder}/GR.json`, "utf8"));
  const numbers = (match: string) => ({ ...greece.numbers, formats: [{ match, what: "planted" }] });
  it.each([
    ["a class that is not closed", { numbers: numbers("2[0-9xx") }, "/numbers/formats/0/match"],
    ["a class that runs backwards", { numbers: numbers("[9-2]x") }, "/numbers/formats/0/match"],
    ["a . that is not the last", { numbers: numbers("2.x") }, "/numbers/formats/0/match"],
    ["39 characters", { numbers: numbers("x".repeat(39)) }, "/numbers/formats/0/match"],
    ["no source", { sources: [] }, "/sources"],
    ["a field that is not known", { ringtone: "loud" }, "/ringtone is not a field here"],
    ["a language that no phone has", { language: "tlh" }, "/language must be one of"],
    ["an emergency number that is a word", { emergency: ["police"] }, "/emergency/0"],
    ["a tone without a frequency", { tones: { ...greece.tones, dial: [{ hz: [] }] } }, "/tones/dial/0/hz"],
    ["another code than its file", { code: "GB" }, 'is called "GB" inside, which is not the file\'s name'],
  ])("is refused with %s, and the file is named", (_, planted, named) => {
    const broken = mkdtempSync(join(tmpdir(), "countries-"));
    writeFileSync(join(broken, "GR.json"), JSON.stringify({ ...greece, ...planted }));
    expect(() => readCountries(broken)).toThrow(named);
    expect(() => readCountries(broken)).toThrow(join(broken, "GR.json"));
  });

  it("does not hide the next one", () => {
    const broken = mkdtempSync(join(tmpdir(), "countries-"));
    copyFileSync(`${folder}/PL.json`, join(broken, "PL.json"));
    writeFileSync(join(broken, "GR.json"), JSON.stringify({ ...greece, clock: "25h", title: "" }));
    writeFileSync(join(broken, "HR.json"), "{");
    const named = ["GR.json: /title", "GR.json: /clock", "HR.json: "].join("[^]*");
    expect(() => readCountries(broken)).toThrow(new RegExp(named));
  });

  it("can't be no country at all", () => {
    expect(() => readCountries(join(folder, "nowhere"))).toThrow("nothing was found");
  });
});

describe.each(all)("$title", ({ code, emergency, tones, numbers }) => {
  it("has tones that can be heard and that repeat within twenty seconds", () => {
    for (const tone of Object.values(tones)) {
      for (const { hz, on, off } of tone) {
        expect(Math.min(...hz)).toBeGreaterThanOrEqual(50);
        expect(Math.max(...hz)).toBeLessThanOrEqual(2000);
        expect((on ?? 0) + (off ?? 0)).toBeLessThan(20);
        expect(on === undefined, "a tone without an end stands alone and has no pause").toBe(off === undefined);
      }
      if (tone.length > 1) expect(tone.filter(({ on }) => on === undefined)).toEqual([]);
    }
  });

  it("is helped by the number that works there", () => {
    if (code === "US" || code === "CA") expect(emergency).toEqual(["911"]);
    else if (code === "AU") expect(emergency).toEqual(["000", "112", "106"]);
    else expect(emergency[0]).toBe("112");
  });

  it("takes no emergency number, nor its beginning, for another number", () => {
    const formats = numbers.formats.map(({ match }) => match);
    const taken = emergency.flatMap((urgent) =>
      formats.filter((match) => (!match.endsWith(".") && regex(match, "").test(urgent)) || mayBegin(urgent, match)),
    );
    expect(taken).toEqual([]);
  });

  it("dials no number at once that may be the beginning of another one, not even of one to abroad", () => {
    const plan = planOf(code);
    const cut = plan
      .filter(({ wait }) => wait === 0)
      .flatMap(({ match }) =>
        plan.filter((other) => mayBegin(match, other.match)).map((other) => `${match} cuts ${other.match}`),
      );
    expect(plan.length).toBeGreaterThanOrEqual(numbers.formats.length);
    expect(cut).toEqual([]);
  });

  it("has examples", () => {
    expect(examples.filter((example) => example.code === code).length).toBeGreaterThanOrEqual(4);
  });
});

it.each(examples)("$code $number is dialled whole, and $when", ({ code, number, when }) => {
  const plan = planOf(code);
  const first = plan.find(({ match }) => regex(match).test(number));
  expect(first?.wait === 0).toBe(when === "at once");
  const shorter = [...number].slice(1).map((_, at) => number.slice(0, at + 1));
  const cut = plan.filter(({ match, wait }) => wait === 0 && shorter.some((beginning) => regex(match).test(beginning)));
  expect(cut).toEqual([]);
});
