import Type, { type Static } from "typebox";

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });

/** Languages that texts of a phone can be asked in, by ISO 639-1. */
export const languages = [
  ...["bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "ga", "hr", "hu"],
  ...["it", "lt", "lv", "mt", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sv"],
];

const ToneSegment = Type.Object(
  {
    hz: Type.Array(Type.Integer({ minimum: 50, maximum: 2000 }), {
      minItems: 1,
      maxItems: 4,
      description: "frequencies that sound together",
    }),
    on: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 20, description: "seconds; without it the tone does not end" }),
    ),
    off: Type.Optional(Type.Number({ minimum: 0, maximum: 20, description: "seconds of silence after it" })),
  },
  strict,
);

/** Parts one after the other; the whole list repeats. */
export const Tone = Type.Array(ToneSegment, { minItems: 1, maxItems: 6 });
export type Tone = Static<typeof Tone>;

const digitRange = "(?:[0-9]|0-[1-9]|1-[2-9]|2-[3-9]|3-[4-9]|4-[5-9]|5-[6-9]|6-[7-9]|7-[89]|8-9)";

/** Numbers as phones recognise them while they are typed. */
export const NumberPattern = Type.String({
  maxLength: 38,
  pattern: `^(?:[0-9*#+x]|\\[${digitRange}+\\])+\\.?$`,
  description: "digits, * # +, x any digit, [2-9] or [246] one of these, a final . any number of further digits",
});

/** Numbers of one kind, as people dial them. */
const NumberFormat = Type.Object(
  {
    match: NumberPattern,
    what: Text,
  },
  strict,
);

const Prefix = Type.String({ pattern: "^[0-9]{1,4}$", description: "one to four digits" });

/** What a country decides for the phones in it; a file of profiles/countries. */
export const Country = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    code: Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166 alpha-2, GB for the United Kingdom" }),
    title: Text,
    sources: Type.Array(Text, { minItems: 1, description: "the document each fact comes from" }),
    language: Type.Enum(languages),
    dateFormat: Type.Enum(["day/month", "month/day"]),
    clock: Type.Enum(["24h", "12h"]),
    emergency: Type.Array(Type.String({ pattern: "^[0-9]{2,5}$", description: "two to five digits" }), {
      minItems: 1,
      uniqueItems: true,
      description: "the first is the one to teach people",
    }),
    tones: Type.Object(
      {
        dial: Tone,
        busy: Tone,
        congestion: Tone,
        ringback: Tone,
        callWaiting: Tone,
        stutterDial: Type.Optional(Tone),
      },
      strict,
    ),
    numbers: Type.Object(
      {
        international: Prefix,
        trunk: Type.String({
          pattern: "^[0-9]{0,4}$",
          description: "up to four digits, dialled before an area code; empty when nothing is",
        }),
        formats: Type.Array(NumberFormat, { minItems: 1, description: "most specific first" }),
      },
      strict,
    ),
  },
  strict,
);
export type Country = Static<typeof Country>;
