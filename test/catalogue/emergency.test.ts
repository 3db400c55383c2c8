import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { countryPlan, misledByPrefix } from "../../server/domain/country-layer.ts";
import { type DialTemplateLine, dialTemplate, makeDialPlan } from "../../server/domain/dial-plan.ts";

const catalogue = createCatalogue("profiles");
const countries = [...catalogue.countries.values()];
const lengths = [[], [2], [3], [4], [3, 4], [2, 4, 6]];

/** Plans as offices have them: with extensions of these lengths, and each prefix that the country can have. */
const plans = countries.flatMap((country) =>
  ["", "0", "9", "8"]
    .filter((prefix) => misledByPrefix(country, prefix, country.emergency) === undefined)
    .flatMap((prefix) => lengths.map((each) => ({ country, prefix, lengths: each }))),
);

function planOf({ country, lengths: each, prefix }: (typeof plans)[number]) {
  return makeDialPlan([countryPlan(country, { lengths: each, prefix }), country.emergency, 5]);
}

/** A rule of a flat profile's script as a pattern; an open one also matches more. */
function whole(match: string): RegExp {
  const open = match.endsWith(".");
  const body = match.replace(/\.$/, "").replaceAll("*", "\\*").replaceAll("+", "\\+").replaceAll("x", "\\d");
  return new RegExp(`^${body}${open ? "\\d*" : ""}$`);
}

/** Whether a line of a template fits what was typed so far, and whether it is then complete. */
function fits({ match }: DialTemplateLine, typed: string): "complete" | "incomplete" | undefined {
  const places = match.replace(/\*$/, "");
  const open = match.endsWith("*");
  const same = [...typed].every(
    (digit, at) => places[at] === "." || places[at] === digit || (open && at >= places.length),
  );
  if (!same) return undefined;
  return typed.length >= places.length ? "complete" : "incomplete";
}

const writtenOut = ({ match }: DialTemplateLine) => match.replace(/[.*\\]/g, "").length;

/**
 * When an enterprise phone dials: the complete line with most digits written out, if it has more of them than every line
 * that could still become complete (Cisco SIP IP Phone administrator guide, dial plans).
 */
function dialsAtOnce(lines: readonly DialTemplateLine[], typed: string): boolean {
  const fitting = lines.filter((line) => fits(line, typed) !== undefined);
  const complete = fitting
    .filter((line) => fits(line, typed) === "complete")
    .sort((a, b) => writtenOut(b) - writtenOut(a));
  const [best] = complete;
  const open = fitting.filter((line) => fits(line, typed) === "incomplete");
  return best?.timeout === 0 && open.every((line) => writtenOut(line) < writtenOut(best));
}

describe("in every country, with extensions of any usual length and any prefix that it can have", () => {
  it("there are plans to look at", () => expect(plans.length).toBeGreaterThan(300));

  it("an emergency number is dialled at once by multiplatform phones, and never cut off before", () => {
    const wrong = plans.flatMap((plan) => {
      const { rules } = planOf(plan);
      return plan.country.emergency.flatMap((number) => {
        const first = rules.find(({ match }) => whole(match).test(number));
        const begun = Array.from({ length: number.length - 1 }, (_, at) => number.slice(0, at + 1));
        const cut = rules.find(({ match, wait }) => wait === 0 && begun.some((each) => whole(match).test(each)));
        return first?.match === number && first.wait === 0 && !cut
          ? []
          : [`${plan.country.code} ${number} ${cut?.match}`];
      });
    });
    expect([...new Set(wrong)]).toEqual([]);
  });

  it("an emergency number is dialled at once by enterprise phones and the 7960", () => {
    const wrong = plans.flatMap((plan) => {
      const lines = dialTemplate(planOf(plan));
      const late = plan.country.emergency.filter((number) => !dialsAtOnce(lines, number));
      return late.map((number) => `${plan.country.code} ${plan.prefix} ${plan.lengths} ${number}`);
    });
    expect(wrong).toEqual([]);
  });

  it("the prefix before an emergency number does no harm: it is dialled at once as well", () => {
    const wrong = plans
      .filter(({ prefix }) => prefix !== "")
      .flatMap((plan) => {
        const { rules } = planOf(plan);
        return plan.country.emergency.flatMap((number) => {
          const typed = plan.prefix + number;
          const isUrgent = plan.country.emergency.some((each) => typed.startsWith(each));
          const first = rules.find(({ match }) => whole(match).test(typed));
          return isUrgent || first?.wait === 0 ? [] : [`${plan.country.code} ${typed}`];
        });
      });
    expect([...new Set(wrong)]).toEqual([]);
  });

  it("a template is whole: no line is left out for want of room", () => {
    const longest = Math.max(...plans.map((plan) => dialTemplate(planOf(plan)).length));
    expect(longest).toBeLessThan(599);
  });
});

describe("a prefix for calls outside", () => {
  const of = (code: string) => {
    const country = catalogue.countries.get(code);
    if (!country) throw new Error(code);
    return country;
  };
  it.each([
    ["ES", "0", "062"],
    ["AU", "0", "000"],
    ["GR", "0", undefined],
    ["HR", "9", undefined],
    ["CZ", "0", undefined],
    ["GB", "9", undefined],
  ])("of %s %s makes with an ordinary number: %s", (code, prefix, number) => {
    const misled = misledByPrefix(of(code), prefix, of(code).emergency);
    if (number === undefined) expect(misled).toBeUndefined();
    else expect(of(code).emergency).toContain(misled);
  });
});

describe("emergency numbers that people set", () => {
  it("are not cut off by a rule that dials at once what they begin with", () => {
    const { rules } = makeDialPlan([[{ match: "xxx", wait: 0 }], ["112", "7777"], 5]);
    expect(rules).toEqual([
      { match: "112", wait: 0 },
      { match: "7777", wait: 0 },
      { match: "[0-689]xx", wait: 0 },
      { match: "7[0-689]x", wait: 0 },
      { match: "77[0-689]", wait: 0 },
      { match: "777", wait: 3 },
    ]);
  });

  it("take nothing from a plan that gives them room", () => {
    const { rules } = makeDialPlan([
      [
        { match: "xxxx", wait: 0 },
        { match: "0x.", wait: 3 },
      ],
      ["112"],
      5,
    ]);
    expect(rules.map(({ match }) => match)).toEqual(["112", "xxxx", "0x."]);
  });
});
