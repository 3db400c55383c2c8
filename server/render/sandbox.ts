import type { ReadJob, RenderJob, SandboxAnswer, TemplateBundle, TemplateTrouble } from "./sandbox-jobs.ts";
import { SandboxQueue } from "./sandbox-queue.ts";
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

/** How a job waits for a thread. */
export interface SandboxTurn {
  /** Whose job it is: groups take turns. */
  readonly group: string;
  /** Around the job when its turn has come: may refuse it, and sees it fail before the next one's turn. */
  guard?(work: () => Promise<Buffer>): Promise<Buffer>;
}

/** Where templates that people edit are read and rendered: threads of their own, with limits on time and output. */
export interface Sandbox {
  read(job: Omit<ReadJob, "kind">): Promise<TemplateReading>;
  /** The file's bytes. Fails with a TemplateError, or with TOO_BUSY when too many wait already. */
  render(job: Omit<RenderJob, "kind" | "mostBytes">, turn?: SandboxTurn): Promise<Buffer>;
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
  const queue = new SandboxQueue(seats, mostWaiting);

  async function inTurn<T>(group: string, work: (seat: SandboxSeat) => Promise<T>): Promise<T> {
    const seat = await queue.take(group);
    try {
      return await work(seat);
    } finally {
      queue.give(seat);
    }
  }

  return {
    async read(job) {
      const answer = await inTurn("", (seat) => seat.run({ ...job, kind: "read" }, limitMs));
      if ("reading" in answer) return answer.reading;
      const reason = "trouble" in answer ? answer.trouble.reason : "can't be read";
      return { findings: [{ line: 1, reason }], partials: [] };
    },
    async render(job, { group, guard = unguarded } = { group: "" }) {
      return await inTurn(group, (seat) =>
        guard(async () => bytesOf(job.bundle, await seat.run({ ...job, kind: "render", mostBytes }, limitMs))),
      );
    },
    async close() {
      await Promise.all(seats.map((seat) => seat.close()));
    },
  };
}

async function unguarded(work: () => Promise<Buffer>): Promise<Buffer> {
  return await work();
}

function bytesOf({ template }: TemplateBundle, answer: SandboxAnswer): Buffer {
  if ("body" in answer) return Buffer.from(answer.body.buffer);
  const trouble = "trouble" in answer ? answer.trouble : { reason: "gave no file" };
  throw new TemplateError(trouble.template ?? template, trouble);
}
