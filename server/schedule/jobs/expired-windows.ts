import type { Clock, Store } from "../../domain/ports.ts";
import type { EnrolmentWindow } from "../../domain/window.ts";
import type { Job } from "../job.ts";

const kind = "enrolment-window";
const keptMs = 30 * 24 * 3_600_000;
/** As many in one commit. */
const batchSize = 100;

/** Windows are told of for a month after they closed; the audit keeps who opened them. */
export function expiredWindowsJob({ clock, store }: { readonly store: Store; readonly clock: Clock }): Job {
  return {
    name: "expired-windows",
    text: "Removes enrolment windows that closed more than 30 days ago.",
    cron: "20 3 * * *",
    enabled: true,
    async run({ signal }) {
      const before = clock() - keptMs;
      const all = await store.find<EnrolmentWindow>({ kind });
      const old = all.filter(({ body }) => Date.parse(body.closesAt) < before);
      let removed = 0;
      for (; removed < old.length && !signal.aborted; removed += batchSize) {
        const batch = old.slice(removed, removed + batchSize);
        await store.transaction(async (transaction) => {
          for (const { organization, id } of batch) await transaction.delete({ organization, kind, id });
        });
      }
      return `${Math.min(removed, old.length)} windows removed`;
    },
  };
}
