import type { PbxSecret, SecretOutcome } from "../../domain/push.ts";
import { asPbxError } from "../connection/pbx-error.ts";
import type { AmiConnection } from "./ami-connection.ts";
import { saidBy, verdictOn } from "./endpoint.ts";

const file = "pjsip.conf";
/** Five header lines each, of the 120 that a request may have. */
const mostInRequest = 20;

/**
 * Writes passwords into the sections of type auth of pjsip.conf and makes Asterisk read them again: AMI actions GetConfig,
 * UpdateConfig and Reload (main/manager.c), class `config`. A request of UpdateConfig is written whole or not at all.
 */
export async function writeSecrets(
  link: AmiConnection,
  secrets: readonly PbxSecret[],
  signal: AbortSignal,
): Promise<readonly SecretOutcome[]> {
  const objection = await whyNotAtAll(link, signal).catch(refusal);
  if (objection) return secrets.map(() => objection);
  const outcomes = new Map<PbxSecret, SecretOutcome>();
  const places: Place[] = [];
  for (const secret of secrets) {
    const found = await findSection(link, secret, signal).catch(refusal);
    if ("section" in found) places.push({ secret, ...found });
    else outcomes.set(secret, found);
  }
  for (let at = 0; at < places.length; at += mostInRequest) {
    const batch = places.slice(at, at + mostInRequest);
    const outcome = await update(link, batch, signal).catch(unknown);
    for (const { secret } of batch) outcomes.set(secret, outcome);
  }
  const isAnyWritten = [...outcomes.values()].some(({ result }) => result === "written");
  const reloaded: SecretOutcome = isAnyWritten ? await reload(link, signal).catch(unknown) : { result: "written" };
  return secrets.map((secret) => {
    const outcome = outcomes.get(secret) ?? unknown(undefined);
    return outcome.result === "written" ? reloaded : outcome;
  });
}

/** FreePBX makes its files anew from its own database, and what others wrote is gone then. */
async function whyNotAtAll(link: AmiConnection, signal: AbortSignal): Promise<SecretOutcome | undefined> {
  const headers = [
    ["Filename", "pjsip.auth.conf"],
    ["Filter", "^type$=^none-of-them$"],
  ] as const;
  const { response } = await link.ask({ name: "GetConfig", headers }, signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") return refused(mayNot);
  return verdict === "done" ? refused(generated) : undefined;
}

const generated =
  "pjsip.auth.conf is there, as FreePBX makes it from its own database: what is written would be lost; use an export";

interface Place {
  readonly secret: PbxSecret;
  readonly section: string;
  readonly filter: string;
}

/** The one section of type auth with this user name and a password in the clear. */
async function findSection(
  link: AmiConnection,
  { authUser }: PbxSecret,
  signal: AbortSignal,
): Promise<Pick<Place, "section" | "filter"> | SecretOutcome> {
  if (!/^[\w.+@-]+$/.test(authUser)) return refused("its authentication name holds what the PBX can't be asked for");
  const filter = `^type$=^auth$,^username$=^${authUser.replace(/\W/g, "[$&]")}$`;
  const headers = [
    ["Filename", file],
    ["Filter", filter],
  ] as const;
  const { response } = await link.ask({ name: "GetConfig", headers }, signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") return refused(mayNot);
  if (verdict !== "done") return refused(`the PBX does not show its ${file}: ${saidBy(response)}`);
  const sections = response.list.filter(([name]) => /^Category-\d{6}$/i.test(name)).map(([, value]) => value);
  const [section] = sections;
  if (section === undefined)
    return refused(`${file} has no section of type auth with username=${authUser}; ${elsewhere}`);
  if (sections.length > 1)
    return refused(`${file} has ${sections.length} sections of type auth with username=${authUser}`);
  const lines = response.list.filter(([name]) => /^Line-000000-\d{6}$/i.test(name)).map(([, value]) => value);
  if (lines.some((line) => line.startsWith("password="))) return { section, filter };
  return refused(`section ${section} of ${file} has no line “password”: an MD5 sum or a template takes its place`);
}

const mayNot = "the user may not see and change configuration: add “config” to its write line in manager.conf";
const elsewhere = "the PBX keeps it elsewhere, as in a database";

/** The filter names the section among others of its name: endpoint, aor and auth often share one. */
async function update(link: AmiConnection, places: readonly Place[], signal: AbortSignal): Promise<SecretOutcome> {
  const changes = places.flatMap(({ secret, section, filter }, index) => {
    const n = String(index).padStart(6, "0");
    return [
      [`Action-${n}`, "Update"],
      [`Cat-${n}`, section],
      [`Var-${n}`, "password"],
      [`Value-${n}`, secret.secret],
      [`Options-${n}`, `catfilter="${filter}"`],
    ] as const;
  });
  const headers = [["SrcFilename", file] as const, ["DstFilename", file] as const, ...changes];
  const { response } = await link.ask({ name: "UpdateConfig", headers }, signal);
  const verdict = verdictOn(response);
  if (verdict === "no-permission") return refused(mayNot);
  return verdict === "done"
    ? { result: "written" }
    : refused(`the PBX could not write its ${file}: ${saidBy(response)}`);
}

/** Of PJSIP alone: transports and calls stay. */
async function reload(link: AmiConnection, signal: AbortSignal): Promise<SecretOutcome> {
  const { response } = await link.ask({ name: "Reload", headers: [["Module", "res_pjsip.so"]] }, signal);
  if (verdictOn(response) === "done") return { result: "written" };
  const reason = `it is written into ${file}, and the PBX did not read that again: ${saidBy(response)}`;
  return { result: "unknown", reason };
}

function refused(reason: string): SecretOutcome {
  return { result: "refused", reason };
}

/** Nothing was written yet. */
function refusal(thrown: unknown): SecretOutcome {
  return refused(asPbxError(thrown).message);
}

function unknown(thrown: unknown): SecretOutcome {
  return { result: "unknown", reason: asPbxError(thrown).message };
}
