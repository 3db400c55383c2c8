import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AdminOffice, Json, ProblemBody } from "../support/admin-office.ts";
import { mac, openAloneOffice, order, other, read, start } from "../support/rotating-office.ts";

describe("a selection of lines to rotate", () => {
  let admin: AdminOffice;
  beforeAll(async () => {
    admin = await openAloneOffice();
  });
  afterAll(() => admin.close());

  test.each([
    ["nobody", {}, "/select whom"],
    ["two kinds at once", { all: true, site: "main" }, "/select whom"],
    ["a line that is not there", { lines: ["9721", "9799"] }, "/select/lines/1 not-found"],
    ["a device that is not there", { devices: [mac, other] }, "/select/devices/1 not-found"],
    ["no MAC", { devices: ["phone"] }, "/select/devices/0 mac"],
    ["a site that is not there", { site: "moon" }, "/select/site not-found"],
  ])("of %s is refused", async (_name, select, finding) => {
    const { json, status } = await admin.call<ProblemBody>("POST", "/rotations", { select, through: "export" });
    expect([status, json.errors.map(({ pointer, code }) => `${pointer} ${code}`)]).toEqual([422, [finding]]);
    expect((await admin.ok<{ items: Json[] }>("GET", "/rotations?state=waiting")).items).toEqual([]);
  });

  test.each([
    ["a site", { site: "main" }, ["9721"]],
    ["a device", { devices: [mac] }, ["9721"]],
    ["all", { all: true }, ["9721", "9722"]],
  ])("of %s takes its lines", async (_name, select, lines) => {
    const { id } = await start(admin, select);
    expect((await read(admin, id)).lines.map(({ line }) => line)).toEqual(lines);
    await order(admin, id, "cancel");
  });
});
