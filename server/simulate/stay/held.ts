import type { LoadedFamily } from "../../catalogue/load.ts";
import type { StepReport } from "../boot.ts";

/** Parameters by name, or by path as in mappings, as the phone has them. Holds secrets. */
export type Held = ReadonlyMap<string, string>;

/** What the files of these steps leave, the later over the earlier. */
export function taken(before: Held, steps: readonly StepReport[]): Held {
  const files = steps.filter(({ outcome }) => outcome === "served");
  return new Map(
    [before, ...files.map(({ inspection }) => inspection?.values ?? new Map())].flatMap((each) => [...each]),
  );
}

export interface HeldLine {
  readonly user: string;
  readonly authUser: string;
  readonly secret: string;
  /** Whether it asks for them before it obeys; only phones with flat profiles do (cisco.md E.1). */
  readonly asksPassword: boolean;
}

/** The line of that user; the first one where no line has it. Undefined while no line is set up. */
export function lineOf({ format }: LoadedFamily, held: Held, user: string): HeldLine | undefined {
  const lines = format === "flat-xml" ? flatLines(held) : format === "xml" ? sepLines(held) : textLines(held);
  return lines.find((line) => line.user === user) ?? lines[0];
}

/** Where it listens. */
export function sipPortOf({ format }: LoadedFamily, held: Held): number {
  const names = { "flat-xml": "SIP_Port_1_", xml: "device/sipProfile/voipControlPort", text: "voip_control_port" };
  return Number(held.get(names[format])) || 5060;
}

/**
 * The hosts of its proxies, where it hears SIP from nobody else (`Block_Nonproxy_SIP`: "Drop SIP that does not come from
 * the proxy", vocabulary of MPP); undefined where it hears everybody.
 */
export function onlyHears(held: Held): readonly string[] | undefined {
  if (held.get("Block_Nonproxy_SIP") !== "Yes") return undefined;
  const proxies = [...held].filter(([name]) => /^(?:Alternate_|Outbound_)?Proxy_\d+_$/.test(name));
  const hosts = proxies.map(([, value]) => /^(?:sips?:)?(\[[^\]]+\]|[^:;,\s]+)/i.exec(value)?.[1] ?? "");
  return [...new Set(hosts.map((host) => host.replace(/^\[|\]$/g, "")).filter((host) => host !== ""))];
}

function flatLines(held: Held): HeldLine[] {
  return numbersOf(held, /^User_ID_(\d+)_$/).flatMap((n) => {
    const [user = "", authId = ""] = [held.get(`User_ID_${n}_`), held.get(`Auth_ID_${n}_`)];
    if (user === "") return [];
    const authUser = authId !== "" && held.get(`Use_Auth_ID_${n}_`) !== "No" ? authId : user;
    // The factory's value is Yes (cisco.md E.1).
    const asksPassword = held.get(`Auth_Resync-Reboot_${n}_`) !== "No";
    return { user, authUser, secret: held.get(`Password_${n}_`) ?? "", asksPassword };
  });
}

function sepLines(held: Held): HeldLine[] {
  const start = "device/sipProfile/sipLines/line[button=";
  return numbersOf(held, /^device\/sipProfile\/sipLines\/line\[button=(\d+)\]\/authName$/).map((n) => {
    const of = (name: string) => held.get(`${start}${n}]/${name}`) ?? "";
    return { user: of("name"), authUser: of("authName"), secret: of("authPassword"), asksPassword: false };
  });
}

function textLines(held: Held): HeldLine[] {
  return numbersOf(held, /^line(\d+)_name$/).flatMap((n) => {
    const of = (name: string) => held.get(`line${n}_${name}`) ?? "";
    if (of("name") === "" || of("name") === "UNPROVISIONED") return [];
    return { user: of("name"), authUser: of("authname"), secret: of("password"), asksPassword: false };
  });
}

function numbersOf(held: Held, pattern: RegExp): number[] {
  const numbers = [...held.keys()].flatMap((name) => pattern.exec(name)?.[1] ?? []);
  return numbers.map(Number).sort((a, b) => a - b);
}
