import Type, { type Static } from "typebox";
import { deviceStates, Id, Key, RawMap, SettingsMap } from "../../domain/device.ts";
import { syncStates } from "../../domain/sync.ts";
import { plainText } from "../../domain/text.ts";
import { Version } from "./layer-schemas.ts";

const strict = { additionalProperties: false } as const;

const orNull = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Optional(Type.Union([schema, Type.Null()]));

const Mac = Type.String({ maxLength: 40, description: "twelve hex digits, with or without separators" });
const model = Type.String({ maxLength: 100, description: "id of a model, such as cisco/8851-3pcc" });
const serial = plainText(64, { min: 1 });
const label = plainText(40, { min: 1 });
const State = Type.Enum([...deviceStates]);

/** What both a new and a changed device may say. */
const shared = {
  site: Type.Optional(Id),
  lines: Type.Optional(Type.Array(Id, { maxItems: 200, description: "ids of lines, in the phone's own order" })),
  keys: Type.Optional(Type.Array(Key, { maxItems: 500 })),
  modules: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 10 })),
  settings: Type.Optional(SettingsMap),
  raw: Type.Optional(RawMap),
  state: Type.Optional(State),
};

export const NewDevice = Type.Object(
  {
    mac: Mac,
    model,
    serial: Type.Optional(serial),
    label: Type.Optional(label),
    preset: Type.Optional(Id),
    ...shared,
  },
  strict,
);

/** `settings` and `raw` merge and null removes; `lines`, `keys` and `modules` replace. */
export const DevicePatch = Type.Object(
  {
    model: Type.Optional(model),
    serial: orNull(serial),
    label: orNull(label),
    preset: orNull(Id),
    ...shared,
    version: Type.Optional(Version),
  },
  strict,
);

export const Revision = Type.Object({
  n: Type.Integer(),
  digest: Type.String(),
  at: Type.Optional(Type.String({ format: "date-time" })),
  by: Type.Optional(Type.String({ description: "who made the change" })),
  why: Type.Optional(Type.String({ description: "the change, as the audit names it" })),
});
/**
 * Or null. Answers have no unions: which one a value is would be found by a validator, compiled at the first answer, which
 * holds everything up for 50 ms.
 */
const nullable = <Schema extends Parameters<typeof Type.Array>[0]>(schema: Schema) =>
  Type.Unsafe<Static<Schema> | null>({ ...schema, type: ["object", "null"] });

/** A key as it is answered: one of the targets that `Key` may have. */
const AnsweredKey = Type.Object({
  ...Key.properties,
  target: Type.Optional(
    Type.Object({
      line: Type.Optional(Type.String()),
      number: Type.Optional(Type.String()),
      url: Type.Optional(Type.String()),
    }),
  ),
});

const Pin = Type.Object({ block: Type.String(), at: Type.String() });
const time = Type.String({ format: "date-time" });

const answered = {
  mac: Type.String(),
  organization: Type.String(),
  model: Type.String(),
  site: Type.String(),
  serial: Type.Optional(Type.String()),
  label: Type.Optional(Type.String()),
  preset: Type.Optional(Type.String()),
  lines: Type.Array(Type.String()),
  keys: Type.Array(AnsweredKey),
  modules: Type.Array(Type.String()),
  settings: Type.Record(Type.String(), Type.Unknown()),
  raw: Type.Record(Type.String(), Type.String()),
  state: State,
  version: Type.Integer(),
  revision: nullable(Revision),
  trust: Type.Object({
    enrolment: Type.Literal("pin"),
    pin: nullable(Pin),
    windowOpen: Type.Boolean({ description: "an open enrolment window takes this device in" }),
  }),
  lastSeen: Type.Optional(time),
  firmware: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  userAgent: Type.Optional(Type.String()),
  sync: Type.Object({
    state: Type.Enum([...syncStates]),
    since: Type.Optional(time),
    reason: Type.Optional(
      Type.String({ description: "why it is late, unreachable or refused, or why nobody told it yet" }),
    ),
    served: Type.Optional(Type.Object({ n: Type.Integer(), digest: Type.String(), at: time })),
    desired: Type.Optional(Revision),
  }),
};

export const Warning = Type.Object({
  name: Type.String({ description: "setting or fact: sip.transport, line.secret, key.label" }),
  layer: Type.String(),
  reason: Type.String(),
  line: Type.Optional(Type.Integer({ description: "number of the line, from 1" })),
  key: Type.Optional(Type.Integer({ description: "index in keys" })),
});

export const ListedDevice = Type.Object(answered);
export const DeviceAnswer = Type.Object({
  ...answered,
  registration: Type.Optional(
    Type.Object(
      {
        state: Type.Enum(["registered", "unregistered"]),
        contact: Type.Optional(Type.String()),
        since: Type.Optional(
          Type.String({
            description: "RFC 3339; as far as known: when Offhook first saw it so, and never otherwise since",
          }),
        ),
      },
      { description: "what its PBX tells; absent where no connection can tell" },
    ),
  ),
  warnings: Type.Array(Warning, { description: "what was asked for and this phone can't be told" }),
});

export const MacParams = Type.Object({ mac: Mac });
