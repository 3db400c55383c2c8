import type { BootStep } from "../../domain/model.ts";
import { type Asking, type BootServer, createAsking } from "../asking.ts";
import { bootPhone, factsOf, type PhoneReport, type StepReport, takeStep } from "../boot.ts";
import type { SimulatedPhone } from "../phones.ts";
import { leadsToOwnFile, pathsOfRule } from "../rules.ts";
import { readXml, walk } from "../xml-tree.ts";
import { type Held, taken } from "./held.ts";
import type { Order } from "./notice.ts";
import { show } from "./shown-page.ts";
import { report } from "./state-report.ts";

export interface ErrandParts {
  readonly phone: SimulatedPhone;
  readonly server: BootServer;
  readonly held: Held;
  /** What somebody set at the phone. */
  readonly changed: Held;
  readonly signal: AbortSignal;
}

export type ErrandEnd = "fetched" | "rebooted" | "reported" | "shown" | "unchanged" | "failed";

/** How an order ended. `detail` is for people and holds no value of a file. */
export interface Errand {
  readonly end: ErrandEnd;
  readonly detail: string;
  /** What the phone holds from now on, where that is something else. */
  readonly held?: Held;
}

/** Does what a phone is told. Never rejects. */
export async function carryOut(order: Order, parts: ErrandParts): Promise<Errand> {
  switch (order.kind) {
    case "resync":
      return await resync(order.rule === undefined ? rulesOf(parts.held) : [order.rule], parts);
    case "read":
      return await readAgain(order.files, parts);
    case "compare":
      return await compare(parts);
    case "reboot":
      return rebooted(parts, await bootPhone(parts.phone, parts.server, parts.signal));
    case "report":
      return await report(parts);
    case "show":
      return await show(order.document, parts);
    case "nothing":
      return { end: "unchanged", detail: order.why };
  }
}

function rulesOf(held: Held): string[] {
  const names = ["Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"];
  return names.map((name) => held.get(name) ?? "").filter((rule) => rule !== "");
}

/** In their order; one that fails ends it (cisco.md B.3, item 8). */
async function resync(rules: readonly string[], parts: ErrandParts): Promise<Errand> {
  return await withAsking(parts, async (asking) => {
    const steps = rules.flatMap((rule): BootStep[] => {
      const wanted = /\bhttps?:\/\//i.test(rule) ? "http" : "tftp";
      const via = asking.protocols.includes(wanted) ? ([wanted] as const) : asking.protocols;
      const [ask] = pathsOfRule(rule, factsOf(parts.phone));
      const expect = leadsToOwnFile(rule) ? "device" : "bootstrap";
      return ask === undefined ? [] : [{ ask, expect, via: [...via] }];
    });
    return fetched(parts, await takeInTurn(parts, asking, steps));
  });
}

async function readAgain(files: readonly string[], parts: ErrandParts): Promise<Errand> {
  const own = [...parts.phone.family.boot, ...policyOf(parts.held)].filter(
    ({ ask, expect }) => expect === "device" && files.some((start) => ask.startsWith(start)),
  );
  return await withAsking(parts, async (asking) => fetched(parts, await takeInTurn(parts, asking, own)));
}

/** Only 89xx and 99xx are given one: no step of the boot order, which phones of the family share. */
function policyOf(held: Held): BootStep[] {
  const ask = held.get("device/featurePolicyFile");
  return ask ? [{ ask, expect: "device", via: ["http", "tftp"] }] : [];
}

/** The 7940 and 7960 reboot when syncinfo.xml has another word than their own file had (cisco.md E.2). */
async function compare(parts: ErrandParts): Promise<Errand> {
  const asked: BootStep = { ask: "syncinfo.xml", expect: "common", via: ["tftp"] };
  const [step] = await withAsking(parts, (asking) => takeInTurn(parts, asking, [asked]));
  const body = step?.attempts.at(-1)?.body;
  if (step?.outcome !== "served" || !body) return { end: "failed", detail: wrongWith(step) };
  let word = "";
  const { root } = readXml(body, ["SYNCINFO"]);
  if (root) {
    walk(root, "", ({ name, attributes }) => {
      if (name === "IMAGE") word = attributes["SYNC"] ?? "";
    });
  }
  if (word === parts.held.get("sync")) return { end: "unchanged", detail: "syncinfo.xml has its own word" };
  return rebooted(parts, await bootPhone(parts.phone, parts.server, parts.signal));
}

async function takeInTurn(
  { phone }: ErrandParts,
  asking: Asking,
  steps: readonly BootStep[],
): Promise<readonly StepReport[]> {
  const reports: StepReport[] = [];
  for (const step of steps) {
    const report = await takeStep(phone, asking, step);
    reports.push(report);
    if (report.outcome !== "served") break;
  }
  return reports;
}

async function withAsking<Result>(
  { phone, server, signal }: ErrandParts,
  work: (asking: Asking) => Promise<Result>,
): Promise<Result> {
  const asking = createAsking(phone, server, signal);
  try {
    return await work(asking);
  } finally {
    asking.close();
  }
}

function fetched({ held }: ErrandParts, steps: readonly StepReport[]): Errand {
  const last = steps.at(-1);
  if (last?.outcome !== "served") return { end: "failed", detail: wrongWith(last), held: taken(held, steps) };
  return { end: "fetched", detail: steps.map(({ ask }) => ask).join(", "), held: taken(held, steps) };
}

function wrongWith(step: StepReport | undefined): string {
  return step ? `${step.ask}: ${step.problems.join("; ")}` : "no rule leads to a file";
}

function rebooted({ held }: ErrandParts, { faults, state, steps }: PhoneReport): Errand {
  if (state === "provisioned") return { end: "rebooted", detail: state, held: taken(held, steps) };
  const reasons = faults.map(({ file, reason }) => `${file}: ${reason}`);
  return { end: "failed", detail: `${state} after a reboot; ${reasons.join("; ")}`, held: taken(held, steps) };
}
