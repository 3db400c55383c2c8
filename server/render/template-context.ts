import type { ModelProfile } from "../domain/model.ts";
import { elementTree } from "./elements.ts";

/** What a template is given, as plain data that can cross to another thread. */
export interface TemplateInput {
  /** Absent in a file that is for any phone of a family. */
  readonly model?: Pick<ModelProfile, "id" | "title">;
  /** Whether names of parameters are paths of elements. */
  readonly names: "flat" | "paths";
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** The same, from where the parameters are. */
export interface TemplateFacts extends Pick<TemplateInput, "model" | "names"> {
  readonly parameters: Iterable<readonly [name: string, value: string]>;
}

/** What a template sees: the parameters, as a list or as a tree, and the model. Never a layer. */
export function templateContext({ model, names, parameters }: TemplateFacts) {
  // Most templates look at one of them.
  return {
    model,
    get parameters() {
      return listOf(parameters);
    },
    get elements() {
      return names === "paths" ? elementTree(parameters) : [];
    },
  };
}

function listOf(parameters: TemplateFacts["parameters"]) {
  const list: { readonly name: string; readonly value: string }[] = [];
  for (const [name, value] of parameters) list.push({ name, value });
  return list;
}

/** What a template that people edit sees besides: the parameters by name, since it may want a certain one. */
export function ownContext(input: TemplateInput) {
  return { ...templateContext(input), named: Object.fromEntries(input.parameters) };
}
