import { type MessagePort, parentPort } from "node:worker_threads";
import { BoundedMap } from "../lib/bounded-map.ts";
import { type CompiledTemplates, compileTemplates, type RenderingError } from "./compile.ts";
import { formats } from "./formats.ts";
import { outputFinding } from "./output-check.ts";
import type { ReadJob, RenderJob, SandboxAnswer, SandboxJob, TemplateTrouble } from "./sandbox-jobs.ts";
import { ownContext } from "./template-context.ts";
import { readTemplate } from "./template-rules.ts";

type Compiled = BoundedMap<string, CompiledTemplates>;

/** Templates that are kept compiled. */
const mostCompiled = 20;

if (parentPort) serve(parentPort);

/** The whole of a worker for templates: a job comes as plain data, its answer goes back, one after the other. */
function serve(port: MessagePort): void {
  const compiled: Compiled = new BoundedMap(mostCompiled);
  port.on("message", (job: SandboxJob) => {
    const answer = job.kind === "render" ? render(job, compiled) : read(job);
    port.postMessage(answer, "body" in answer ? [answer.body.buffer as ArrayBuffer] : []);
  });
  port.postMessage("ready");
}

/** As by default, but without a warning on the console for every try. */
const noPrototypes = { allowProtoMethodsByDefault: false, allowProtoPropertiesByDefault: false };

function read({ source, templates }: ReadJob): SandboxAnswer {
  const known = new Set(templates);
  return { reading: readTemplate(source, (name) => known.has(name)) };
}

function render({ bundle, form, format, input, mostBytes }: RenderJob, compiled: Compiled): SandboxAnswer {
  try {
    const templates = compiled.getOrMake(`${format} ${bundle.digest}`, () =>
      compileTemplates(bundle.sources, formats[format]),
    );
    const text = String(templates.get(bundle.template)?.(ownContext(input), noPrototypes));
    // The length is known without making one text of its pieces, which is what takes memory.
    const trouble = text.length > mostBytes ? tooLarge(mostBytes) : outputTrouble(text, form);
    if (trouble) return { trouble };
    const body = new Uint8Array(Buffer.from(text, "utf8"));
    return body.length > mostBytes ? { trouble: tooLarge(mostBytes) } : { body };
  } catch (error) {
    const { message } = error as Error;
    return { trouble: message === "Invalid string length" ? tooLarge(mostBytes) : troubleOf(error as RenderingError) };
  }
}

function tooLarge(mostBytes: number): TemplateTrouble {
  return { reason: `makes a file of more than ${mostBytes} bytes` };
}

function outputTrouble(text: string, form: RenderJob["form"]): TemplateTrouble | undefined {
  const finding = outputFinding(text, form);
  return finding && { reason: `line ${finding.line} of the file ${finding.reason}` };
}

/**
 * Messages of Handlebars and of the engine may hold the value that was looked into, and it may be a secret: only names
 * that stand in the template are told.
 */
function troubleOf({ lineNumber, message, name, template }: RenderingError): TemplateTrouble {
  const place = { ...(template !== undefined && { template }), ...(lineNumber !== undefined && { line: lineNumber }) };
  const [, missing] = /^"([^"]{1,200})" not defined/.exec(message) ?? [];
  if (missing !== undefined) return { ...place, reason: `there is no "${missing}" here` };
  return { ...place, reason: `broke (${name})` };
}
