import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Device } from "../../server/domain/device.ts";
import type { DeviceChange } from "../../server/office/devices/devices.ts";
import type { LineChange } from "../../server/office/lines.ts";
import { edit, openTestOffice } from "../support/office.ts";

/** What a case sets up; the files below its line of dashes are what the device then gets. */
interface GoldenInput {
  readonly organization?: Record<string, unknown>;
  readonly site?: Record<string, unknown>;
  readonly lines: readonly LineChange[];
  readonly device: DeviceChange & { readonly mac: string };
}

export const goldenFolder = import.meta.dirname;
const dashes = `\n${"-".repeat(80)}\n`;

/** Every case file: `<vendor>/<model>/<case>.golden`. */
export function goldenFiles(): string[] {
  return readdirSync(goldenFolder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".golden"))
    .sort();
}

export function readGolden(name: string): { readonly input: string; readonly expected: string } {
  const text = readFileSync(join(goldenFolder, name), "utf8");
  const at = text.indexOf(dashes);
  return at < 0
    ? { input: text, expected: "" }
    : { input: text.slice(0, at), expected: text.slice(at + dashes.length) };
}

export function writeGolden(input: string, files: string): string {
  return `${input.trimEnd()}${dashes}${files}`;
}

/** Sets the case up through the same rules that the API uses and gives its bootstrap and device files as one text. */
export async function renderCase(input: string): Promise<string> {
  const { organization, site, lines, device } = JSON.parse(input) as GoldenInput;
  const office = await openTestOffice();
  try {
    office.advertised.base = "http://prov.example.com";
    if (organization) await office.layers.change(edit, "organization", "default", { settings: organization });
    if (site) await office.layers.change(edit, "site", "main", { settings: site });
    for (const line of lines) await office.lines.add(edit, line);
    const { mac, ...change } = device;
    const stored = await office.devices.add(edit, mac, change);
    return await filesOf(office, stored.body);
  } finally {
    await office.close();
  }
}

async function filesOf(office: Awaited<ReturnType<typeof openTestOffice>>, device: Device): Promise<string> {
  const stored = await office.stores.config.holder<Device>(`mac:${device.mac}`);
  if (!stored) throw new Error("the device is not there");
  const desk = await office.desks.read(office.stores.config, stored);
  const made: string[] = [];
  for (const spec of desk.family.files) {
    const title = `=== ${spec.id} (${spec.names[0]})\n`;
    if (spec.serves === "device") made.push(title + (await office.files.forDevice(spec, desk)).body.toString("utf8"));
    if (spec.serves === "bootstrap") {
      const model = await office.desks.bootstrap(office.stores.config, desk.model);
      made.push(title + (await office.files.forModel(spec, model)).body.toString("utf8"));
    }
    if (spec.serves === "common") {
      const common = await office.desks.common(office.stores.config, desk.family.id);
      made.push(title + (await office.files.forFamily(spec, desk.family, common, [])).body.toString("utf8"));
    }
  }
  return made.map((each) => (each.endsWith("\n") ? each : `${each}\n`)).join("");
}
