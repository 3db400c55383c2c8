import type { ConnectionFinding, PushLine } from "../../domain/push.ts";
import { fails, works } from "../connection/findings.ts";
import { PbxError } from "../connection/pbx-error.ts";
import type { AmiConnection } from "./ami-connection.ts";
import { saidBy, verdictOn } from "./endpoint.ts";

const isCall: Readonly<Record<string, boolean>> = {
  INUSE: true,
  BUSY: true,
  RINGING: true,
  RINGINUSE: true,
  ONHOLD: true,
  NOT_INUSE: false,
  UNAVAILABLE: false,
};

/**
 * Whether an endpoint has a call, by its device state: dialplan function DEVICE_STATE, read with AMI action Getvar
 * (docs.asterisk.org). Asterisk counts by endpoint, so a call is one of all its contacts. One that PJSIP does not know may
 * be a peer of chan_sip, which knows of calls only with `callcounter = yes`. Undefined where Asterisk says UNKNOWN or INVALID.
 */
export async function isInCall(
  link: AmiConnection,
  { user }: PushLine,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  if (!isPlain(user)) return undefined;
  const state = await deviceState(link, `PJSIP/${user}`, signal);
  return isCall[state === "INVALID" ? await deviceState(link, `SIP/${user}`, signal) : state];
}

/** What could end the name of the device, or begin another one, is not asked for. */
function isPlain(user: string): boolean {
  return /^[\w.+*#@-]{1,80}$/.test(user);
}

async function deviceState(link: AmiConnection, device: string, signal: AbortSignal): Promise<string> {
  const { response } = await link.ask(stateOf(device), signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") throw new PbxError("login", "the PBX tells this login no states of devices");
  if (verdict !== "done") throw new PbxError("protocol", `the PBX tells no states of devices: ${saidBy(response)}`);
  return response.get("Value")?.trim() ?? "";
}

function stateOf(device: string) {
  return { name: "Getvar", headers: [["Variable", `DEVICE_STATE(${device})`]] } as const;
}

/** Asks for a device that no channel driver has: where the function is there, its state is INVALID. */
export async function tryCalls(link: AmiConnection, signal: AbortSignal): Promise<ConnectionFinding> {
  const { response } = await link.ask(stateOf("Offhook/trial"), signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") {
    return fails(
      "the user may not ask which phones are in a call (Getvar): campaigns tell these as well",
      "add “reporting” to the user's write line in manager.conf and run: asterisk -rx 'manager reload'",
    );
  }
  if (verdict === "done" && response.get("Value")) return works("phones that are in a call can be seen");
  return fails(
    "the PBX can't tell which phones are in a call: campaigns tell these as well",
    "load its module func_devstate: asterisk -rx 'module load func_devstate.so'",
  );
}
