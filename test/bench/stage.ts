import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type App, createApp } from "../../server/app.ts";
import type { Listening } from "../../server/app-listeners.ts";
import { readConfig } from "../../server/config.ts";
import type { Key } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";

/** A whole Offhook on free ports of loopback, with an embedded store in a folder of its own, in this process. */
export interface Stage {
  readonly app: App;
  readonly listening: Listening;
  readonly token: string;
  /** The folder of its firmware shelf. */
  readonly shelf: string;
  close(): Promise<void>;
}

/** What the API is sent for one device. */
export interface NewDevice {
  readonly mac: Mac;
  readonly model: string;
  readonly site: string;
  readonly lines: readonly string[];
  readonly keys: readonly Key[];
  readonly modules?: readonly string[];
}

export const edit = { organization: "default", actor: "bench" };
const sites = ["zagreb", "athens", "prague", "warsaw"] as const;
const zones = ["Europe/Zagreb", "Europe/Athens", "Europe/Prague", "Europe/Warsaw"];
/** One model of each family. */
const models = ["cisco/8851-3pcc", "cisco/9861", "cisco/8851", "cisco/7960", "cisco/spa504g", "cisco/ata192"] as const;

/** `kept`: a folder that is there already and stays; without it one of its own, which goes. `variables` come on top. */
export async function openStage(kept?: string, variables: Readonly<Record<string, string>> = {}): Promise<Stage> {
  const folder = kept ?? (await mkdtemp(join(tmpdir(), "offhook-stage-")));
  const shelf = join(folder, "firmware");
  const token = "bench-token-0123456789";
  const env = {
    OFFHOOK_HOST: "127.0.0.1",
    OFFHOOK_ADVERTISE: "127.0.0.1",
    OFFHOOK_TFTP_PORT: "0",
    OFFHOOK_PHONE_HTTP_PORT: "0",
    OFFHOOK_ADMIN_PORT: "0",
    OFFHOOK_API_TOKEN: token,
    OFFHOOK_DATA: join(folder, "data"),
    OFFHOOK_FIRMWARE: shelf,
    ...variables,
  };
  const app = await createApp({ config: readConfig(env), log: pino({ level: "silent" }), version: "bench" });
  const listening = await app.listen();
  return {
    app,
    listening,
    token,
    shelf,
    async close() {
      await app.close();
      if (kept === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Settings, sites and `count` lines with the extensions from 20000 on: what devices are made of. */
export async function furnish({ app }: Stage, count: number): Promise<void> {
  const { layers, lines } = app.office;
  const settings = { "sip.server": "pbx.example.com", "voicemail.number": "*97", "time.ntp": "ntp.example.com" };
  await layers.change(edit, "organization", "default", { settings });
  for (const [index, id] of sites.entries()) {
    await layers.add(edit, "site", { id, name: id, settings: { "time.zone": zones[index] } });
  }
  // All at once: the store writes them in groups.
  await Promise.all(
    Array.from({ length: count }, (_, index) =>
      lines.add(edit, { id: lineOf(index), extension: lineOf(index), displayName: `Colleague number ${index}` }),
    ),
  );
}

function lineOf(index: number): string {
  return String(20_000 + index);
}

/** The n-th device of a kind; locally administered, as no real phone is. */
function macOf(kind: number, index: number): Mac {
  return `02b${kind.toString(16)}${index.toString(16).padStart(8, "0")}` as Mac;
}

/** A phone as most people have one: one line, no more keys than the phone's own; all six models in turn. */
export function plainDevice(index: number): NewDevice {
  return {
    mac: macOf(0, index),
    model: models[index % models.length] ?? models[0],
    site: sites[index % sites.length] ?? sites[0],
    lines: [lineOf(index)],
    keys: [],
  };
}

/** A phone with ten keys, with so many lines and its other keys, and those of its modules, watching colleagues. */
export function busyDevice(
  index: number,
  kind: number,
  lines: number,
  modules: number,
  model = "cisco/8851-3pcc",
): NewDevice {
  const watched = (position: number, module?: number): Key => ({
    position,
    ...(module !== undefined && { module }),
    type: "blf",
    target: { line: lineOf(position) },
    label: `Colleague number ${position}`,
  });
  const keys = numbers(lines + 1, 10).map((position) => watched(position));
  const more = numbers(1, modules).flatMap((module) => numbers(1, 36).map((position) => watched(position, module)));
  return {
    mac: macOf(kind, index),
    model,
    site: sites[0],
    lines: numbers(0, lines - 1).map(lineOf),
    keys: [...keys, ...more],
    modules: numbers(1, modules).map(() => "BEKEM"),
  };
}

function numbers(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
