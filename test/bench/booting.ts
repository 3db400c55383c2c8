import type { BootJob, BootResult } from "./boot-load.ts";
import { startWorker } from "./jobs.ts";
import { watch } from "./measures.ts";
import { populatedMac } from "./populate.ts";
import { plainDevice, type Stage } from "./stage.ts";
import { figure, type Row } from "./table.ts";

const mostToldFaults = 10;

/**
 * All phones switched on at once, each at its own address, twice: at first nothing is rendered and no phone holds
 * anything, then both. Whatever went wrong is told, also when the phone came up at another try.
 */
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
      const { lastMs, p50, p99, requests, again, faults, left } = value;
      const told = faults.slice(0, mostToldFaults).join("\n");
      if (left > 0) throw new Error(`${left} phones did not get their files:\n${told}`);
      if (faults.length > 0) console.log(`Wrong at first, ${when}:\n${told}\n`);
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
        note: `${figure(requests)} requests, ${figure((requests / lastMs) * 1000)}/s; ${again} boots anew, ${faults.length} faults`,
      });
    }
    return rows;
  } finally {
    await worker.end();
  }
}
