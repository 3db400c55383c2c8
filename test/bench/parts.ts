import { measureAdding } from "./adding.ts";
import { type Beside, startDnsmasq, startNginx, startTftpd } from "./beside.ts";
import { measureBooting } from "./booting.ts";
import type { Candidate } from "./compare.ts";
import { fileOf, measureMaking } from "./device-files.ts";
import { measureCold, measureHttp, ownPaths } from "./http.ts";
import { startWorker } from "./jobs.ts";
import { measureNodes } from "./nodes.ts";
import { measurePhonesBesidePlans } from "./phones-beside-plans.ts";
import type { PlainJob, PlainPorts } from "./plain-servers.ts";
import { populate } from "./populate.ts";
import { inRounds } from "./rounds.ts";
import { writeServedFiles } from "./served-files.ts";
import { measureEditWhileServing, measurePlan, measureSiteEdit } from "./site-edit.ts";
import { busyDevice, edit, furnish, openStage, type Stage } from "./stage.ts";
import { measureStart } from "./start.ts";
import type { Row } from "./table.ts";
import { measureImage, measureLoss, measureTftp } from "./tftp.ts";

const deviceCount = 5000;
const bootCount = 2000;
const coldCount = 3000;
const site = "large";
/** With six lines and four lamps, as a busy desk has. */
const phones = Array.from({ length: 50 }, (_, index) => busyDevice(index, 1, 6, 0));
const fullPhone = busyDevice(0, 2, 10, 3, "cisco/8865-3pcc");

interface Measured {
  readonly rows: readonly Row[];
  /** What is to be said below the table. */
  readonly notes: readonly string[];
}

const beside = ["tftp", "image", "loss", "http"];
const onStage = [...beside, "making", "edit"];
export const partNames: readonly string[] = ["boot", "cold", ...onStage, "start", "adding", "nodes"];

type Take = (part: string, measure: () => Promise<readonly Row[]>) => Promise<void>;

/** The parts that were asked for, each told as it ends; `isFull`: every combination, in longer rounds. */
export async function runParts(
  only: ReadonlySet<string>,
  isFull: boolean,
  tell: (rows: readonly Row[]) => void,
): Promise<Measured> {
  const rows: Row[] = [];
  const take: Take = async (part, measure) => {
    if (!only.has(part)) return;
    const measured = await measure();
    tell(measured);
    rows.push(...measured);
  };
  await take("boot", () => fromCold((stage) => measureBooting(stage, bootCount)));
  await take("cold", () => fromCold((stage) => measureCold(stage, coldCount)));
  const notes = onStage.some((name) => only.has(name)) ? await measureStage(only, isFull, take) : [];
  for (const count of isFull ? [1, 1000, deviceCount, 10_000, 20_000] : [1, deviceCount]) {
    await take("start", () => measureStart(count));
  }
  await take("adding", () => measureAdding(deviceCount));
  const nodes = only.has("nodes") ? await measureNodes() : [];
  if (typeof nodes === "string") return { rows, notes: [...notes, nodes] };
  await take("nodes", async () => nodes);
  return { rows, notes };
}

/** Each round on an Offhook that has made nothing yet; the first of them in a process that has just begun. */
function fromCold(measure: (stage: Stage) => Promise<Row[]>): Promise<Row[]> {
  return inRounds(async () => {
    const stage = await openPopulated();
    try {
      return await measure(stage);
    } finally {
      await stage.close();
    }
  });
}

/** With a window that all phones may be pinned in. */
async function openPopulated(): Promise<Stage> {
  const stage = await openStage();
  await furnish(stage, 100);
  await populate(stage, site, deviceCount);
  // Now and not in the middle of what is measured.
  await stage.app.office.sizes.count();
  await stage.app.office.enrolment.open(edit, { all: true, minutes: 30 });
  return stage;
}

async function measureStage(only: ReadonlySet<string>, isFull: boolean, take: Take): Promise<readonly string[]> {
  const stage = await openPopulated();
  try {
    const { devices } = stage.app.office;
    for (const { mac, ...device } of [...phones, fullPhone]) await devices.add(edit, mac, device);
    const isServed = beside.some((name) => only.has(name));
    const notes = isServed ? await measureServing(stage, isFull, take) : [];
    await take("making", () => measureDeviceFiles(stage));
    await take("edit", () => measureEditing(stage));
    return notes;
  } finally {
    await stage.close();
  }
}

/** The same files from Offhook and from what runs beside it, over TFTP and HTTP. */
async function measureServing(stage: Stage, isFull: boolean, take: Take): Promise<readonly string[]> {
  const own = await Promise.all(phones.map(({ mac }) => fileOf(stage, mac)));
  const files = await writeServedFiles(stage.shelf, own);
  await stage.app.office.shelf.refresh();
  const others = await Promise.all([startTftpd(files.root), startDnsmasq(files.root), startNginx(files.root)]);
  const plain = await startWorker<PlainJob, PlainPorts>(new URL("./plain-servers.ts", import.meta.url));
  try {
    const ports = await plain.run({ files: [files.configuration, files.image, ...files.own] });
    const running = others.filter((each): each is Beside => typeof each !== "string");
    const { tftp, http } = candidates(stage, ports, running);
    await take("tftp", () => measureTftp(files, tftp, isFull));
    await take("image", () => measureImage(files, tftp, isFull));
    await take("loss", () => measureLoss(files, tftp, isFull));
    await take("http", () => measureHttp(files, http));
    return others.filter((each): each is string => typeof each === "string");
  } finally {
    await Promise.all([plain.end(), files.close(), ...others.map((each) => typeof each !== "string" && each.close())]);
  }
}

function candidates({ listening }: Stage, ports: PlainPorts, beside: readonly Beside[]) {
  const here = (who: string, port: number): Candidate => ({ who, host: "127.0.0.1", port });
  const isWeb = ({ who }: Candidate) => who.startsWith("nginx");
  return {
    tftp: [
      here("Offhook", listening.tftp),
      here("plain Node", ports.tftp),
      ...beside.filter((server) => !isWeb(server)),
    ],
    http: [here("Offhook", listening.phoneHttp[0] ?? 0), here("plain Node", ports.http), ...beside.filter(isWeb)],
  };
}

function measureDeviceFiles(stage: Stage): Promise<Row[]> {
  return measureMaking(stage, [
    ["6 lines, 10 keys", phones[0] ?? fullPhone],
    ["10 lines, 118 keys", fullPhone],
  ]);
}

async function measureEditing(stage: Stage): Promise<Row[]> {
  const alone = await measureSiteEdit(stage, site, deviceCount);
  const planned = await inRounds(async () => [await measurePlan(stage, site, deviceCount)]);
  const paths = ownPaths(0, 200);
  const beside = await inRounds(() => measurePhonesBesidePlans(stage, site, paths));
  const served = await inRounds((round) => measureEditWhileServing(stage, site, deviceCount, paths, round));
  return [...alone, ...planned, ...beside, ...served];
}
