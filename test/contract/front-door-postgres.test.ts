import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

let postgres: TestPostgres;
let door: FrontDoor;

beforeAll(async () => {
  postgres = await startPostgres();
  door = await openFrontDoor(undefined, { OFFHOOK_DATABASE_URL: await postgres.createDatabase() });
});
afterAll(async () => {
  await door?.close();
  await postgres?.stop();
});

describe("an office on PostgreSQL", () => {
  it("serves a phone as one on files does, and what is changed is what comes next", async () => {
    const { office } = door;
    await office.layers.change(edit, "organization", "default", { settings: { "sip.server": "pbx.example.com" } });
    await office.lines.add(edit, { id: "9721", extension: "9721", displayName: "Nova 1" });
    await office.devices.add(edit, "001721820542", { model: "cisco/8851", lines: ["9721"] });
    const file = "/SEP001721820542.cnf.xml";
    expect((await ask(door.http, file)).status).toBe(403);
    await office.enrolment.open(edit, { devices: ["001721820542"], minutes: 5 });
    expect((await ask(door.http, file)).body.toString()).toContain("<displayName>Nova 1</displayName>");
    await office.lines.change(edit, "9721", { displayName: "Nova 2" });
    expect((await ask(door.http, file)).body.toString()).toContain("<displayName>Nova 2</displayName>");
    expect((await office.revisions.of("default", "001721820542" as never))?.n).toBe(2);
    await expect(office.devices.add(edit, "001721820542", { model: "cisco/7960" })).rejects.toMatchObject({
      code: "CONFLICT",
    });
    await expect(office.lines.add(edit, { extension: "9721" })).rejects.toMatchObject({ code: "CONFLICT" });
  });

  it("adds devices in bulk, all of them or none", async () => {
    const { office } = door;
    const devices = Array.from({ length: 200 }, (_, n) => ({ mac: `02aa0000${1000 + n}`, model: "cisco/8851" }));
    const taken = [...devices, { mac: "001721820542", model: "cisco/8851" }];
    await expect(office.bulkAdd.add(edit, { devices: taken })).rejects.toMatchObject({
      code: "INVALID",
      errors: [{ pointer: "/devices/200/mac", code: "taken" }],
    });
    expect(await office.stores.config.find({ organization: "default", kind: "device" })).toHaveLength(1);
    const rivals = [office.bulkAdd.add(edit, { devices }), office.bulkAdd.add(edit, { devices: devices.toReversed() })];
    const ends = await Promise.allSettled(rivals);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(ends.find(({ status }) => status === "rejected")).toMatchObject({ reason: { code: "INVALID" } });
    expect(await office.stores.config.find({ organization: "default", kind: "device" })).toHaveLength(201);
    expect((await office.revisions.of("default", "02aa00001199" as never))?.n).toBe(1);
  });
});
