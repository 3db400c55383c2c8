import type { Catalogue } from "../catalogue/catalogue.ts";
import type { LoadedFamily } from "../catalogue/load.ts";
import type { Mac } from "../domain/mac.ts";
import type { ModelProfile } from "../domain/model.ts";
import { nearest } from "../domain/nearest.ts";
import type { KeptFile } from "./http-client.ts";

/** A phone to boot. It keeps what it got over HTTP, so a second boot asks with If-None-Match. */
export interface SimulatedPhone {
  readonly mac: Mac;
  readonly serial: string;
  readonly model: ModelProfile;
  readonly family: LoadedFamily;
  /** Left out for families that send none that is known (cisco.md A.4). */
  readonly userAgent?: string;
  readonly tftp: { readonly padding?: number; readonly blksize?: number };
  readonly kept: Map<string, KeptFile>;
}

export interface ModelCount {
  readonly model: string;
  readonly count: number;
}

/** Locally administered (second digit 2), so that no real phone has it; each model has its own 65,536. */
const firstMac = 0x02_0f_f0_00_00_00;
const macsOfModel = 0x1_00_00;
const lastMac = 0xff_ff_ff_ff_ff_ff;

/** `["cisco/8851-3pcc=20", "cisco/7960"]`; without a number `count`. Undefined when one is not of that form. */
export function parseModelCounts(texts: readonly string[], count = 1): readonly ModelCount[] | undefined {
  const parsed: ModelCount[] = [];
  for (const text of texts) {
    const [, model, number] = /^([^=\s]+)(?:=([1-9]\d{0,5}))?$/.exec(text) ?? [];
    if (model === undefined) return undefined;
    parsed.push({ model, count: number === undefined ? count : Number(number) });
  }
  return parsed;
}

/**
 * The phones of `counts`, one after the other. MACs go upwards from `first` (through all models), or from a range of
 * its own for each model. Throws on an unknown model, with the nearest known one, and when MACs run out.
 */
export function makePhones(catalogue: Catalogue, counts: readonly ModelCount[], first?: Mac): SimulatedPhone[] {
  const next = new Map<string, number>();
  return counts.flatMap(({ model: id, count }) => {
    const model = findModel(catalogue, id);
    const range = first === undefined ? id : "";
    const start =
      next.get(range) ?? (first === undefined ? firstOfModel(catalogue, model) : Number.parseInt(first, 16));
    next.set(range, start + count);
    const last = first === undefined ? firstOfModel(catalogue, model) + macsOfModel - 1 : lastMac;
    if (start + count - 1 > last) throw new Error(`there are not ${count} MACs for ${id}`);
    return Array.from({ length: count }, (_, index) => makePhone(catalogue, model, macOf(start + index)));
  });
}

/** One phone. Throws on an unknown model, with the nearest known one. */
export function phoneOf(catalogue: Catalogue, id: string, mac: Mac): SimulatedPhone {
  return makePhone(catalogue, findModel(catalogue, id), mac);
}

function findModel(catalogue: Catalogue, id: string): ModelProfile {
  const model = catalogue.model(id);
  if (model) return model;
  const ids = catalogue.models.map((each) => each.id);
  const near = nearest(id, ids);
  throw new Error(`there is no model "${id}"; ${near ? `did you mean ${near}?` : `known are ${ids.join(", ")}`}`);
}

function firstOfModel({ models }: Catalogue, { id }: ModelProfile): number {
  return firstMac + models.findIndex((model) => model.id === id) * macsOfModel;
}

function macOf(number: number): Mac {
  return number.toString(16).padStart(12, "0") as Mac;
}

function makePhone(catalogue: Catalogue, model: ModelProfile, mac: Mac): SimulatedPhone {
  const family = catalogue.family(model.family);
  const serial = `OFH${mac.slice(-8).toUpperCase()}`;
  const userAgent = userAgentOf(model, mac, serial);
  return {
    mac,
    serial,
    model,
    family,
    ...(userAgent !== undefined && { userAgent }),
    // The 7940 and 7960 end a request with zero bytes beyond the mode (issue 2, TFTP); no phone is known to send
    // options (cisco.md G, 25), so blocks have 512 bytes.
    tftp: family.format === "text" ? { padding: 7 } : {},
    kept: new Map(),
  };
}

/** The model's first example, with this phone's MAC (in the example's case) and serial number in it. */
function userAgentOf({ recognise }: ModelProfile, mac: Mac, serial: string): string | undefined {
  const example = recognise.examples.userAgents[0];
  if (example === undefined || recognise.userAgent === undefined) return example;
  const places = new RegExp(recognise.userAgent, "di").exec(example)?.indices?.groups ?? {};
  const parts = [
    { at: places["mac"], text: /[A-F]/.test(written(example, places["mac"])) ? mac.toUpperCase() : mac },
    { at: places["serial"], text: serial },
  ];
  return parts
    .sort((a, b) => (b.at?.[0] ?? 0) - (a.at?.[0] ?? 0))
    .reduce((agent, { at, text }) => (at ? agent.slice(0, at[0]) + text + agent.slice(at[1]) : agent), example);
}

function written(text: string, at: readonly [number, number] | undefined): string {
  return at ? text.slice(at[0], at[1]) : "";
}
