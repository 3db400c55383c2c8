import { Failure } from "../domain/failures.ts";
import type { ReadJob, RenderJob, SandboxAnswer, SandboxJob, TemplateTrouble } from "./sandbox-jobs.ts";
import { SandboxSeat } from "./sandbox-seat.ts";
import type { TemplateReading } from "./template-rules.ts";

/** A template that failed. Its message names the template, the line and the reason, and never a value. */
export class TemplateError extends Error {
  readonly trouble: TemplateTrouble;

  constructor(template: string, trouble: TemplateTrouble) {
    const line = trouble.line === undefined ? "" : `, line ${trouble.line}`;
    super(`${template}${line}: ${trouble.reason}`);
    this.name = "TemplateError";
    this.trouble = trouble;
  }
}

/** Where templates that people edit are read and rendered: threads of their own, with limits on time and output. */
export interface Sandbox {
  read(job: Omit<ReadJob, "kind">): Promise<TemplateReading>;
  /** The file's bytes. Fails with a TemplateError, or with TOO_BUSY when too many wait already. */
  render(job: Omit<RenderJob, "kind" | "mostBytes">): Promise<Buffer>;
  close(): Promise<void>;
}

export interface SandboxParts {
  readonly workers: number;
  /** For one job, once it has begun. */
  readonly limitMs: number;
  readonly mostWaiting: number;
  readonly mostBytes?: number;
}

export function createSandbox({ workers, limitMs, mostWaiting, mostBytes = 2 * 1024 * 1024 }: SandboxParts): Sandbox {
  const seats = Array.from({ length: workers }, () => new SandboxSeat());
  const free = [...seats];
  const waiting: ((seat: SandboxSeat) => void)[] = [];

  /** First come, first served. */
  function take(): Promise<SandboxSeat> {
    const seat = free.pop();
    if (seat) return Promise.resolve(seat);
    if (waiting.length >= mostWaiting) throw new Failure("TOO_BUSY", "too many templates wait to be rendered");
    return new Promise((resolve) => waiting.push(resolve));
  }

  async function run(job: SandboxJob): Promise<SandboxAnswer> {
    const seat = await take();
    try {
      return await seat.run(job, limitMs);
    } finally {
      const next = waiting.shift();
      if (next) next(seat);
      else free.push(seat);
    }
  }

  return {
    async read(job) {
      const answer = await run({ ...job, kind: "read" });
      if ("reading" in answer) return answer.reading;
      const reason = "trouble" in answer ? answer.trouble.reason : "can't be read";
      return { findings: [{ line: 1, reason }], partials: [] };
    },
    async render(job) {
      const answer = await run({ ...job, kind: "render", mostBytes });
      if ("body" in answer) return Buffer.from(answer.body.buffer);
      const trouble = "trouble" in answer ? answer.trouble : { reason: "gave no file" };
      throw new TemplateError(trouble.template ?? job.bundle.template, trouble);
    },
    async close() {
      await Promise.all(seats.map((seat) => seat.close()));
    },
  };
}
