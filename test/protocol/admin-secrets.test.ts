import { afterAll, beforeAll, expect, test } from "vitest";
import { type AdminOffice, type Json, openAdminOffice } from "../support/admin-office.ts";

let admin: AdminOffice;
const marker = "MARKER-7f3a";
const pin = "7351924680";

/** A phone of each family, with every secret that it can carry set to a text that must never come back. */
const phones = [
  [
    "001721820501",
    "cisco/8851-3pcc",
    { "phone.adminPassword": `${marker}-admin`, "phone.userPassword": `${marker}-user` },
  ],
  ["001721820502", "cisco/9861", { "phone.adminPassword": `${marker}-admin` }],
  ["001721820503", "cisco/8851", { "phone.userPassword": pin }],
  ["001721820504", "cisco/7960", { "phone.userPassword": marker }],
  ["001721820505", "cisco/spa504g", { "phone.adminPassword": `${marker}-admin` }],
  ["001721820506", "cisco/ata192", { "phone.adminPassword": `${marker}-admin` }],
] as const;

beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 5 });
  const shared = { "phone.adminPassword": `${marker}-shared` };
  await admin.ok("PATCH", "/organizations/default/settings", { settings: shared });
  await admin.ok("PATCH", "/sites/main", { settings: shared });
  await admin.ok("POST", "/presets", { id: "kept", settings: shared });
  for (const [index, [mac, model, settings]] of phones.entries()) {
    const line = await admin.ok("POST", "/lines", {
      id: `line${index}`,
      extension: `10${index}`,
      secret: `${marker}-line`,
    });
    const raw = model === "cisco/8851-3pcc" ? { GPP_SA: `${marker}-raw` } : {};
    await admin.ok("POST", "/devices", { mac, model, preset: "kept", lines: [line["id"]], settings, raw });
  }
  await admin.ok("PATCH", "/lines/line0", { secret: `${marker}-line-2` });
});
afterAll(() => admin.close());

test("the phones do get their secrets", async () => {
  const reply = await admin.provision({ via: "http", path: "/001721820501.xml", address: "10.0.0.1" });
  expect(String("body" in reply && reply.body)).toContain(`${marker}-line-2`);
  expect(String("body" in reply && reply.body)).toContain(`${marker}-admin`);
});

test("no answer of any route has one, sealed or not", async () => {
  const paths = await everyPath();
  expect(paths.length).toBeGreaterThan(120);
  for (const path of paths) {
    const { text, status } = await admin.call("GET", path);
    expect(status, path).toBeLessThan(500);
    expect(hidden(text), path).toBe(true);
  }
});

test("nor has an answer to a change", async () => {
  const secret = `${marker}-again`;
  for (const [path, body] of [
    ["/lines/line1", { secret }],
    ["/sites/main", { settings: { "phone.adminPassword": secret } }],
    ["/devices/001721820501", { settings: { "phone.adminPassword": secret }, raw: { GPP_SA: secret } }],
  ] as const) {
    const { text, status } = await admin.call("PATCH", path, body);
    expect(status, path).toBe(200);
    expect(hidden(text), text).toBe(true);
  }
  const refused = await admin.call("PATCH", "/lines/line2", { secret: `${marker}${"x".repeat(40)}` });
  expect([refused.status, hidden(refused.text)]).toEqual([422, true]);
  const broken = await admin.call("PATCH", "/lines/line2", `{"secret": "${marker}" x}`);
  expect([broken.status, hidden(broken.text)]).toEqual([400, true]);
});

test("nor has the log, nor what is stored", async () => {
  expect(hidden(JSON.stringify(admin.logged))).toBe(true);
  expect(JSON.stringify(await admin.documents())).not.toContain(marker);
});

test("that a secret is set is seen, and a mask stands in its place", async () => {
  expect(await admin.ok("GET", "/lines/line0")).toMatchObject({ hasSecret: true });
  const device = await admin.ok("GET", "/devices/001721820501");
  expect(device).toMatchObject({ settings: { "phone.adminPassword": "********" }, raw: { GPP_SA: "********" } });
  const { settings } = await admin.ok<{ settings: Json[] }>("GET", "/devices/001721820501/settings");
  expect(settings).toContainEqual(expect.objectContaining({ name: "phone.adminPassword", value: "********" }));
});

function hidden(text: string): boolean {
  return !text.includes(marker) && !text.includes(pin) && !text.includes("sealed:");
}

/** Each GET route with what it can be asked for, every file and page of a phone among them. */
async function everyPath(): Promise<string[]> {
  const paths = admin.routes
    .filter(({ method, url }) => method === "GET" && url.startsWith("/api/v1") && !url.endsWith("/events"))
    .map(({ url }) => url.slice("/api/v1".length));
  return (await Promise.all(paths.map(writeOut))).flat();
}

const ids: Readonly<Record<string, readonly string[]>> = {
  "/sites/:id": ["main"],
  "/presets/:id": ["kept"],
  "/lines/:id": phones.map((_, index) => `line${index}`),
  "/organizations/:id": ["default"],
  "/organizations/:id/settings": ["default"],
};

async function writeOut(path: string): Promise<string[]> {
  const macs = phones.map(([mac]) => mac);
  if (path.endsWith("/*")) return (await Promise.all(macs.map(filesOf))).flat();
  if (path.includes(":mac")) return macs.map((mac) => path.replace(":mac", mac));
  if (path.includes(":vendor")) return phones.map(([, model]) => `/models/${model}`);
  return (ids[path] ?? ["nothing"]).map((id) => path.replace(":id", id));
}

async function filesOf(mac: string): Promise<string[]> {
  const { files } = await admin.ok<{ files: { name: string }[] }>("GET", `/devices/${mac}/files`);
  return files.map(({ name }) => `/devices/${mac}/files/${name}`);
}
