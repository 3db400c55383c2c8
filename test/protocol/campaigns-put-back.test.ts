import { expect, test } from "vitest";
import type { Json } from "../support/admin-office.ts";
import { type CampaignOffice, macOf } from "../support/campaign-office.ts";
import { type CampaignAnswer, type MovedOffice, openMovedOffice, toldInAll } from "../support/moved-office.ts";

type Settings = Readonly<Record<string, unknown>>;

const patch = ({ admin }: CampaignOffice, path: string, settings: Settings) => admin.ok("PATCH", path, { settings });
const organization = "/organizations/default/settings";
const site = "/sites/main";

async function settingsOf({ office }: MovedOffice, path: string): Promise<Settings> {
  return (await office.admin.ok<{ settings: Settings }>("GET", path.replace(/\/settings$/, ""))).settings;
}

const stopped = async (moved: MovedOffice, body: Json = {}): Promise<CampaignAnswer> =>
  await moved.ended((await moved.begin(body)).id);

async function fileOf({ office }: MovedOffice, line: string): Promise<string> {
  return await (await fetch(`${office.url}/${macOf(line)}.xml`)).text();
}

async function syncOf({ office }: MovedOffice, line: string): Promise<unknown> {
  return (await office.admin.ok<{ sync: Json }>("GET", `/devices/${macOf(line)}`)).sync["state"];
}

/** All phones have their files again, of before the change that the campaign is for. */
async function fetchAll({ url }: CampaignOffice): Promise<void> {
  for (const line of ["9001", "9002", "9003"]) await (await fetch(`${url}/${macOf(line)}.xml`)).arrayBuffer();
}

test("a site's change of server that loses the canary is put back in the site, and the phones get their old file", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, site, { "sip.server": "old-pbx.example", "time.ntp": "10.0.0.7" });
    await fetchAll(office);
    await patch(office, site, { "sip.server": "new-pbx.example", "time.ntp": "10.0.0.8" });
  });
  const over = await stopped(moved);
  expect(over.state).toBe("stopped");
  expect(over.reason).toContain("sip.server of site main was put back; 00562b049001 finds its PBX as at revision");
  expect(over.reason).toMatch(/again, and told$/);
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "old-pbx.example", "time.ntp": "10.0.0.8" });
  expect(moved.fleet.notices()).toEqual({ 9001: 2, 9002: 0, 9003: 0 });
  await expect.poll(() => syncOf(moved, "9001")).toBe("up-to-date");
  expect(await fileOf(moved, "9001")).toContain("old-pbx.example");
});

test("where that was all that changed, every phone has what it should have again", async () => {
  const moved = await openMovedOffice((office) => patch(office, organization, { "sip.server": "new-pbx.example" }));
  const over = await stopped(moved);
  expect(over.reason).toMatch(
    /sip\.server of organization default was put back; 00562b049001 was put back to revision \d+, and told$/,
  );
  expect(await settingsOf(moved, organization)).toMatchObject({ "sip.server": "pbx.example" });
  await expect.poll(() => syncOf(moved, "9001")).toBe("up-to-date");
  expect([await syncOf(moved, "9002"), toldInAll(moved)]).toEqual(["up-to-date", 2]);
});

const preset = { settings: { "sip.server": "preset-pbx.example" } };
const places: [what: string, before: Settings, after: Settings, words: string[], left: Settings][] = [
  [
    "what a site says over its organization is taken out of it",
    {},
    { "sip.server": "new-pbx.example", "network.vlan": 77 },
    ["sip.server of site main was put back", "network.vlan of site main was put back"],
    {},
  ],
  [
    "what a site said and says no more is written into it",
    { "sip.server": "old-pbx.example", "sip.outboundPort": 5070 },
    { "sip.server": null, "sip.outboundPort": null },
    ["sip.server of site main was put back", "sip.outboundPort of site main was put back"],
    { "sip.server": "old-pbx.example", "sip.outboundPort": 5070 },
  ],
  [
    "what was not set at all is not set again",
    {},
    { "sip.outboundProxy": "edge.example", "sip.port": 5080 },
    ["sip.outboundProxy of site main was put back", "sip.port of site main was put back"],
    {},
  ],
];

test.each(places)("%s", async (_what, before, after, words, left) => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, site, before);
    await fetchAll(office);
    await patch(office, site, after);
  });
  const { reason } = await stopped(moved);
  for (const each of words) expect(reason).toContain(each);
  expect(await settingsOf(moved, site)).toEqual(left);
});

test("an organization that says something else by now is left alone: its other phones were not told", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, site, { "sip.server": "new-pbx.example" });
    await patch(office, organization, { "sip.server": "others-pbx.example" });
  });
  expect((await stopped(moved)).reason).toContain("sip.server of site main was put back");
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "pbx.example" });
  expect(await settingsOf(moved, organization)).toMatchObject({ "sip.server": "others-pbx.example" });
});

