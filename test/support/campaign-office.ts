import { onTestFinished } from "vitest";
import { openCampaigns } from "../../server/app-campaigns.ts";
import type { Office } from "../../server/app-office.ts";
import type { Campaigns } from "../../server/campaigns/campaigns.ts";
import type { CampaignTimes } from "../../server/campaigns/ledger.ts";
import { readConfig } from "../../server/config.ts";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { createRegistrations } from "../../server/office/push/registration.ts";
import { aim } from "../../server/office/push/target.ts";
import { createPush } from "../../server/push.ts";
import type { SipAnswer } from "../../server/sip/answering.ts";
import { headerOf, type SipRequest } from "../../server/sip/message.ts";
import { type AdminOffice, type Json, openAdminOffice } from "./admin-office.ts";
import { ok, openSipPhone, type SipPhone } from "./sip-phone.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Short, so that a phone that never comes is late within the test. */
const quickTimes: Partial<CampaignTimes> = {
  tickMs: 5,
  leaseMs: 3000,
  summaryMs: 10,
  troubleMs: 20,
  patienceMs: 2000,
  backoffMs: 20,
  registrationMs: 300,
  askMs: 10,
  callMs: 20,
  mostCallMs: 60_000,
  reachMs: 2000,
};

export interface CampaignOffice {
  /** Another node on the same store. */
  openOtherNode(): Campaigns;
  readonly admin: AdminOffice;
  readonly campaigns: Campaigns;
  /** Of phones, over HTTP. */
  readonly url: string;
  /** Ends it as a broken process does: nothing of a campaign is finished. */
  close(): Promise<void>;
}

/** Offhook with listeners for people and phones, in which a phone has `comeMs` to come. */
export async function openCampaignOffice(
  comeMs: number,
  env: Record<string, string> = {},
  times: Partial<CampaignTimes> = {},
  nodes: "one" | "many" = "one",
): Promise<CampaignOffice> {
  let campaigns: Campaigns | undefined;
  const admin = await openAdminOffice(
    async (office) => {
      campaigns = openQuick(office, comeMs, { ...quickTimes, ...times }, nodes);
      return { campaigns };
    },
    Date.now,
    env,
  );
  const { provision } = admin;
  const phones = createPhoneHttp({
    ...{
      host: "127.0.0.1",
      ports: [0],
      trustedProxies: [],
      smallFiles: new SmallFiles(),
      provision,
      log: quiet as never,
    },
  });
  const { ports } = await phones.listen();
  if (!campaigns) throw new Error("no campaigns");
  const opened = campaigns;
  opened.begin();
  let isOpen = true;
  const close = async () => {
    if (!isOpen) return;
    isOpen = false;
    await opened.close();
    await phones.close();
    await admin.close();
  };
  onTestFinished(close);
  const openOtherNode = () => {
    const other = openQuick(admin.office, comeMs, { ...quickTimes, ...times }, nodes);
    onTestFinished(() => other.close());
    return other;
  };
  return { openOtherNode, admin, campaigns: opened, url: `http://127.0.0.1:${ports[0]}`, close };
}

function openQuick(office: Office, comeMs: number, times: Partial<CampaignTimes>, nodes: "one" | "many"): Campaigns {
  const timeToCome = { resync: comeMs, reboot: comeMs, restart: comeMs, report: comeMs };
  const store = office.stores.config;
  const targets = { ...office, store };
  const push = createPush({
    ...office,
    aim: (device, errand) => aim(targets, device, errand),
    log: { warn: () => undefined },
    clock: Date.now,
    timeToCome,
  });
  // Where there is a database, there may be other nodes.
  const config = readConfig(nodes === "one" ? {} : { OFFHOOK_DATABASE_URL: "postgres://127.0.0.1/offhook" });
  const fresh = { patienceMs: 2000, freshMs: 0 };
  const registrations = createRegistrations({ ...office, store, clock: Date.now, times: fresh });
  return openCampaigns({
    ...office,
    registrations,
    store,
    config,
    push,
    clock: Date.now,
    log: quiet,
    times,
    timeToCome,
  });
}

/** Phones 9001, 9002, … behind one SIP socket; each is told apart by the line that it is asked for. */
export interface PhoneFleet {
  readonly macs: readonly string[];
  readonly sip: SipPhone;
  /** How often each was told, by its line. */
  notices(): Readonly<Record<string, number>>;
  readonly events: readonly string[];
  /** Whether phones answer what they are told. */
  answers: boolean;
  /** What phones answer when they are asked whether they are there; by line. */
  asked: (line: string) => SipAnswer | undefined;
  /** Whether phones come when they are told; by line. */
  comes: (line: string) => boolean;
  fetchFile(line: string): Promise<void>;
  /** The Offhook that they fetch from. */
  office: CampaignOffice;
}

/** Adds phones that have their files, and then a change that all are to come for. Lines in `dead` listen nowhere. */
export async function openFleet(
  office: CampaignOffice,
  count: number,
  dead: readonly string[] = [],
): Promise<PhoneFleet> {
  const lines = Array.from({ length: count }, (_, at) => String(9001 + at));
  const told: SipRequest[] = [];
  const sip = await openSipPhone((request) => {
    const line = lineOf(request);
    if (request.method === "OPTIONS") return fleet.asked(line);
    told.push(request);
    if (!fleet.answers) return undefined;
    if (fleet.comes(line)) void fleet.fetchFile(line);
    return { status: 200, reason: "OK" };
  });
  const fleet: PhoneFleet = {
    macs: lines.map(macOf),
    sip,
    notices: () => Object.fromEntries(lines.map((line) => [line, new Set(callsOf(told, line)).size])),
    get events() {
      return told.map((each) => headerOf(each, "Event") ?? "");
    },
    answers: true,
    asked: () => ok,
    comes: () => true,
    async fetchFile(line) {
      const reply = await fetch(`${fleet.office.url}/${macOf(line)}.xml`).catch(() => undefined);
      await reply?.arrayBuffer();
    },
    office,
  };
  await addPhones(office, fleet, lines, dead);
  await change(office, 1);
  return fleet;
}

/** What all phones are to come for. */
export async function change({ admin }: CampaignOffice, n: number): Promise<void> {
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "time.ntp": `10.0.0.${n}` } });
}

async function addPhones(
  { admin }: CampaignOffice,
  fleet: PhoneFleet,
  lines: readonly string[],
  dead: readonly string[],
) {
  const place = { "push.address": "127.0.0.1", "push.port": fleet.sip.destination("udp").port };
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false, "push.transport": "sip-notify", ...place };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const closed = await openSipPhone();
  await closed.close();
  for (const line of lines) {
    await admin.ok("POST", "/lines", { id: line, extension: line, secret: "a-secret-of-phones" });
    const settings: Json = dead.includes(line) ? { "push.port": closed.destination("udp").port } : {};
    await admin.ok("POST", "/devices", { mac: macOf(line), model: "cisco/8851-3pcc", lines: [line], settings });
    await fleet.fetchFile(line);
  }
}

export function macOf(line: string): string {
  return `00562b04${line}`;
}

/** Repeats of a lost message are of the same call. */
function callsOf(told: readonly SipRequest[], line: string): readonly (string | undefined)[] {
  return told.filter((each) => lineOf(each) === line).map((each) => headerOf(each, "Call-ID"));
}

function lineOf({ uri }: SipRequest): string {
  return /^sip:(\d+)@/.exec(uri)?.[1] ?? "";
}
