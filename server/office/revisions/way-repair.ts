import type { LayerDocument } from "../../domain/device.ts";
import type { DocumentKey, StoredDocument } from "../../domain/ports.ts";
import { sharedWay, type Way } from "../../domain/reach.ts";
import type { ResolvedSetting } from "../../domain/settings.ts";
import type { Desk } from "../desk/desk.ts";
import { type LayerKind, type LayerRules, layerErrors, mergeLayer } from "../layers/change.ts";
import type { RepairedLayer, Repairs } from "./way-back.ts";

/** How one phone found its PBX, and how it was told to; `read` gives its desk over these layers. */
export interface LostWay {
  readonly organization: string;
  readonly former: Way;
  readonly told: Way;
  read(layers: Repairs["layers"]): Promise<Desk>;
}

/** Makes the layers say again what they said, setting by setting. */
export async function repairWay(rules: LayerRules, repairs: Repairs, lost: LostWay): Promise<void> {
  const unrepaired = await lost.read(new Map());
  let desk = await lost.read(repairs.layers);
  for (const name of sharedWay(desk)) {
    const now = desk.settings.get(name);
    const former = lost.former.settings[name];
    if (now?.value === former?.value) continue;
    const objection = objectionTo(lost, name, unrepaired.settings.get(name), now);
    const repaired = objection === undefined ? await repair(rules, repairs, lost, name, now) : undefined;
    if (repaired) {
      repairs.layers.set(nameOf(repaired.stored), repaired);
      desk = await lost.read(repairs.layers);
    } else repairs.said.add(objection ?? `${name} stays: ${whereFrom(former)}`);
  }
}

/** Somebody may have set it right meanwhile, or other phones had it otherwise. `found`: before any repair. */
function objectionTo(
  { told }: LostWay,
  name: string,
  found: ResolvedSetting | undefined,
  now: ResolvedSetting | undefined,
): string | undefined {
  const place = found && isLayer(found) ? `${name} of ${placeOf(found)}` : name;
  if (found?.value !== told.settings[name]?.value) return `${place} stays: it was changed again since`;
  return found?.value === now?.value ? undefined : `${place} stays: the phones of the canary had different values`;
}

interface Proposal {
  readonly kind: LayerKind;
  readonly id: string;
  /** Null takes it out. */
  readonly value: unknown;
}

/** The first of the proposals that gives the phone what it had. */
async function repair(
  rules: LayerRules,
  { layers, reader }: Repairs,
  { former, organization, read }: LostWay,
  name: string,
  now: ResolvedSetting | undefined,
): Promise<RepairedLayer | undefined> {
  const old = former.settings[name];
  for (const { kind, id, value } of proposals(now, old)) {
    const key: DocumentKey = { organization, kind, id };
    const known = layers.get(nameOf(key));
    const stored = known?.stored ?? (await reader.get<LayerDocument>(key));
    const settings = { [name]: value };
    if (!stored || known?.names.includes(name)) continue;
    if (layerErrors(rules, kind, { settings }).length > 0) continue;
    const body = mergeLayer(rules, key, stored.body, { settings });
    const repaired = { stored: { ...stored, body }, names: [...(known?.names ?? []), name] };
    const desk = await read(new Map([...layers, [nameOf(key), repaired]]));
    if (desk.settings.get(name)?.value === old?.value) return repaired;
  }
  return undefined;
}

/**
 * What a layer says too much is taken out of it, what it said otherwise or does not say any more is written into it. A
 * layer below is left alone also where it says something else by now: that is for phones that were not told.
 */
function proposals(now: ResolvedSetting | undefined, former: ResolvedSetting | undefined): Proposal[] {
  const from = now && isLayer(now) ? now : undefined;
  const to = former && isLayer(former) ? former : undefined;
  if (from && to && placeOf(from) === placeOf(to)) return [proposal(from, to.value)];
  if (from && (!to || rankOf(from) > rankOf(to)))
    return [proposal(from, null), ...(former ? [proposal(from, former.value)] : [])];
  return to ? [proposal(to, to.value)] : [];
}

type OfLayer = ResolvedSetting & { readonly layer: LayerKind };

const layerKinds: readonly string[] = ["organization", "site", "preset"] satisfies LayerKind[];

function isLayer(setting: ResolvedSetting): setting is OfLayer {
  return layerKinds.includes(setting.layer);
}

function rankOf({ layer }: OfLayer): number {
  return layerKinds.indexOf(layer);
}

function proposal({ id, layer }: OfLayer, value: unknown): Proposal {
  return { kind: layer, id, value };
}

function placeOf({ id, layer }: OfLayer): string {
  return `${layer} ${id}`;
}

export function nameOf({ id, kind }: Pick<StoredDocument, "kind" | "id">): string {
  return `${kind} ${id}`;
}

function whereFrom(former: ResolvedSetting | undefined): string {
  if (former && isLayer(former)) return `${placeOf(former)} can't say it any more`;
  return "what it was came with the country, the kind of PBX or the model";
}
