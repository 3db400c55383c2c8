import type { Device } from "../../domain/device.ts";
import type { Passage } from "../../domain/mapping/passages.ts";
import type { DeskFacts, LeftOut } from "../../domain/mapping/scope.ts";
import { type Parameters, parametersOf } from "../../domain/parameters.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { Desk } from "./desk.ts";

/** What a desk is made of; what few look at is made when they do. */
interface DeskMaking {
  readonly facts: DeskFacts;
  readonly passages: readonly Passage[];
  readonly digest: string;
  leftOut(): readonly LeftOut[];
  reach(): string;
  /** Instead of those that the passages say. */
  readonly parameters?: Parameters;
}

/**
 * A class and not a literal of spread facts with getters: two thousand phones at once have theirs made, and an object of
 * that kind takes more than twice as long to make and to read.
 */
export class DeviceDesk implements Desk {
  readonly family: Desk["family"];
  readonly model: Desk["model"];
  readonly plan: Desk["plan"];
  readonly settings: Desk["settings"];
  readonly lines: Desk["lines"];
  readonly slots: Desk["slots"];
  readonly modules: Desk["modules"];
  readonly targets: Desk["targets"];
  readonly facts: Desk["facts"];
  readonly raw: Desk["raw"];
  readonly zones: Desk["zones"];
  readonly own?: NonNullable<Desk["own"]>;
  readonly templates?: string;
  readonly organization: string;
  readonly device: StoredDocument<Device>;
  readonly passages: readonly Passage[];
  readonly digest: string;
  readonly #making: DeskMaking;
  #reach: string | undefined;

  constructor(device: StoredDocument<Device>, making: DeskMaking) {
    const { digest, facts, passages } = making;
    this.family = facts.family;
    this.model = facts.model;
    this.plan = facts.plan;
    this.settings = facts.settings;
    this.lines = facts.lines;
    this.slots = facts.slots;
    this.modules = facts.modules;
    this.targets = facts.targets;
    this.facts = facts.facts;
    this.raw = facts.raw;
    this.zones = facts.zones;
    if (facts.own !== undefined) this.own = facts.own;
    if (facts.templates !== undefined) this.templates = facts.templates;
    this.organization = device.organization;
    this.device = device;
    this.passages = passages;
    this.digest = digest;
    this.#making = making;
  }

  get parameters(): Parameters {
    if (this.#making.parameters) return this.#making.parameters;
    const { stamp } = this.family;
    const parameters = parametersOf(this.passages, this.raw);
    return stamp === undefined ? parameters : parameters.set(stamp, this.digest);
  }

  get reach(): string {
    this.#reach ??= this.#making.reach();
    return this.#reach;
  }

  get leftOut(): readonly LeftOut[] {
    return this.#making.leftOut();
  }

  showing(parameters: Parameters, digest: string): Desk {
    return new DeviceDesk(this.device, { ...this.#making, parameters, digest });
  }
}
