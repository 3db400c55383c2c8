import { Failure } from "../domain/failures.ts";
import { TemplateError } from "./sandbox.ts";

const restMs = 10_000;
const mostResting = 100;

/**
 * A template that had to be stopped is not tried again for a while: one organization's would else keep the workers from
 * all others. One that fails by itself takes no time, and may be tried at once.
 */
export class TemplateRest {
  readonly #resting = new Map<string, { readonly until: number; readonly failure: Failure }>();

  /** Fails as the template did when it was stopped a moment ago. */
  refuse(digest: string): void {
    const known = this.#resting.get(digest);
    if (known && performance.now() < known.until) throw known.failure;
  }

  /** Renders, unless it rests by now; a TemplateError becomes the failure that a phone's request ends with. */
  async guard<T>(digest: string, work: () => Promise<T>): Promise<T> {
    this.refuse(digest);
    try {
      return await work();
    } catch (error) {
      throw error instanceof TemplateError ? this.#failureOf(digest, error) : error;
    }
  }

  #failureOf(digest: string, error: TemplateError): Failure {
    const failure = new Failure("TEMPLATE_FAILED", error.message, { cause: error });
    if (error.trouble.exhausted) {
      this.#resting.delete(digest);
      this.#resting.set(digest, { until: performance.now() + restMs, failure });
    }
    const [oldest] = this.#resting.keys();
    if (this.#resting.size > mostResting && oldest !== undefined) this.#resting.delete(oldest);
    return failure;
  }
}
