import { expect, test } from "vitest";
import { type CampaignOffice, macOf } from "../support/campaign-office.ts";
import { type MovedOffice, moveAll, openMovedOffice, registersAgain } from "../support/moved-office.ts";

const organization = "/organizations/default";
const only = (line: string) => ({ select: { devices: [macOf(line)] } });
const patch = ({ admin }: CampaignOffice, path: string, body: object) => admin.ok("PATCH", path, body);

async function serverOf({ office }: MovedOffice, path: string): Promise<unknown> {
  return (await office.admin.ok<{ settings: Record<string, unknown> }>("GET", path)).settings["sip.server"];
}

async function syncOf({ office }: MovedOffice, line: string): Promise<unknown> {
  return (await office.admin.ok<{ sync: { state: string } }>("GET", `/devices/${macOf(line)}`)).sync.state;
}

/** 9001 moves and proves it; then 9002 comes for its file and is not heard of again. */
async function moveOneAndLoseAnother(moved: MovedOffice): Promise<string | undefined> {
  registersAgain(moved);
  expect((await moved.ended((await moved.begin(only("9001"))).id)).state).toBe("done");
  moved.fleet.comes = () => true;
  return (await moved.ended((await moved.begin(only("9002"))).id)).reason;
}

test("a layer that phones have moved with is left as it is, and it says which of them", async () => {
  const moved = await openMovedOffice(moveAll);
  const reason = await moveOneAndLoseAnother(moved);
  expect(reason).toContain("sip.server of organization default was left: 1 phone has moved already, 00562b049001; ");
  expect(reason).toMatch(/00562b049002 was not put back: what changed is not its own[^;]*$/);
  expect(await serverOf(moved, organization)).toBe("new-pbx.example");
  expect(await syncOf(moved, "9001")).toBe("up-to-date");
});

test("phones that find their PBX in a way of their own do not keep a layer from being put back", async () => {
  const moved = await openMovedOffice(async (office) => {
    await patch(office, `/devices/${macOf("9001")}`, { settings: { "sip.server": "own-pbx.example" } });
    await moveAll(office);
  });
  expect(await moveOneAndLoseAnother(moved)).toContain("sip.server of organization default was put back");
  expect(await serverOf(moved, organization)).toBe("pbx.example");
  expect([await syncOf(moved, "9001"), await serverOf(moved, `/devices/${macOf("9001")}`)]).toEqual([
    "up-to-date",
    "own-pbx.example",
  ]);
});

test("a retired phone that moved keeps no layer from being put back", async () => {
  const moved = await openMovedOffice(moveAll);
  registersAgain(moved);
  await moved.ended((await moved.begin(only("9001"))).id);
  await patch(moved.office, `/devices/${macOf("9001")}`, { state: "retired" });
  moved.fleet.comes = () => true;
  const { reason } = await moved.ended((await moved.begin(only("9002"))).id);
  expect(reason).toContain("sip.server of organization default was put back");
});

test("what a phone of another site moved with is left, and what only the canary's site says is put back", async () => {
  const moved = await openMovedOffice(async (office) => {
    await office.admin.ok("POST", "/sites", { id: "branch", name: "Branch" });
    await patch(office, `/devices/${macOf("9001")}`, { site: "branch" });
    await (await fetch(`${office.url}/${macOf("9001")}.xml`)).arrayBuffer();
    await patch(office, "/sites/main", { settings: { "network.vlan": 77 } });
    await moveAll(office);
  });
  const reason = await moveOneAndLoseAnother(moved);
  expect(reason).toContain("network.vlan of site main was put back");
  expect(reason).toContain("sip.server of organization default was left: 1 phone has moved already, 00562b049001");
});
