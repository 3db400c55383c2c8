import Type, { type Static } from "typebox";
import { keyTypes } from "./key-types.ts";
import { PushProfile } from "./push-profile.ts";

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });
const Sources = Type.Array(Text, { minItems: 1, description: "the manual or capture each fact comes from" });
const Defaults = Type.Record(Type.String(), Type.Unknown());
const Args = Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()]));

const Quirk = Type.Union([Type.String(), Type.Number(), Type.Boolean()]);

/** What a family can write of a value; a value beyond it is refused when given and left out when inherited. */
export const Limit = Type.Object(
  {
    max: Type.Optional(Type.Integer({ minimum: 1, description: "characters, or bytes of UTF-8 with `bytes`" })),
    min: Type.Optional(Type.Integer({ minimum: 1 })),
    bytes: Type.Optional(Type.Literal(true)),
    ascii: Type.Optional(Type.Literal(true)),
    digits: Type.Optional(Type.Literal(true)),
    classes: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, description: "of small, capital, digit, other" })),
    without: Type.Optional(Type.String({ description: "characters that break the format" })),
    trimmed: Type.Optional(Type.Literal(true, { description: "the phone drops blanks at either end" })),
    source: Text,
  },
  strict,
);
export type Limit = Static<typeof Limit>;
const Limits = Type.Record(Type.String(), Limit);

/** One row of a family's mapping: from settings and facts to one parameter. */
export const MappingRow = Type.Object(
  {
    to: Type.String({ description: "vendor name; {line}, {key}, {module}, {button} repeat it" }),
    from: Type.Optional(Type.Union([Text, Type.Array(Text, { minItems: 1 })])),
    value: Type.Optional(Type.String({ description: "a literal" })),
    as: Type.Optional(Type.String({ description: "named form that makes text of the values" })),
    with: Type.Optional(Args),
    table: Type.Optional(Type.Record(Type.String(), Type.String())),
    otherwise: Type.Optional(Type.String({ description: "written when there is no value" })),
    unused: Type.Optional(Type.String({ description: "written for a line or key of the phone that is not in use" })),
    only: Type.Optional(Type.Array(Type.Enum([...keyTypes]), { minItems: 1 })),
    when: Type.Optional(
      Type.Record(Type.String(), Type.Array(Quirk, { minItems: 1 }), {
        description: "only on models whose quirk of this name has one of these values",
      }),
    ),
    keeps: Type.Optional(Type.String({ description: "why a phone keeps what it has when there is no value" })),
    restarts: Type.Optional(Type.Literal(true, { description: "a phone restarts when it changes" })),
    bootstrap: Type.Optional(Type.Literal(true, { description: "also in the bootstrap" })),
  },
  strict,
);
export type MappingRow = Static<typeof MappingRow>;

export const FileSpec = Type.Object(
  {
    id: Text,
    names: Type.Array(Text, { minItems: 1, description: "{mac}, {psn}, {pn}; a leading * matches any beginning" }),
    serves: Type.Enum(["device", "bootstrap", "common", "nothing"]),
    template: Type.Optional(Text),
    document: Type.Optional(Type.String({ description: "a small document that Offhook builds: dial-template, …" })),
    type: Type.Optional(Text),
    from: Type.Optional(Type.Array(Text, { description: "settings that a document of the device is made of" })),
    when: Type.Optional(Type.Record(Type.String(), Type.Array(Quirk, { minItems: 1 }))),
    why: Type.Optional(Text),
    shelf: Type.Optional(
      Type.Literal(true, { description: "of what Offhook has nothing for: a file of this name may be uploaded" }),
    ),
  },
  strict,
);
export type FileSpec = Static<typeof FileSpec>;

/** One request of a booting phone: the name it asks and what it must get. */
export const BootStep = Type.Object(
  {
    ask: Text,
    via: Type.Array(Type.Enum(["tftp", "http"]), { minItems: 1, description: "in the order it tries them" }),
    expect: Type.Enum(["device", "bootstrap", "common", "nothing"]),
  },
  strict,
);
export type BootStep = Static<typeof BootStep>;

/** A way that a phone can't go at once: from what is below `below` to a load of `reaches` or later. */
const FirmwareStep = Type.Object(
  {
    loads: Type.Optional(Type.String({ description: "pattern of the names of loads it is about; all when absent" })),
    from: Type.Optional(Type.String({ description: "pattern of what the phone runs; anything when absent" })),
    below: Text,
    reaches: Type.Optional(Type.String({ description: "any of these loads when absent" })),
    converts: Type.Optional(
      Type.Literal(true, { description: "to another firmware, whose numbers compare with none" }),
    ),
    first: Type.String({ minLength: 1, description: "what the phone must run before" }),
    source: Text,
  },
  strict,
);
export type FirmwareStep = Static<typeof FirmwareStep>;

