import { expect, test } from "vitest";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import { type AmiContact, startAmi } from "../support/ami-server.ts";
import {
  type CampaignOffice,
  macOf,
  openCampaignOffice,
  openFleet,
  type PhoneFleet,
} from "../support/campaign-office.ts";

interface Answer {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly endedAt?: string;
  readonly critical?: boolean;
  readonly counts: Readonly<Record<string, number>>;
}

const lines = ["9001", "9002", "9003"];
const start = { select: { all: true }, pace: { perSecond: 500 } };

interface Moved {
  readonly office: CampaignOffice;
  readonly fleet: PhoneFleet;
  /** What the PBX knows: contacts by line. */
  readonly known: Record<string, AmiContact[]>;
  begin(body?: Json): Promise<Answer>;
  ended(id: string): Promise<Answer>;
}

/** Three phones that have their files and are registered, and a PBX that can tell. */
async function openMoved(change: (office: CampaignOffice) => Promise<unknown>): Promise<Moved> {
  const office = await openCampaignOffice(5000);
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
    begin: (body = {}) => admin.ok<Answer>("POST", "/campaigns", { ...start, ...body }),
    async ended(id) {
      const read = () => admin.ok<Answer>("GET", `/campaigns/${id}`);
      await expect.poll(async () => (await read()).endedAt, { timeout: 10_000, interval: 20 }).toBeDefined();
      return await read();
    },
  };
}

/** After its fetch a phone registers with what it was told. */
function registersAgain({ fleet, known }: Moved): void {
  fleet.comes = (line) => {
    void fleet.fetchFile(line).then(() => {
      known[line] = [{ URI: `sip:${line}@127.0.0.1:5060`, CallID: "after", RegExpire: "1" }];
    });
    return false;
  };
}

const moveAll = ({ admin }: CampaignOffice) =>
  admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "new-pbx.example" } });
const moveOne = ({ admin }: CampaignOffice) =>
  admin.ok("PATCH", `/devices/${macOf("9002")}`, { settings: { "sip.server": "new-pbx.example" } });
const told = ({ fleet }: Moved) => Object.values(fleet.notices()).reduce((sum, each) => sum + each, 0);

test("a device shows what its PBX knows of it, where one can tell", async () => {
  const moved = await openMoved(async () => undefined);
  const device = await moved.office.admin.call("GET", `/devices/${macOf("9001")}`);
  expect(device.text).not.toContain("reach");
  expect(device.json).toMatchObject({ registration: { state: "registered", contact: "sip:9001@127.0.0.1:5060" } });
  const list = await moved.office.admin.call("GET", "/devices");
  expect(list.text).not.toContain("registration");
});

test("a change of server has a canary without being asked, and goes on when that one registered again", async () => {
  const moved = await openMoved(moveAll);
  registersAgain(moved);
  const { id, critical } = await moved.begin();
  expect(critical).toBe(true);
  const over = await moved.ended(id);
  expect([over.state, over.counts["up-to-date"], told(moved)]).toEqual(["done", 3, 3]);
});

test("a canary that fetches and does not register again stops it, and the rest is never told", async () => {
  const moved = await openMoved(moveAll);
  const over = await moved.ended((await moved.begin()).id);
  expect(over.state).toBe("stopped");
  expect(over.reason).toContain("it fetched its file, and did not register again in time");
  expect(over.reason).toContain("was not put back: what changed is not its own");
  expect(over.counts).toMatchObject({ "up-to-date": 1, skipped: 2 });
  expect(told(moved)).toBe(1);
});

test("what changed at the phone of the canary itself is put back, and the phone is told", async () => {
  const moved = await openMoved(moveOne);
  const { admin } = moved.office;
  const over = await moved.ended((await moved.begin()).id);
  expect(over.reason).toMatch(/00562b049002 was put back to revision \d+, and told$/);
  expect(await admin.ok("GET", `/devices/${macOf("9002")}`)).toMatchObject({ settings: {} });
  expect(moved.fleet.notices()).toMatchObject({ 9002: 2 });
  await expect
    .poll(async () => (await admin.ok<{ sync: Json }>("GET", `/devices/${macOf("9002")}`)).sync["state"])
    .toBe("up-to-date");
});

test("it is refused where nothing could prove it, unless it shall go without proof", async () => {
  const moved = await openMoved(moveAll);
  const { admin } = moved.office;
  const refusal = async () => {
    const { status, json } = await admin.call<ProblemBody>("POST", "/campaigns", start);
    return [status, json.errors[0]?.pointer, json.detail] as const;
  };
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.transport": "asterisk-ami" } });
  expect(await refusal()).toEqual([422, "/critical", expect.stringContaining("it is told through its PBX only")]);
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "push.transport": "sip-notify" } });
  for (const { id } of (await admin.ok<{ items: { id: string }[] }>("GET", "/pbx-connections")).items)
    await admin.ok("DELETE", `/pbx-connections/${id}`);
  expect(await refusal()).toEqual([422, "/critical", expect.stringContaining("no connection to a PBX can tell")]);
  expect(told(moved)).toBe(0);
  const over = await moved.ended((await moved.begin({ critical: false })).id);
  expect([over.state, over.counts["up-to-date"]]).toEqual(["done", 3]);
});

test("a change that leaves the way to the PBX as it is needs no canary", async () => {
  const moved = await openMoved(async () => undefined);
  await moved.office.admin.ok("PATCH", "/organizations/default/settings", { settings: { "time.ntp": "10.0.0.9" } });
  const { id, critical } = await moved.begin();
  expect(critical).toBeUndefined();
  expect((await moved.ended(id)).counts["up-to-date"]).toBe(3);
});
