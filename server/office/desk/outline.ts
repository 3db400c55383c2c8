import { type Passage, passagesOf } from "../../domain/mapping/passages.ts";
import type { DeskFacts } from "../../domain/mapping/scope.ts";
import { digestOf, type Parameters, parametersOf } from "../../domain/parameters.ts";
import { type Way, wayOf } from "../../domain/reach.ts";
import type { Sealer } from "../../security/sealer.ts";

/** What decides what a device is told, as far as it has to be worked out to compare it: much cheaper than a desk. */
export interface Outline extends Pick<DeskFacts, "family" | "model" | "plan" | "raw"> {
  readonly passages: readonly Passage[];
  /** Made when they are looked at, without the stamp. */
  readonly parameters: Parameters;
  /** The desk's; worked out when it is looked at. */
  readonly digest: string;
  /** How the device finds its PBX. */
  way(): Way;
}

/** A class, since thousands of them are made for one answer. */
class OutlineOfFacts implements Outline {
  readonly passages: readonly Passage[];
  readonly #facts: DeskFacts;
  readonly #fingerprint: Sealer["fingerprint"];
  #digest: string | undefined;

  constructor(facts: DeskFacts, fingerprint: Sealer["fingerprint"]) {
    this.#facts = facts;
    this.#fingerprint = fingerprint;
    this.passages = passagesOf(facts, facts.plan.runs);
  }

  get family() {
    return this.#facts.family;
  }

  get model() {
    return this.#facts.model;
  }

  get plan() {
    return this.#facts.plan;
  }

  get raw() {
    return this.#facts.raw;
  }

  get parameters(): Parameters {
    return parametersOf(this.passages, this.raw);
  }

  get digest(): string {
    this.#digest ??= digestOf(this.#facts, this.passages);
    return this.#digest;
  }

  way(): Way {
    return wayOf(this.#facts, this.#fingerprint);
  }
}

/** Holds secrets in the clear, as a desk does. */
export function outlineOf(facts: DeskFacts, fingerprint: Sealer["fingerprint"]): Outline {
  return new OutlineOfFacts(facts, fingerprint);
}
