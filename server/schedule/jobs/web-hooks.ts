import type { Outbox } from "../../outbox/outbox.ts";
import type { Job } from "../job.ts";

/** What waits is also delivered as soon as it is due; the clock finds what another node left. */
export function webHooksJob(outbox: Pick<Outbox, "deliver" | "hasWork">): Job {
  return {
    name: "web-hooks",
    text: "Delivers what web hooks are to be told, and tries again what was not taken.",
    cron: "* * * * *",
    enabled: true,
    hasWork: outbox.hasWork,
    async run({ signal }) {
      const { failed, taken } = await outbox.deliver(signal);
      return `${taken} deliveries taken, ${failed} not`;
    },
  };
}
