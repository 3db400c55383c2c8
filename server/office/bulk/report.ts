import type { FieldError } from "../../domain/failures.ts";
import type { Mac } from "../../domain/mac.ts";
import type { Difference } from "./differences.ts";

/** What becomes of one phone. */
export interface PhoneReport extends Difference {
  readonly mac: Mac;
  /** Whether anything will be different: the device itself, or what its phone is told. */
  readonly changes: boolean;
  /** Why nothing can be changed here; pointers as in a PATCH of the device. */
  readonly errors: readonly FieldError[];
  /** What was asked for and this phone can't have. */
  readonly leftOut: readonly FieldError[];
}

/** What becomes of many. `changed`, `unchanged` and `refused` make up `selected`. */
export interface BulkReport {
  readonly totals: {
    readonly selected: number;
    readonly changed: number;
    readonly unchanged: number;
    readonly refused: number;
    /** Of the changed: their files get another content. */
    readonly newRevisions: number;
    readonly restarting: number;
  };
  /** The first 500: refused ones, then changed, then unchanged. */
  readonly phones: readonly PhoneReport[];
}

const mostPhones = 500;
export const mostParameters = 50;
const mostErrors = 500;

/** Of phones in the order of their MACs. */
export function reportOf(phones: readonly PhoneReport[]): BulkReport {
  const refused = phones.filter(({ errors }) => errors.length > 0);
  const changed = phones.filter(({ changes, errors }) => changes && errors.length === 0);
  const unchanged = phones.filter(({ changes, errors }) => !changes && errors.length === 0);
  return {
    totals: {
      selected: phones.length,
      changed: changed.length,
      unchanged: unchanged.length,
      refused: refused.length,
      newRevisions: changed.filter(({ newRevision }) => newRevision).length,
      restarting: changed.filter(({ restarts }) => restarts).length,
    },
    phones: [...refused, ...changed, ...unchanged].slice(0, mostPhones),
  };
}

/** Every finding with its phone before it: `/phones/001721820542/settings/sip.transport`; the first 500. */
export function phoneErrors(phones: readonly PhoneReport[]): FieldError[] {
  return phones
    .flatMap(({ mac, errors }) => errors.map((error) => ({ ...error, pointer: `/phones/${mac}${error.pointer}` })))
    .slice(0, mostErrors);
}
