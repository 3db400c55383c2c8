import type { BootStep } from "../domain/model.ts";
import { type Asking, type Attempt, type BootServer, createAsking, type Outcome, type Protocol } from "./asking.ts";
import { inspect } from "./inspect.ts";
import type { Inspection, PhoneFacts } from "./inspection.ts";
import type { SimulatedPhone } from "./phones.ts";

export interface StepReport {
  /** The name, filled in. */
  readonly ask: string;
  readonly expect: BootStep["expect"];
  /** Of the request that decided; undefined when no port for its protocols is given. */
  readonly protocol?: Protocol;
  readonly outcome: Outcome;
  readonly bytes: number;
  /** Of all its requests. */
  readonly milliseconds: number;
  /** What is wrong with what came, or that something else should have come; empty when all is well. */
  readonly problems: readonly string[];
  readonly attempts: readonly Attempt[];
  /** What was read; holds secrets. */
  readonly inspection?: Inspection;
}

/** `bootstrap only`: everything is right but the phone was refused its own file. */
type PhoneState = "provisioned" | "bootstrap only" | "failed";

export interface PhoneReport {
  readonly mac: string;
  readonly model: string;
  readonly state: PhoneState;
  /** Everything that went wrong, by file; never a value from a file. */
  readonly faults: readonly { readonly file: string; readonly reason: string }[];
  /** From the first request to the end of the last file that came. */
  readonly milliseconds: number;
  readonly steps: readonly StepReport[];
}

/**
 * Boots one phone: asks for its family's names in their order, each over the protocols in theirs, and reads what comes.
 * Ends early when nobody answers at all. Never rejects; an aborted signal ends it with what was done so far.
 */
export async function bootPhone(phone: SimulatedPhone, server: BootServer, signal?: AbortSignal): Promise<PhoneReport> {
  const asking = createAsking(phone, server, signal);
  const started = performance.now();
  const steps: StepReport[] = [];
  const queue = [...phone.family.boot];
  let lastFile = started;
  try {
    for (let step = queue.shift(); step; step = queue.shift()) {
      const report = await takeStep(phone, asking, step);
      steps.push(report);
      if (report.outcome === "served") lastFile = performance.now();
      if (report.outcome === "silent" || signal?.aborted) break;
      if (report.outcome !== "served") queue.unshift(...insteadOf(phone, step));
    }
    const checked = await Promise.all(steps.map((step) => withNeeds(step, steps, asking)));
    return conclude(phone, withSameRules(checked), queue[0], lastFile - started);
  } finally {
    asking.close();
  }
}

/** One name of the boot order, over each of its protocols until one decides. Never rejects. */
export async function takeStep(phone: SimulatedPhone, asking: Asking, step: BootStep): Promise<StepReport> {
  const ask = fillIn(step.ask, phone);
  const attempts: Attempt[] = [];
  for (const protocol of step.via.filter((each) => asking.protocols.includes(each))) {
    const attempt = await asking.ask(protocol, ask);
    attempts.push(attempt);
    if (isEnough(attempt.outcome, step.expect)) break;
  }
  const best = mostTelling(attempts);
  const common = { ask, expect: step.expect, attempts };
  if (!best) {
    return { ...common, outcome: "silent", bytes: 0, milliseconds: 0, problems: ["no port for it is given"] };
  }
  const { body } = best;
  const subject = { family: phone.family, facts: factsOf(phone), name: ask, expect: step.expect };
  const inspection = body && inspect({ ...subject, body });
  return {
    ...common,
    protocol: best.protocol,
    outcome: best.outcome,
    bytes: best.bytes,
    milliseconds: attempts.reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    problems: inspection?.problems ?? answerProblems(best, step.expect),
    ...(inspection && { inspection }),
  };
}

/** After a clean no a phone tries its next protocol, unless it can do without the file. */
function isEnough(outcome: Outcome, expect: BootStep["expect"]): boolean {
  return outcome === "served" || (expect === "nothing" && (outcome === "nothing" || outcome === "refused"));
}

