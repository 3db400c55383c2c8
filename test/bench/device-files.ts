import type { Mac } from "../../server/domain/mac.ts";
import type { StoreReader } from "../../server/domain/ports.ts";
import type { Desk } from "../../server/office/desk/desk.ts";
import { createPhoneFiles } from "../../server/render/phone-files.ts";
import { percentile, watch } from "./measures.ts";
import type { NewDevice, Stage } from "./stage.ts";
import type { Row } from "./table.ts";

/** A phone's own file, over every protocol under the same path. */
export interface DeviceFile {
  readonly path: string;
  readonly base64: string;
}

/** The bytes that a multiplatform phone is to get. */
export async function fileOf({ app: { office } }: Stage, mac: Mac): Promise<DeviceFile> {
  const desk = await deskOf(office, mac);
  return { path: `/${mac}.xml`, base64: (await office.files.forDevice(specOf(desk), desk)).body.toString("base64") };
}

/** What one phone costs before anything is sent: its settings and parameters, then its bytes. */
export async function measureMaking(stage: Stage, devices: readonly (readonly [string, NewDevice])[]): Promise<Row[]> {
  const { office } = stage.app;
  // Without a cache, so that each time the bytes are made.
  const files = createPhoneFiles({ renderer: office.renderer, cacheBytes: 0 });
  const rows: Row[] = [];
  for (const [index, [name, { mac }]] of devices.entries()) {
    const desk = await deskOf(office, mac);
    const spec = specOf(desk);
    const size = `${desk.parameters.size} parameters`;
    const resolve = await times(async () => void (await deskOf(office, mac)));
    const render = await times(async () => void files.forDevice(spec, desk));
    const digest = await times(async () => void (await digestOf(office, mac)));
    rows.push({
      what: `resolve and map, ${name}, ${size}`,
      who: "Offhook",
      ...resolve,
      ...(index === 0 && { most: 1 }),
    });
    rows.push({ what: `digest, ${name}`, who: "Offhook", ...digest });
    rows.push({ what: `render, ${name}, ${size}`, who: "Offhook", ...render, most: 5 });
  }
  return rows;
}

async function deskOf(office: Office, mac: Mac): Promise<Desk> {
  return await office.desks.read(anotherReader(office), await documentOf(office, mac));
}

async function digestOf(office: Office, mac: Mac): Promise<string> {
  return (await office.desks.outline(anotherReader(office), await documentOf(office, mac))).digest;
}

type Office = Stage["app"]["office"];

async function documentOf({ stores }: Office, mac: Mac): Promise<Desk["device"]> {
  const device = await stores.config.holder<Desk["device"]["body"]>(`mac:${mac}`);
  if (!device) throw new Error(`there is no device ${mac}`);
  return device;
}

/** Desks are kept for the store itself; by another reader they are worked out anew, which is what is measured. */
function anotherReader({ stores }: Office): StoreReader {
  return {
    get: (key) => stores.config.get(key),
    holder: (name) => stores.config.holder(name),
    find: (query) => stores.config.find(query),
  };
}

function specOf({ family }: Desk) {
  const spec = family.files.find(({ serves, template }) => serves === "device" && template !== undefined);
  if (!spec) throw new Error(`${family.id} has no file for a device`);
  return spec;
}

async function times(work: () => Promise<void>): Promise<Pick<Row, "result" | "unit" | "p50" | "p99" | "serverCpu">> {
  for (let index = 0; index < 200; index += 1) await work();
  const took: number[] = [];
  const { cpu } = await watch(async () => {
    const endAt = performance.now() + 700;
    for (let now = performance.now(); now < endAt; ) {
      await work();
      const then = performance.now();
      took.push(then - now);
      now = then;
    }
  });
  const sum = took.reduce((all, each) => all + each, 0);
  return {
    result: sum / took.length,
    unit: "ms",
    p50: percentile(took, 50),
    p99: percentile(took, 99),
    serverCpu: cpu,
  };
}
