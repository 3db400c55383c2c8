import { lookup } from "node:dns/promises";
import { localAddressFor } from "../../sip/udp.ts";
import type { BootServer } from "../asking.ts";
import { bootFleet, type FleetOptions, type FleetReport, serverByPhone } from "../fleet.ts";
import type { SimulatedPhone } from "../phones.ts";
import { cast, type Shares } from "./cast.ts";
import type { StayEvent } from "./stay-event.ts";
import { StayingPhone } from "./staying-phone.ts";

export interface StayOptions extends Pick<FleetOptions, "concurrency" | "ownAddresses" | "signal"> {
  readonly shares?: Shares;
  /** The same seed and number of phones: the same phones are lossy, dead, …; 1 when absent. */
  readonly seed?: number;
  /** Of packets that lossy phones lose, each way; 0.3 when absent. */
  readonly lossShare?: number;
  /** Of phones that are told at their web server; 80 where each has an address of its own, else none, when absent. */
  readonly webPort?: number;
  /** Before the first event. */
  onBoot?(report: FleetReport): void;
  onEvent?(event: StayEvent): void;
}

export interface StayingFleet {
  /** In the order they were given. */
  readonly phones: readonly StayingPhone[];
  /** Of their boot, which nobody is lossy at yet. */
  readonly report: FleetReport;
  close(): Promise<void>;
}

/** Enterprise phones listen nowhere else (cisco.md E.5). */
const usualWebPort = 80;

/**
 * Boots all phones and leaves them up. With addresses of their own each listens for SIP at its own, at the port of its
 * own file; else at any free port. Rejects with the system's error when one can't listen; then none does.
 */
export async function stayFleet(
  phones: readonly SimulatedPhone[],
  server: BootServer,
  { lossShare = 0.3, onBoot, onEvent = () => {}, seed = 1, shares = {}, webPort, ...boot }: StayOptions = {},
): Promise<StayingFleet> {
  const roles = cast(phones.length, shares, seed);
  const serverFor = await serverByPhone(server, boot.ownAddresses === true);
  const report = await bootFleet(phones, server, boot);
  onBoot?.(report);
  const { address } = await lookup(server.host, { order: "ipv4first" });
  const web = webPort !== undefined && { webPort };
  const shared = { address: await localAddressFor({ address, port: 9 }), port: 0, ...web };
  const staying = phones.flatMap((phone, index) => {
    const [own, booted, role] = [serverFor(phone), report.phones[index], roles[index]];
    if (!booted || !role) return [];
    const place = own.from === undefined ? shared : { address: own.from, webPort: usualWebPort, ...web };
    const chances = { lossShare, seed: 1000 * seed + 3 * index };
    return new StayingPhone({ ...{ phone, server: own, report: booted, role, place, onEvent }, ...chances });
  });
  const close = async () => void (await Promise.all(staying.map((phone) => phone.close())));
  try {
    for (const phone of staying) await phone.open();
  } catch (error) {
    await close();
    throw error;
  }
  return { phones: staying, report, close };
}
