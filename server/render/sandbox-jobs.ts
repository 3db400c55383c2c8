import type { formats } from "./formats.ts";
import type { OutputForm } from "./output-check.ts";
import type { TemplateInput } from "./template-context.ts";
import type { TemplateReading } from "./template-rules.ts";

/** A template with every partial it reaches; `digest` is over all of them. */
export interface TemplateBundle {
  readonly template: string;
  readonly digest: string;
  readonly sources: ReadonlyMap<string, string>;
}

export interface ReadJob {
  readonly kind: "read";
  readonly source: string;
  /** Names that partials may have. */
  readonly templates: readonly string[];
}

export interface RenderJob {
  readonly kind: "render";
  readonly bundle: TemplateBundle;
  readonly format: keyof typeof formats;
  readonly form: OutputForm;
  readonly input: TemplateInput;
  readonly mostBytes: number;
}

export type SandboxJob = ReadJob | RenderJob;

/** What a template did wrong; `line` is the template's where it is known. Never tells a value: it may be secret. */
export interface TemplateTrouble {
  readonly template?: string;
  readonly line?: number;
  readonly reason: string;
  /** True when it had to be stopped: for its time or its memory. */
  readonly exhausted?: true;
}

export type SandboxAnswer =
  | { readonly reading: TemplateReading }
  | { readonly body: Uint8Array }
  | { readonly trouble: TemplateTrouble };
