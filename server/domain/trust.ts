import type { DeviceState } from "./device.ts";
import { type Network, networkHolds } from "./network.ts";

/**
 * `full`: its own file with its secrets. `bootstrap`: rules and companions, the same for every phone of a model,
 * nothing secret. `refuse`: nothing, and the same answer whether the MAC is known or not.
 */
export type Trust = "full" | "bootstrap" | "refuse";

/** Why it was decided so; for the journal and the API, never for the phone. */
export type TrustReason =
  | "open-file"
  | "unknown"
  | "disabled"
  | "retired"
  | "outside-networks"
  | "window"
  | "pin"
  | "no-proof";

export interface TrustDecision {
  readonly trust: Trust;
  readonly reason: TrustReason;
}

/** What is known when a phone asks. */
export interface TrustFacts {
  /** True for a file that belongs to one device; false for a file that any phone may have. */
  readonly personal: boolean;
  readonly address: string;
  /** Networks where windows and pins work at all (OFFHOOK_PHONE_NETWORKS). */
  readonly allowedNetworks: readonly Network[];
  readonly device?: {
    readonly state: DeviceState;
    /** Address block that the device was delivered to before. */
    readonly pin?: Network;
    /** True when an open enrolment window takes this device in from this address. */
    readonly windowOpen: boolean;
  };
}

/** Decides one exchange. Depends on stored facts and the address only, never on how the request is worded. */
export function decideTrust({ personal, address, allowedNetworks, device }: TrustFacts): TrustDecision {
  if (!personal) return { trust: "bootstrap", reason: "open-file" };
  if (!device) return refuse("unknown");
  if (device.state === "disabled" || device.state === "retired") return refuse(device.state);
  if (!allowedNetworks.some((network) => networkHolds(network, address))) return refuse("outside-networks");
  if (device.windowOpen) return { trust: "full", reason: "window" };
  if (device.pin && networkHolds(device.pin, address)) return { trust: "full", reason: "pin" };
  return refuse("no-proof");
}

function refuse(reason: TrustReason): TrustDecision {
  return { trust: "refuse", reason };
}
