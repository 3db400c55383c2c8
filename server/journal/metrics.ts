import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Journal } from "./journal.ts";

export interface Metrics {
  /** Prometheus text. */
  read(): Promise<{ readonly contentType: string; readonly body: string }>;
}

export interface MetricsParts {
  readonly journal: Journal;
  /** Transfers under way. */
  activeTransfers(): number;
}

/** Counts what the journal sees; an own registry, since nothing of Offhook is global. */
export function createMetrics({ journal, activeTransfers }: MetricsParts): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const exchanges = new Counter({
    name: "offhook_exchanges_total",
    help: "Requests of phones by protocol and outcome",
    labelNames: ["via", "outcome"],
    registers,
  });
  const deliveries = new Counter({
    name: "offhook_deliveries_total",
    help: "Transfers that ended, by protocol and whether they completed",
    labelNames: ["via", "completed"],
    registers,
  });
  const seconds = new Histogram({
    name: "offhook_answer_seconds",
    help: "Time until the answer to a phone was ready",
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1],
    registers,
  });
  new Gauge({
    name: "offhook_tftp_transfers",
    help: "TFTP transfers under way",
    registers,
    collect() {
      this.set(activeTransfers());
    },
  });
  journal.watch(({ via, outcome, delivery, tookMs }) => {
    if (delivery) return deliveries.inc({ via, completed: String(delivery.completed) });
    exchanges.inc({ via, outcome });
    return seconds.observe(tookMs / 1000);
  });
  return { read: async () => ({ contentType: registry.contentType, body: await registry.metrics() }) };
}
