import type { BootJob, BootResult } from "./boot-load.ts";
import { startWorker } from "./jobs.ts";
import { watch } from "./measures.ts";
import { populatedMac } from "./populate.ts";
import { plainDevice, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";

/** All phones switched on at once, twice: at first nothing is rendered and no phone holds anything, then both. */
export async function measureBooting({ listening }: Stage, count: number): Promise<Row[]> {
  const worker = await startWorker<BootJob, BootResult>(new URL("./boot-load.ts", import.meta.url));
  const phones = Array.from({ length: count }, (_, index) => ({
    model: plainDevice(index).model,
    mac: populatedMac(index),
  }));
  const server = {
    host: "127.0.0.1",
    tftpPort: listening.tftp,
    ...(listening.phoneHttp[0] !== undefined && { httpPort: listening.phoneHttp[0] }),
  };
  const rows: Row[] = [];
  try {
    for (const when of ["from cold", "again"]) {
      const { value, cpu, loopP99, loopMax } = await watch(() => worker.run({ server, phones }));
      const { lastMs, p50, p99, requests, again, faults } = value;
      if (faults.length > 0) throw new Error(`phones did not get their files:\n${faults.slice(0, 10).join("\n")}`);
      rows.push({
        what: `boot of ${figure(phones.length)} phones of six models at once, ${when}`,
        who: "Offhook",
        result: lastMs,
        unit: "ms to the last",
        p50,
        p99,
        loopP99,
        loopMax,
        serverCpu: cpu,
        clientCpu: value.cpu,
        most: 20_000,
        note: `${figure(requests)} requests, ${figure((requests / lastMs) * 1000)}/s${again > 0 ? `; ${again} boots anew` : ""}`,
      });
    }
    return rows;
  } finally {
    await worker.end();
  }
}
