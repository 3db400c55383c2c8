import type { Device } from "./device.ts";
import type { Mac } from "./mac.ts";
import { type Network, networkHolds } from "./network.ts";

/** A time in which devices may come for their file for the first time. Times are RFC 3339 UTC. */
export interface EnrolmentWindow {
  readonly id: string;
  /** Exactly one of devices, site, model, all says whom it takes in. */
  readonly devices?: readonly Mac[];
  readonly site?: string;
  readonly model?: string;
  readonly all?: true;
  readonly opensAt: string;
  readonly closesAt: string;
  /** How many devices it takes in at most. */
  readonly count?: number;
  /** Where it works; every allowed network when absent. */
  readonly networks?: readonly Network[];
  readonly openedBy: string;
}

/** What a window did so far: devices it took in or is serving, with when and where. */
export interface WindowUse {
  readonly taken: ReadonlyMap<Mac, { readonly address: string; readonly at: number; readonly completed: boolean }>;
}

/** After a completed delivery the window stays open for the device's own address this long. */
const graceMs = 10 * 60_000;

/** A device as a window sees it. `pinned`: it proved itself before, and is held to an address block. */
export type Applicant = Pick<Device, "mac" | "site" | "model"> & { readonly pinned: boolean };

/**
 * Whether an open window lets this device in, from this address, now (milliseconds since the epoch). A pinned device is
 * moved to another block only by a window that names it: a window for a whole site must not open what is closed.
 */
export function windowTakes(
  window: EnrolmentWindow,
  use: WindowUse,
  device: Applicant,
  address: string,
  now: number,
): boolean {
  if (!isOpen(window, now) || !includes(window, device)) return false;
  if (device.pinned && !window.devices && !use.taken.has(device.mac)) return false;
  if (window.networks && !window.networks.some((network) => networkHolds(network, address))) return false;
  const before = use.taken.get(device.mac);
  if (before?.completed) return before.address === address && now - before.at < graceMs;
  return before !== undefined || window.count === undefined || use.taken.size < window.count;
}

export function isOpen({ opensAt, closesAt }: EnrolmentWindow, now: number): boolean {
  return Date.parse(opensAt) <= now && now < Date.parse(closesAt);
}

function includes(window: EnrolmentWindow, device: Pick<Device, "mac" | "site" | "model">): boolean {
  if (window.all) return true;
  if (window.devices) return window.devices.includes(device.mac);
  return window.site === undefined ? window.model === device.model : window.site === device.site;
}