/** The oldest load that a phone may be given. */
const HardwareMinimum = Type.Object(
  {
    revision: Type.Optional(Type.String({ description: "only phones of this revision; all when absent" })),
    least: Text,
    source: Text,
  },
  strict,
);
export type HardwareMinimum = Static<typeof HardwareMinimum>;

/** What a phone does beside taking what changed. Restarts of single parameters stand at their rows. */
const Effects = Type.Object(
  {
    registers: Type.Array(Text, {
      description: "settings and facts, sip.* for a group: the phone registers anew, or may, when one of them changes",
    }),
    always: Type.Optional(Type.Literal("restarts", { description: "whatever changes" })),
    source: Text,
  },
  strict,
);

export const FamilyProfile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Text,
    title: Text,
    vendor: Text,
    sources: Sources,
    vocabulary: Type.String({ description: "table in profiles/vocabulary" }),
    format: Type.Enum(["xml", "flat-xml", "text"]),
    names: Type.Enum(["flat", "paths"], { description: "whether parameter names are paths of elements" }),
    stamp: Type.Optional(Type.String({ description: "parameter that carries the revision's digest" })),
    settings: Defaults,
    limits: Limits,
    owned: Type.Record(Type.String(), Text, {
      description: "parameters that no raw value may set, and what sets them",
    }),
    mapping: Type.Array(MappingRow, { minItems: 1 }),
    files: Type.Array(FileSpec, { minItems: 1 }),
    boot: Type.Array(BootStep, { minItems: 1 }),
    push: PushProfile,
    effects: Effects,
    firmware: Type.Object(
      {
        ending: Text,
        rule: Type.Optional(Text),
        steps: Type.Optional(Type.Array(FirmwareStep)),
        hardware: Type.Optional(Type.Array(HardwareMinimum)),
      },
      strict,
    ),
  },
  strict,
);
export type FamilyProfile = Static<typeof FamilyProfile>;

const Place = Type.Object(
  {
    position: Type.Integer({ minimum: 1 }),
    side: Type.Enum(["left", "right", "bottom", "top"]),
    row: Type.Integer({ minimum: 1 }),
    column: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  strict,
);

export const ModelProfile = Type.Object(
  {
    $schema: Type.Optional(Type.String()),
    id: Text,
    title: Text,
    vendor: Text,
    family: Text,
    sources: Sources,
    recognise: Type.Object(
      {
        psn: Type.Array(Text),
        pn: Type.Array(Text),
        userAgent: Type.Optional(Type.String({ description: "pattern with the groups firmware, mac, serial" })),
        examples: Type.Object({ userAgents: Type.Array(Text), files: Type.Array(Text, { minItems: 1 }) }, strict),
      },
      strict,
    ),
    has: Type.Object(
      {
        lines: Type.Integer({ minimum: 1 }),
        keys: Type.Integer({ minimum: 0 }),
        keyTypes: Type.Array(Type.Enum([...keyTypes])),
        places: Type.Array(Place, { description: "where each key sits on the case, seen from the front" }),
        modules: Type.Object(
          {
            most: Type.Integer({ minimum: 0 }),
            types: Type.Record(Type.String(), Type.Object({ keys: Type.Integer({ minimum: 1 }) }, strict)),
          },
          strict,
        ),
        screen: Type.Union([
          Type.Null(),
          Type.Object({ width: Type.Integer(), height: Type.Integer(), colour: Type.Boolean() }, strict),
        ]),
      },
      strict,
    ),
    can: Type.Object(
      {
        fetch: Type.Array(Type.Enum(["tftp", "http", "https"]), { minItems: 1 }),
        sip: Type.Array(Type.Enum(["udp", "tcp", "tls", "auto"]), { minItems: 1 }),
        gzip: Type.Boolean(),
        sealing: Type.Array(Type.Enum(["aes-256-cbc", "rfc8188", "enc.sgn"])),
      },
      strict,
    ),
    limits: Limits,
    quirks: Type.Record(Type.String(), Quirk, {
      description: "what tells this model from others of its family, for the rows' `when`",
    }),
    settings: Defaults,
    firmware: Type.Object(
      {
        loads: Type.Array(Text, { description: "beginnings of the names of loads for this model" }),
        steps: Type.Optional(Type.Array(FirmwareStep)),
        hardware: Type.Optional(Type.Array(HardwareMinimum)),
      },
      strict,
    ),
  },
  strict,
);
export type ModelProfile = Static<typeof ModelProfile>;
