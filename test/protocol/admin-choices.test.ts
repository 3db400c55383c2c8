import { afterAll, beforeAll, expect, it } from "vitest";
import { type AdminOffice, openAdminOffice } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
});
afterAll(() => admin.close());

interface Items {
  readonly items: readonly Record<string, unknown>[];
}

it("countries say what they decide", async () => {
  const { items } = await admin.ok<Items>("GET", "/countries");
  expect(items).toHaveLength(33);
  expect(items.find(({ code }) => code === "HR")).toMatchObject({ title: "Croatia", language: "hr", clock: "24h" });
});

it("kinds of PBX say what they decide and which keys they can't serve", async () => {
  const { items } = await admin.ok<Items>("GET", "/pbx-kinds");
  const ids = ["3cx", "asterisk", "broadworks", "freepbx", "freeswitch", "fusionpbx", "generic", "kamailio"];
  expect(items.map(({ id }) => id)).toEqual(ids);
  expect(items.find(({ id }) => id === "kamailio")).toMatchObject({ refuses: { park: "a proxy has no parking lot" } });
});

it("every kind of PBX and country that a setting takes is one of them", async () => {
  const [kinds, settings] = [
    await admin.ok<Items>("GET", "/pbx-kinds"),
    await admin.ok<Items>("GET", "/settings?q=pbx"),
  ];
  const schema = settings.items.find(({ name }) => name === "pbx.kind")?.["schema"] as { enum: string[] };
  expect([...schema.enum].sort()).toEqual(kinds.items.map(({ id }) => id));
});

it("a setting says its group, who can be told, and who restarts for it", async () => {
  const { items } = await admin.ok<Items>("GET", "/settings?q=network.vlan");
  expect(items).toMatchObject([{ name: "network.vlan", group: "Network" }]);
  expect(items[0]?.["families"]).toContain("cisco/mpp");
  expect(items[0]?.["restarts"]).toContain("cisco/mpp");
  expect(items[0]?.["restarts"]).not.toContain("cisco/enterprise");
});
