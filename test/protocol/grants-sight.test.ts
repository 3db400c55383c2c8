import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { give, shows } from "../support/granted.ts";

interface ListedFile {
  readonly name: string;
  readonly serves: string;
  readonly size?: number;
  readonly etag?: string;
}

const number = "00420777123456";
const secret = "Abcd-4711";
const mac = "000e84abcdef";

let admin: AdminOffice;
let acme: Record<string, string>;
let inDefault: Record<string, string>;

beforeAll(async () => {
  admin = await openAdminOffice();
  const key = { organization: "acme", kind: "organization", id: "acme" };
  await admin.office.stores.config.transaction((transaction) =>
    transaction.put(key, { id: "acme", name: "Acme", settings: {} }),
  );
  const settings = { "dial.plan": [{ match: number, wait: 0 }], "time.ntp": "ntp.of-default.example" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/devices", { mac: "000e84abcd00", model: "cisco/7960" });
  const inAcme = { "offhook-organization": "acme" };
  expect((await admin.call("POST", "/sites", { id: "main" }, inAcme)).status).toBe(201);
  const phone = { mac, model: "cisco/7960", settings: { "phone.userPassword": secret } };
  expect((await admin.call("POST", "/devices", phone, inAcme)).json).toMatchObject({ mac });
  acme = shows((await give(admin, { name: "Ana" }, "acme")).token);
  inDefault = shows((await give(admin, { name: "Ben" })).token);
});
afterAll(() => admin.close());

const look = (path: string, headers: Record<string, string>) =>
  admin.call<ProblemBody>("GET", path, undefined, headers);
const filesOf = async (device: string, headers: Record<string, string>) =>
  (await admin.call<{ files: readonly ListedFile[] }>("GET", `/devices/${device}/files`, undefined, headers)).json
    .files;

describe("what is the same for all organizations", () => {
  it("is made of the settings of default, which a grant there sees", async () => {
    expect((await look("/devices/000e84abcd00/files/dialplan.xml", inDefault)).text).toContain(number);
    const listed = (await filesOf("000e84abcd00", inDefault)).find(({ name }) => name === "dialplan.xml");
    expect(listed).toMatchObject({ serves: "common", size: expect.any(Number), etag: expect.any(String) });
  });

  it("is listed to a grant elsewhere, but neither shown nor measured", async () => {
    const files = await filesOf(mac, acme);
    const shared = files.filter(({ serves }) => serves === "common" || serves === "bootstrap");
    const names = shared.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["SIPDefault.cnf", "dialplan.xml", "RINGLIST.DAT"]));
    for (const each of shared) {
      expect(Object.keys(each).sort()).toEqual(["file", "name", "serves"]);
      const { status, json, text } = await look(`/devices/${mac}/files/${each.name}`, acme);
      expect([each.name, status, json.code]).toEqual([each.name, 403, "FORBIDDEN"]);
      expect(json.detail).toBe("this file is the same for all organizations: who has a grant in default sees it");
      expect(text).not.toMatch(/00420777123456|of-default/);
    }
  });
});

describe("a file of the device's own", () => {
  it("is shown to a grant, and measured as it is shown: the real bytes' tag would tell a guess that is right", async () => {
    const own = (await filesOf(mac, acme)).find(({ serves }) => serves === "device");
    const { status, text } = await look(`/devices/${mac}/files/${own?.name}`, acme);
    expect(status).toBe(200);
    expect(text).toContain("********");
    const tag = createHash("sha256").update(text).digest("base64url").slice(0, 22);
    expect(own).toMatchObject({ size: Buffer.byteLength(text), etag: `"${tag}"` });
  });
});

describe("a secret", () => {
  it.each([secret, "Abcd-0000"])("is not told to a grant that reads and plans %s", async (guess) => {
    const change = { kind: "device", mac, settings: { "phone.userPassword": guess } };
    const { status, json } = await admin.call<Json>("POST", "/plans-of-change", { change }, acme);
    expect([status, json["code"], json["totals"]]).toEqual([403, "FORBIDDEN", undefined]);
  });
});
