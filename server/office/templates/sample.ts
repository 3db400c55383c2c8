import type { Catalogue } from "../../catalogue/catalogue.ts";
import type { MappedDesk, ModelDesk } from "../../domain/desk.ts";
import type { Key } from "../../domain/device.ts";
import { keyNeeds } from "../../domain/key-types.ts";
import { layOutKeys } from "../../domain/keys.ts";
import type { DeskFacts, KeyTarget, LineFacts } from "../../domain/mapping/scope.ts";
import type { ModelProfile } from "../../domain/model.ts";
import { mapParameters } from "../../domain/parameters.ts";
import { type ResolvedSettings, resolveSettings } from "../../domain/settings.ts";

/** Names that break a format which is not escaped, and one that every format carries. */
const names = [`Zoë "<&>' O’Neil`, "]]> --> {{x}} & 😀", "Anna Horvat"];
const modulesMost = 3;

/** Nobody's phone of a model, with every line, key and module in use, or with none: what a template is tried on. */
export function sampleDesk(catalogue: Catalogue, model: ModelProfile, isFilled: boolean): MappedDesk {
  const facts = isFilled ? filledFacts(catalogue, model) : bareFacts(catalogue, model);
  return { ...facts, parameters: mapParameters(facts, "device"), leftOut: [], digest: "sample" };
}

export function sampleBootstrap(catalogue: Catalogue, model: ModelProfile): ModelDesk {
  const facts = bareFacts(catalogue, model);
  return { model, family: facts.family, parameters: mapParameters(facts, "bootstrap") };
}

function bareFacts(catalogue: Catalogue, model: ModelProfile): DeskFacts {
  const family = catalogue.family(model.family);
  return {
    family,
    model,
    plan: catalogue.plan(model.id),
    settings: resolveSettings([
      { layer: "family", id: family.id, settings: family.settings },
      { layer: "model", id: model.id, settings: model.settings },
      { layer: "organization", id: "sample", settings: { "sip.server": "pbx.example.com" } },
    ]),
    lines: [],
    slots: layOutKeys({ lines: [], keys: [], modules: [] }, model),
    modules: [],
    targets: new Map(),
    facts: {
      "server.phones": "http://offhook.example.com",
      "device.mac": "001122334455",
      "device.MAC": "001122334455",
      "device.dialTemplate": "dialplan-001122334455.xml",
    },
    raw: [],
    zones: catalogue.zones,
  };
}

function filledFacts(catalogue: Catalogue, model: ModelProfile): DeskFacts {
  const bare = bareFacts(catalogue, model);
  const lines = Array.from({ length: model.has.lines }, (_, at) => sampleLine(at, bare.settings));
  const [type] = Object.keys(model.has.modules.types);
  const count = type === undefined ? 0 : Math.min(model.has.modules.most, modulesMost);
  const modules = Array.from({ length: count }, () => type ?? "");
  const ids = lines.map(({ id }) => id);
  return {
    ...bare,
    lines,
    modules,
    slots: layOutKeys({ lines: ids, keys: sampleKeys(model, modules, ids), modules }, model),
    targets: new Map(
      lines.map(({ id, extension, displayName }): [string, KeyTarget] => [id, { extension, displayName }]),
    ),
    facts: { ...bare.facts, "device.label": names[0] },
  };
}

function sampleLine(at: number, settings: ResolvedSettings): LineFacts {
  const extension = String(9001 + at);
  return {
    id: `line-${at}`,
    index: at + 1,
    extension,
    userId: extension,
    authId: extension,
    secret: `Secret-<&>-${at}`,
    displayName: names[at % names.length] ?? "",
    settings,
  };
}

/** A key of every type in turn, on every place of the phone and its modules. */
function sampleKeys({ has }: ModelProfile, modules: readonly string[], lines: readonly string[]): Key[] {
  const places = [has.keys, ...modules.map((type) => has.modules.types[type]?.keys ?? 0)].flatMap((count, module) =>
    Array.from({ length: count }, (_, at) => ({ position: at + 1, ...(module > 0 && { module }) })),
  );
  return places.flatMap((place, at): Key[] => {
    const type = has.keyTypes[at % has.keyTypes.length];
    if (type === undefined) return [];
    const target = sampleTarget(keyNeeds[type].targets, lines[at % lines.length] ?? "", at);
    return [{ ...place, type, ...(target && { target }), label: names[at % names.length] ?? "" }];
  });
}

function sampleTarget(kinds: readonly string[], line: string, at: number): Key["target"] {
  const kind = kinds[at % kinds.length];
  if (kind === "line") return { line };
  if (kind === "url") return { url: "http://offhook.example.com/service" };
  return kind === "number" ? { number: `00385${at}` } : undefined;
}
