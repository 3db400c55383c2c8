import { expect } from "vitest";
import type { CampaignTimes } from "../../server/campaigns/ledger.ts";
import type { Json } from "./admin-office.ts";
import { type AmiContact, startAmi } from "./ami-server.ts";
import { type CampaignOffice, openCampaignOffice, openFleet, type PhoneFleet } from "./campaign-office.ts";

export interface CampaignAnswer {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly endedAt?: string;
  readonly critical?: boolean;
  readonly counts: Readonly<Record<string, number>>;
}

const lines = ["9001", "9002", "9003"];
export const startAll = { select: { all: true }, pace: { perSecond: 500 } };

export interface MovedOffice {
  readonly office: CampaignOffice;
  readonly fleet: PhoneFleet;
  /** What the PBX knows: contacts by line. */
  readonly known: Record<string, AmiContact[]>;
  begin(body?: Json): Promise<CampaignAnswer>;
  ended(id: string): Promise<CampaignAnswer>;
}

/** Three phones that have their files and are registered, and a PBX that can tell; then something changes. */
export async function openMovedOffice(
  change: (office: CampaignOffice) => Promise<unknown>,
  times: Partial<CampaignTimes> = {},
): Promise<MovedOffice> {
  const office = await openCampaignOffice(5000, {}, times);
  const { admin } = office;
  const fleet = await openFleet(office, lines.length);
  for (const line of lines) await fleet.fetchFile(line);
  const known: Record<string, AmiContact[]> = {};
  for (const line of lines) known[line] = [{ URI: `sip:${line}@127.0.0.1:5060`, CallID: "before", RegExpire: "1" }];
  const { port } = await startAmi({ secret: "manager-secret", endpoints: known });
  const connection = { kind: "asterisk-ami", host: "127.0.0.1", port, user: "offhook", secret: "manager-secret" };
  await admin.ok("POST", "/pbx-connections", connection);
  await change(office);
  return {
    ...{ office, fleet, known },
    begin: (body = {}) => admin.ok<CampaignAnswer>("POST", "/campaigns", { ...startAll, ...body }),
    async ended(id) {
      const read = () => admin.ok<CampaignAnswer>("GET", `/campaigns/${id}`);
      await expect.poll(async () => (await read()).endedAt, { timeout: 10_000, interval: 20 }).toBeDefined();
      return await read();
    },
  };
}

/** After its fetch a phone registers with what it was told. */
export function registersAgain({ fleet, known }: MovedOffice): void {
  fleet.comes = (line) => {
    void fleet.fetchFile(line).then(() => {
      known[line] = [{ URI: `sip:${line}@127.0.0.1:5060`, CallID: "after", RegExpire: "1" }];
    });
    return false;
  };
}

/** How often any of the phones was told. */
export function toldInAll({ fleet }: MovedOffice): number {
  return Object.values(fleet.notices()).reduce((sum, each) => sum + each, 0);
}

export async function moveAll({ admin }: CampaignOffice): Promise<void> {
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "new-pbx.example" } });
}
