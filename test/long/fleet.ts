import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import type { PhoneReport } from "../../server/simulate/boot.ts";
import { bootFleet } from "../../server/simulate/fleet.ts";
import { makePhones, type SimulatedPhone } from "../../server/simulate/phones.ts";
import { Ledger, written } from "./ledger.ts";
import type { ServerProcess } from "./server-process.ts";

/** The phones, each with a line of its own, spread over the sites; what they must get is in the ledger. */

const models = ["cisco/8851-3pcc", "cisco/9861", "cisco/8851", "cisco/7960", "cisco/spa504g", "cisco/ata192"] as const;
const phonesOfModel = 10;
const sites = ["zagreb", "athens", "prague"] as const;

interface Desk {
  readonly phone: SimulatedPhone;
  readonly line: string;
  readonly site: string;
}

export const phones = makePhones(
  createCatalogue("profiles"),
  models.map((model) => ({ model, count: phonesOfModel })),
);
const desks: readonly Desk[] = phones.map((phone, index) => ({
  phone,
  line: `/lines/${200 + index}`,
  site: `/sites/${sites[index % sites.length]}`,
}));

/** Documents that people change. */
export const linePaths: readonly string[] = desks.map(({ line }) => line);
export const sitePaths: readonly string[] = sites.map((id) => `/sites/${id}`);

/** Everything through the API, as an admin does it. */
export async function furnish(server: ServerProcess): Promise<void> {
  await server.call("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example.com" } });
  for (const id of sites) {
    await server.call("POST", "/sites", { id, name: id, settings: { "time.ntp": written(`/sites/${id}`, 0) } });
  }
  for (const { phone, line, site } of desks) {
    const id = idOf(line);
    await server.call("POST", "/lines", { id, extension: id, displayName: written(line, 0) });
    await server.call("POST", "/devices", { mac: phone.mac, model: phone.model.id, site: idOf(site), lines: [id] });
  }
}

/** Of the documents as `furnish` makes them. */
export function newLedger(): Ledger {
  return new Ledger([...linePaths, ...sitePaths]);
}

function idOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Boots all phones while nothing is changed; gives everything that is wrong with what they got. */
export async function bootAll(server: ServerProcess, ledger: Ledger): Promise<string[]> {
  const report = await bootFleet(phones, server.phones, { concurrency: phones.length });
  return report.phones.flatMap((phone, index) => {
    const desk = desks[index];
    return desk === undefined ? [] : faultsOf(phone, desk, ledger);
  });
}

/** A phone must have its own file, and in it what people were told last; also where it was told 304. */
function faultsOf({ mac, model, state, faults, steps }: PhoneReport, { line, site }: Desk, ledger: Ledger): string[] {
  const who = `${mac} (${model})`;
  if (state !== "provisioned") return [`${who} is ${state}: ${JSON.stringify(faults)}`];
  const own = steps.filter(({ expect: expected, outcome }) => expected === "device" && outcome === "served");
  const text = own.flatMap(({ attempts }) => attempts.map(({ body }) => body?.toString("utf8") ?? "")).join("\n");
  const names = new Set(text.match(/Person \d+ take \d+/g));
  const clocks = new Set(text.match(/ntp-\d+\.[a-z]+\.example\.com/g));
  return [
    ...(names.has(ledger.valueOf(line)) ? [] : [`${who} lacks "${ledger.valueOf(line)}"`]),
    ...[...names].filter((name) => name !== ledger.valueOf(line)).map((name) => `${who} has "${name}"`),
    ...[...clocks].filter((clock) => clock !== ledger.valueOf(site)).map((clock) => `${who} has "${clock}"`),
  ];
}
