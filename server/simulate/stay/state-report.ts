import type { LoadedFamily } from "../../catalogue/load.ts";
import { factsOf } from "../boot.ts";
import { reportTargets } from "../rules.ts";
import type { Errand, ErrandParts } from "./errands.ts";
import type { Held } from "./held.ts";
import { ownHttp } from "./own-http.ts";

/** Besides what is a secret by its type: these hold whatever somebody put there (cisco.md C.2, report). */
export const neverTold = /^GPP_S[A-D]$/;

/** To every place that its rule names; one attempt, as on the phone (cisco.md E.1). */
export async function report(parts: ErrandParts): Promise<Errand> {
  const { held, phone, server } = parts;
  const targets = reportTargets(held.get("Report_Rule") ?? "", factsOf(phone));
  if (targets.length === 0) return { end: "unchanged", detail: "its file has no Report_Rule" };
  if (server.httpPort === undefined || targets.some(({ scheme }) => !scheme.startsWith("http"))) {
    return { end: "failed", detail: "it reports over HTTP only" };
  }
  const http = ownHttp(parts, server.httpPort);
  const method = held.get("HTTP_Report_Method") === "PUT" ? "PUT" : "POST";
  const answers: string[] = [];
  try {
    for (const { isDelta, path } of targets) {
      const body = writeState(phone.family, isDelta ? parts.changed : held);
      const { status } = await http.send(method, path, body, parts.signal);
      answers.push(`${method} ${path.replace(/\?.*$/s, "")}: ${status}`);
      if (status >= 300) return { end: "failed", detail: answers.join(", ") };
    }
    return { end: "reported", detail: answers.join(", ") };
  } catch (error) {
    return { end: "failed", detail: `the report: ${(error as Error).message}` };
  } finally {
    http.close();
  }
}

/** What a phone with a flat profile sends of itself: raw XML without passwords and keys. */
function writeState({ vocabularyTable }: LoadedFamily, held: Held): Buffer {
  const told = [...held].filter(([name]) => !vocabularyTable.isSecret(name) && !neverTold.test(name));
  const lines = linesOf(
    told.map(([path, value]) => ({ path: path.split("/"), value })),
    "  ",
  );
  return Buffer.from(["<flat-profile>", ...lines, "</flat-profile>", ""].join("\n"));
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: string;
}

function linesOf(leaves: readonly Leaf[], indent: string): string[] {
  const groups = new Map<string, Leaf[]>();
  for (const { path, value } of leaves) {
    const [name = "", ...rest] = path;
    const group = groups.get(name) ?? [];
    groups.set(name, group);
    group.push({ path: rest, value });
  }
  return [...groups].flatMap(([name, group]) => {
    const [first] = group;
    if (first && first.path.length === 0) return [`${indent}<${name}>${escapeXml(first.value)}</${name}>`];
    return [`${indent}<${name}>`, ...linesOf(group, `${indent}  `), `${indent}</${name}>`];
  });
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
