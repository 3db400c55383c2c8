import type { Device } from "../../domain/device.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { PushAction, PushTransport } from "../../domain/push.ts";
import type { Errand, PushedPhone } from "./target.ts";

interface Parts {
  readonly transports: readonly PushTransport[];
  aim(device: StoredDocument<Device>, errand: Errand): Promise<PushedPhone>;
}

/** Why a phone can't be told without its PBX; undefined where it can. Asks nobody. */
export async function noDirectWay(
  { aim, transports }: Parts,
  device: StoredDocument<Device>,
  action: PushAction,
): Promise<string | undefined> {
  const { desk, nowhere, target } = await aim(device, { action });
  const only = desk.settings.get("push.transport")?.value;
  const names = only === undefined ? desk.family.push.transports : [String(only)];
  // To wait for the phone is no way to tell it.
  const ways = transports.filter(({ name, pbx }) => names.includes(name) && !pbx && name !== "wait");
  const objections = ways.map((way) => way.objection(target));
  if (objections.includes(undefined)) return undefined;
  return nowhere ?? objections.find((each) => each !== undefined) ?? "it is told through its PBX only";
}