const telling: readonly Outcome[] = ["served", "broken", "refused", "nothing", "silent"];

function mostTelling(attempts: readonly Attempt[]): Attempt | undefined {
  return [...attempts].sort((a, b) => telling.indexOf(a.outcome) - telling.indexOf(b.outcome))[0];
}

function answerProblems({ outcome, detail }: Attempt, expect: BootStep["expect"]): string[] {
  if (expect === "nothing" && (outcome === "nothing" || outcome === "refused")) return [];
  return [detail === undefined ? outcome : `${outcome} (${detail})`];
}

/** Enterprise phones without a file of their own ask for the default one (cisco.md B.1, items 3 and 6). */
function insteadOf({ family }: SimulatedPhone, { ask, expect, via }: BootStep): BootStep[] {
  const name = "XMLDefault.cnf.xml";
  const has = family.files.some(({ names }) => names.includes(name));
  return has && expect === "device" && ask.startsWith("SEP") ? [{ ask: name, expect: "common", via }] : [];
}

/** Files that this one names must be there, unless the phone asked for them itself. */
async function withNeeds(step: StepReport, steps: readonly StepReport[], asking: Asking): Promise<StepReport> {
  const asked = new Set(steps.map(({ ask }) => plainName(ask)));
  const problems: string[] = [];
  for (const { by, file } of step.inspection?.needs ?? []) {
    if (asked.has(plainName(file)) || (await asking.holds(file))) continue;
    problems.push(`${by} names a file that is not served`);
  }
  return problems.length === 0 ? step : { ...step, problems: [...step.problems, ...problems] };
}

function plainName(name: string): string {
  return name.replace(/^\//, "").toLowerCase();
}

/** Two files with different rules send a phone back and forth, and the last one wins (cisco.md G, 12). */
function withSameRules(steps: readonly StepReport[]): readonly StepReport[] {
  const bootstrap = steps.find(({ expect, inspection }) => expect === "bootstrap" && inspection)?.inspection?.values;
  return steps.map((step) => {
    const own = step.expect === "device" ? step.inspection?.values : undefined;
    if (!own || !bootstrap) return step;
    const names = ["Profile_Rule", "Profile_Rule_B", "Profile_Rule_C", "Profile_Rule_D"];
    const other = names.filter((name) => own.get(name) !== bootstrap.get(name));
    const problems = other.map((name) => `${name} is not the one of the bootstrap`);
    return { ...step, problems: [...step.problems, ...problems] };
  });
}

/** `left` is the step that was not come to. */
function conclude(
  phone: SimulatedPhone,
  steps: readonly StepReport[],
  left: BootStep | undefined,
  milliseconds: number,
): PhoneReport {
  const faulty = steps.filter(({ problems }) => problems.length > 0);
  const faults = faulty.flatMap(({ ask, problems }) => problems.map((reason) => ({ file: ask, reason })));
  if (left && faults.length === 0) faults.push({ file: fillIn(left.ask, phone), reason: "the time given ran out" });
  const onlyRefused = faults.length === faulty.length && faulty.every(isRefusedOwnFile);
  const state = faults.length === 0 ? "provisioned" : onlyRefused ? "bootstrap only" : "failed";
  return { mac: phone.mac, model: phone.model.id, state, faults, milliseconds, steps };
}

function isRefusedOwnFile({ expect, outcome }: StepReport): boolean {
  return expect === "device" && outcome === "refused";
}

function fillIn(name: string, phone: SimulatedPhone): string {
  const { mac, psn, pn } = factsOf(phone);
  const values: Readonly<Record<string, string>> = { mac, MAC: mac.toUpperCase(), psn, pn };
  return name.replace(/\{(\w+)\}/g, (written, key: string) => values[key] ?? written);
}

export function factsOf({ mac, model }: SimulatedPhone): PhoneFacts {
  return { mac, psn: model.recognise.psn[0] ?? "", pn: model.recognise.pn[0] ?? "" };
}
