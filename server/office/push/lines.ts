import type { Device } from "../../domain/device.ts";
import type { StoredDocument, StoreReader } from "../../domain/ports.ts";
import type { PushLine } from "../../domain/push.ts";
import type { Desks } from "../desk/desk.ts";

/** The lines of a phone as a PBX knows them, the first at the front. */
export async function linesOf(
  desks: Desks,
  store: StoreReader,
  device: StoredDocument<Device>,
): Promise<readonly PushLine[]> {
  const { lines } = await desks.read(store, device);
  return lines.map(({ authId, settings, userId }) => ({
    user: userId,
    authUser: authId,
    domain: String(settings.get("sip.server")?.value ?? ""),
  }));
}
