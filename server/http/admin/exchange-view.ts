import Type, { type Static } from "typebox";
import type { ListedExchange } from "../../journal/journal.ts";

export const ExchangeAnswer = Type.Object({
  id: Type.String(),
  at: Type.String(),
  via: Type.Enum(["tftp", "http", "https"]),
  address: Type.String(),
  name: Type.String({ description: "what was asked for" }),
  userAgent: Type.Optional(Type.String()),
  mac: Type.Optional(Type.String()),
  organization: Type.Optional(Type.String()),
  model: Type.Optional(Type.String()),
  trust: Type.Optional(Type.Enum(["full", "bootstrap", "refuse"])),
  reason: Type.Optional(Type.String({ description: "why it was trusted or not: `window`, `pin`, `no-proof`, …" })),
  outcome: Type.String({ description: "`served`, or the code of a failure" }),
  file: Type.Optional(Type.String()),
  revision: Type.Optional(Type.Integer()),
  delivery: Type.Optional(
    Type.Object({ completed: Type.Boolean(), bytes: Type.Integer(), reason: Type.Optional(Type.String()) }),
  ),
  tookMs: Type.Number(),
  times: Type.Integer({ description: "how often the same refusal came within a minute" }),
});

const names = Object.keys(ExchangeAnswer.properties) as (keyof ListedExchange)[];

/** The fields that are answered and no other. */
export function exchangeView(exchange: ListedExchange): Static<typeof ExchangeAnswer> {
  const shown = names.flatMap((name) => (exchange[name] === undefined ? [] : [[name, exchange[name]]]));
  return Object.fromEntries(shown) as Static<typeof ExchangeAnswer>;
}
