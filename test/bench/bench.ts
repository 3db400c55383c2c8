import { cpus } from "node:os";
import { measureAdding } from "./adding.ts";
import { measureBooting } from "./booting.ts";
import { fileOf, measureMaking } from "./device-files.ts";
import { measureServing } from "./serving.ts";
import { measureSiteEdit } from "./site-edit.ts";
import { busyDevice, edit, furnish, openStage, plainDevice, type Stage } from "./stage.ts";
import { brokenLaws, formatTable, type Row } from "./table.ts";

/** All measurements on one Offhook with a thousand devices, in one process; who asks runs in others. */

const deviceCount = 1000;
const bootCount = 200;
/** With six lines and four lamps, the file of an 8851 (multiplatform) has about 12 KB. */
const phones = Array.from({ length: 50 }, (_, index) => busyDevice(index, 1, 6, 0));
const fullPhone = busyDevice(0, 2, 10, 3, "cisco/8865-3pcc");

const legend = [
  "/s: completed in a second, the middle of three rounds. p50, p99: milliseconds of one transfer, phone or call (HTTP: whole ones).",
  "loop: milliseconds that the event loop of the serving process was late, p99 and most. CPU, client: percent of one core",
  "that the serving and the asking process used; with the client at 100 it is the client that is measured.",
  "plain Node: the same bytes from memory without any check, which shows how far the client goes.",
];

const started = performance.now();
console.log(
  `Offhook on Node ${process.version}, ${cpus().length} cores, loopback, embedded store, ${deviceCount} devices; who asks is another process.\n`,
);
const stage = await openStage();
try {
  const { rows, notes } = await measure(stage);
  console.log(formatTable(rows));
  const broken = brokenLaws(rows);
  if (broken.length > 0) process.exitCode = 1;
  for (const law of broken) console.log(`\nToo slow: ${law}`);
  console.log(
    ["", ...notes, ...legend, `All of it took ${Math.round((performance.now() - started) / 1000)} s.`].join("\n"),
  );
} finally {
  await stage.close();
}

async function measure(stage: Stage): Promise<{ rows: Row[]; notes: readonly string[] }> {
  const { devices, enrolment } = stage.app.office;
  const plain = Array.from({ length: deviceCount }, (_, index) => plainDevice(index));
  await furnish(stage, deviceCount);
  const adding = await measureAdding(stage, plain);
  for (const { mac, ...device } of [...phones, fullPhone]) await devices.add(edit, mac, device);
  await enrolment.open(edit, { all: true, minutes: 10 });
  const booting = await measureBooting(stage, plain.slice(0, bootCount));
  const files = await Promise.all(phones.map(({ mac }) => fileOf(stage, mac)));
  const serving = await measureServing(stage, files);
  const making = await measureMaking(stage, [
    ["6 lines, 10 keys", phones[0] ?? fullPhone],
    ["10 lines, 118 keys", fullPhone],
  ]);
  const editing = await measureSiteEdit(stage);
  return { rows: [...serving.rows, ...booting, ...making, ...editing, ...adding], notes: serving.notes };
}
