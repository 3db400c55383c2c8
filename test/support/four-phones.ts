import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { bootFleet } from "../../server/simulate/fleet.ts";
import { makePhones } from "../../server/simulate/phones.ts";
import type { ServerProcess } from "../long/server-process.ts";

/** Two phones that ask over HTTP and two that ask over TFTP, with the lines 200 to 203. */
const phones = makePhones(createCatalogue("profiles"), [
  { model: "cisco/8851-3pcc", count: 2 },
  { model: "cisco/7960", count: 2 },
]);
export const allProvisioned: readonly string[] = phones.map(() => "provisioned");

export async function furnishFour({ call }: ServerProcess): Promise<void> {
  await call("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example.com" } });
  for (const [index, { mac, model }] of phones.entries()) {
    const id = String(200 + index);
    await call("POST", "/lines", { id, extension: id });
    await call("POST", "/devices", { mac, model: model.id, lines: [id] });
  }
  await call("POST", "/enrolment-windows", { all: true, minutes: 10 });
}

/** What became of each boot. */
export async function bootFour(server: ServerProcess): Promise<string[]> {
  const report = await bootFleet(phones, server.phones, { concurrency: 4 });
  return report.phones.map(({ state }) => state);
}

/** The names of files that the phones are served over HTTP, slashes and all: their own and common ones. */
export async function servedNames(server: ServerProcess): Promise<string[]> {
  const { host, httpPort = 0 } = server.phones;
  const report = await bootFleet(phones, { host, httpPort }, { concurrency: 4 });
  const served = report.phones.flatMap(({ steps }) => steps.filter(({ outcome }) => outcome === "served"));
  return [...new Set(served.map(({ ask }) => (ask.startsWith("/") ? ask : `/${ask}`)))];
}

/** Changes the name of line 200 until it is refused: what the refusal says, and the last name that was taken. */
export async function changeUntilRefused(
  { call }: ServerProcess,
  most = 200,
): Promise<{ refusal: string; displayName: string }> {
  let { displayName } = (await call("GET", "/lines/200")) as { displayName: string };
  for (let take = 1; take < most; take += 1) {
    try {
      await call("PATCH", "/lines/200", { displayName: `take ${take}` });
      displayName = `take ${take}`;
    } catch (error) {
      return { refusal: (error as Error).message, displayName };
    }
  }
  throw new Error("no change was refused");
}