test("what was changed once more since the campaign began is left, and it says so", async () => {
  const moved = await openMovedOffice(
    (office) => patch(office, site, { "sip.server": "new-pbx.example", "sip.port": 5080 }),
    { registrationMs: 1500 },
  );
  moved.fleet.comes = (line) => {
    void moved.fleet.fetchFile(line).then(() => patch(moved.office, site, { "sip.server": "right-pbx.example" }));
    return false;
  };
  const { reason } = await stopped(moved);
  expect(reason).toContain("sip.server of site main stays: it was changed again since");
  expect(reason).toContain("sip.port of site main was put back");
  expect(reason).toContain("00562b049001 was not put back: what changed is not its own");
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "right-pbx.example" });
});

test("what is a phone's own is put back with what a layer said", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, `/devices/${macOf("9001")}`, { "sip.port": 5090 });
    await patch(office, site, { "sip.server": "new-pbx.example", "time.ntp": "10.0.0.8" });
  });
  const { reason } = await stopped(moved);
  expect(reason).toMatch(/sip\.server of site main was put back; 00562b049001 finds its PBX as at .* again, and told$/);
  expect(await settingsOf(moved, `/devices/${macOf("9001")}`)).toEqual({});
  expect(await settingsOf(moved, site)).toEqual({ "time.ntp": "10.0.0.8" });
});

test("what a layer says that the line says for itself is left alone", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, "/lines/9001", { "sip.server": "own-pbx.example" });
    await fetchAll(office);
    await patch(office, site, { "sip.server": "new-pbx.example", "network.vlan": 77 });
  });
  const { reason } = await stopped(moved, { select: { devices: [macOf("9001")] } });
  expect(reason).toMatch(/did not register again in time; network\.vlan of site main was put back; /);
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "new-pbx.example" });
});

test("phones of the canary that had different values do not get each other's", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, organization, { "sip.server": "second-pbx.example" });
    await (await fetch(`${office.url}/${macOf("9002")}.xml`)).arrayBuffer();
    await patch(office, organization, { "sip.server": "new-pbx.example" });
  });
  const { reason } = await stopped(moved, { canary: { count: 2 } });
  expect(reason).toContain("sip.server of organization default was put back");
  expect(reason).toContain("sip.server of organization default stays: the phones of the canary had different values");
  expect(reason).toMatch(/00562b049001 was put back .*00562b049002 was not put back/);
});

test("what a preset said that is gone can't be put back, and it says so", async () => {
  const moved = await openMovedOffice(async (office) => {
    await office.admin.ok("POST", "/presets", { id: "desk", name: "Desk", ...preset });
    await office.admin.ok("PATCH", `/devices/${macOf("9001")}`, { preset: "desk" });
    await fetchAll(office);
    await office.admin.ok("PATCH", `/devices/${macOf("9001")}`, { preset: null });
    await office.admin.ok("DELETE", "/presets/desk");
  });
  const { reason } = await stopped(moved);
  expect(reason).toContain("sip.server stays: preset desk can't say it any more");
  expect(reason).toContain("00562b049001 was not put back: it can't be put back");
});

test("it is an edit as any other: audited, the reason of its revisions, and it can be undone", async () => {
  const moved = await openMovedOffice((office) => patch(office, site, { "sip.server": "new-pbx.example" }));
  const { admin } = moved.office;
  const { id } = await stopped(moved);
  const { items: changes } = await admin.ok<{ items: { id: string; action: string; by: string }[] }>("GET", "/changes");
  const change = changes.find(({ action }) => action === "campaign.revert");
  expect(change?.by).toBe("root-token");
  const { items: revisions } = await admin.ok<{ items: Json[] }>("GET", `/devices/${macOf("9001")}/revisions`);
  expect(revisions[0]).toMatchObject({ by: "root-token", why: `campaign.revert ${id}` });
  await admin.ok("POST", `/changes/${change?.id}/undo`, {});
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "new-pbx.example" });
});

test("of phones whose files are from before this was kept, layers stay as they are", async () => {
  const moved = await openMovedOffice(async (office) => {
    const store = office.admin.office.stores.config;
    await store.transaction(async (transaction) => {
      for (const { organization, kind, id, body } of await transaction.find<Json>({ kind: "revision" })) {
        const { way: _way, wayMark: _mark, past: _past, ...before } = body;
        await transaction.put({ organization, kind, id }, before);
      }
    });
    await patch(office, site, { "sip.server": "new-pbx.example" });
  });
  const { reason } = await stopped(moved);
  expect(reason).toMatch(/; 00562b049001 was not put back: what changed is not its own[^;]*$/);
  expect(await settingsOf(moved, site)).toEqual({ "sip.server": "new-pbx.example" });
});
