import { Failure } from "../../domain/failures.ts";
import type { TemplateDocument } from "../../domain/template.ts";
import { wrongWith } from "./check.ts";
import { readOwnSource, readOwnTemplates } from "./own.ts";
import type { PreviewParts } from "./preview.ts";

export interface Inspection {
  /** Own templates in force. */
  readonly count: number;
  /** A line for each that would be refused now: `<organization> <template>: <reason>`. */
  readonly refused: readonly string[];
}

/** Looks at every own template in force as if it were saved now. */
export async function inspectTemplates(parts: PreviewParts): Promise<Inspection> {
  const stored = await parts.store.find<TemplateDocument>({ kind: "template" });
  const refused: string[] = [];
  let count = 0;
  for (const { body, id, organization } of stored) {
    if (!body.own) continue;
    count++;
    const reason = await whyRefused(parts, organization, id, body.own.source);
    if (reason !== undefined) refused.push(`${organization} ${id}: ${reason}`);
  }
  return { count, refused };
}

async function whyRefused(
  parts: PreviewParts,
  organization: string,
  name: string,
  source: string,
): Promise<string | undefined> {
  if (!parts.renderer.sources.has(name)) return "Offhook brings no such template any more";
  try {
    await readOwnSource(parts, source, "");
  } catch (error) {
    if (error instanceof Failure && error.code === "INVALID") return error.errors[0]?.detail;
    throw error;
  }
  const own = await readOwnTemplates(parts.store, organization);
  const [first] = await wrongWith(parts, organization, name, own, "");
  return first?.detail;
}
