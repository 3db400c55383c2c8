import { describe, expect, it } from "vitest";
import { countryPlan, type NumberedCountry } from "../../server/domain/country-layer.ts";
import { dialScript, dialTemplate, makeDialPlan } from "../../server/domain/dial-plan.ts";

const country = (formats: readonly string[], emergency: readonly string[] = ["112"]): NumberedCountry => ({
  emergency: [...emergency],
  numbers: { international: "00", trunk: "", formats: formats.map((match) => ({ match, what: "some" })) },
});

const rules = (formats: readonly string[], lengths: readonly number[], prefix = "", emergency?: readonly string[]) =>
  countryPlan(country(formats, emergency), { lengths, prefix }).map(({ match, wait }) => `${match} ${wait}`);

describe("the dial plan of a country", () => {
  it("dials a complete number at once", () => {
    expect(rules(["2xxxxxxxxx", "69xxxxxxxx"], [])).toEqual(["2xxxxxxxxx 0", "69xxxxxxxx 0", "00xxxxxxx. 3"]);
  });

  it("dials extensions at once, and waits only where one may begin a longer number", () => {
    const plan = rules(["2xxxxxxxxx"], [4]);
    expect(plan).toContain("[013-9]xxx 0".replace("[013-9]", "[13-9]"));
    expect(plan).toContain("2xxx 3");
    expect(plan).toContain("00xx 3");
    expect(plan).toContain("0[1-9]xx 0");
  });

  it("never cuts an emergency number off by a short extension", () => {
    const plan = rules([], [2], "", ["112"]);
    expect(plan).toContain("11 3");
    expect(plan).toContain("1[02-9] 0");
  });

  it("puts the prefix for calls outside before public numbers, so that extensions need not wait for them", () => {
    const plan = rules(["2xxxxxxxxx"], [4], "0");
    expect(plan).toContain("[1-9]xxx 0");
    expect(plan).toContain("02xxxxxxxxx 0");
    expect(plan).toContain("000xxxxxxx. 3");
  });

  it("waits for a shorter extension that may begin a longer one", () => {
    expect(rules([], [3, 5]).filter((each) => each.startsWith("x"))).toEqual(["xxx 3", "xxxxx 0"].slice(0, 1));
  });
});

describe("a dial plan", () => {
  it("has emergency numbers first and each number once", () => {
    const plan = makeDialPlan([
      [
        { match: "112", wait: 3 },
        { match: "xxxx", wait: 0 },
      ],
      ["112", "100"],
      5,
    ]);
    expect(dialScript(plan)).toBe("(112S0|100S0|xxxxS0|*x.|xx.)");
  });

  it("is a hot line, at once or after a while", () => {
    expect(dialScript(makeDialPlan([[], ["112"], 5, "9721", 0]))).toBe("(S0<:9721>)");
    expect(dialScript(makeDialPlan([[], ["112"], 5, "9721", 4]))).toBe("(P4<:9721>|112S0|*x.|xx.)");
    expect(dialTemplate(makeDialPlan([[], ["112"], 5, "9721", 4]))).toEqual([
      { match: "", timeout: 4, rewrite: "9721" },
      { match: "112", timeout: 0 },
      { match: "*", timeout: 5 },
    ]);
  });
});
