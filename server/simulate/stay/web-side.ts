import { codeOf } from "../../sip/peer.ts";
import type { SimulatedPhone } from "../phones.ts";
import { readXml } from "../xml-tree.ts";
import type { Role } from "./cast.ts";
import type { ErrandParts } from "./errands.ts";
import type { Order } from "./notice.ts";
import { ownHttp } from "./own-http.ts";
import { pathAtOwnServer } from "./own-server.ts";
import { openWebEar, type WebEar, type WebOrder } from "./web-ear.ts";

type Parts = Pick<ErrandParts, "held" | "phone" | "server" | "signal">;

export interface WebSideParts {
  readonly phone: SimulatedPhone;
  readonly role: Role;
  /** `webPort` absent: it has none. */
  readonly place: { readonly address: string; readonly webPort?: number };
  /** As it is now. */
  parts(): Parts;
  isUp(): boolean;
  told(detail: string): void;
  take(order: Order): void;
}

const mostBytes = 4096;
const mostMs = 5000;

/** Where a phone is told at its web server, if anywhere. `lack`: why there is none that should be, to be put behind words. */
export async function openWebSide(side: WebSideParts): Promise<{ readonly ear?: WebEar; readonly lack: string }> {
  const { isUp, parts, phone, place, role } = side;
  const { address, webPort: port } = place;
  if (port === undefined || phone.family.push.show?.by !== "web" || role.character === "dead") return { lack: "" };
  // Disabled is 1 (vocabulary of enterprise phones, webAccess).
  const isOn = () => isUp() && parts().held.get("device/vendorConfig/webAccess") !== "1";
  try {
    return { ear: await openWebEar({ address, port, isOn, take: (order) => takeOrder(order, side) }), lack: "" };
  } catch (error) {
    return { lack: `, no web server at port ${port}: ${codeOf(error)}` };
  }
}

async function takeOrder(order: WebOrder, { parts, role, take, told }: WebSideParts) {
  const outcome = await judge(order, role, parts());
  told(`CGI/Execute: ${outcome}`);
  if (outcome === "taken" && role.character !== "deaf") take({ kind: "show", document: order.document });
  return outcome;
}

async function judge(order: WebOrder, { character }: Role, parts: Parts) {
  if (character === "wrong" || !(await mayDo(order, parts))) return "unauthorized";
  return readXml(Buffer.from(order.document), ["CiscoIPPhoneExecute"]).root ? "taken" : "unreadable";
}

/**
 * Whether its authenticationURL says "AUTHORIZED", without a line end; "empty accepts all" (vocabulary of enterprise
 * phones; cisco.md E.5).
 */
async function mayDo({ password, user }: WebOrder, parts: Parts): Promise<boolean> {
  const address = parts.held.get("device/authenticationURL") ?? "";
  if (address === "") return true;
  const place = await pathAtOwnServer(address, parts.server);
  if ("objection" in place) return false;
  const asks = { UserID: user, Password: password, devicename: `SEP${parts.phone.mac.toUpperCase()}` };
  const query = `${place.path.includes("?") ? "&" : "?"}${new URLSearchParams(asks)}`;
  const http = ownHttp(parts, place.port, { mostBytes });
  try {
    const signal = AbortSignal.any([parts.signal, AbortSignal.timeout(mostMs)]);
    const { body, status } = await http.get(place.path + query, signal);
    return status === 200 && body.toString() === "AUTHORIZED";
  } catch {
    return false;
  } finally {
    http.close();
  }
}
