import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { badDeviceChanges, badDevices, knownMac } from "../support/admin-bad-devices.ts";
import { badInput } from "../support/admin-bad-input.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";

let admin: AdminOffice;
beforeAll(async () => {
  admin = await openAdminOffice();
  await admin.ok("POST", "/presets", { id: "door" });
  await admin.ok("POST", "/lines", { id: "anna", extension: "101", secret: "kept-secret-1" });
  await admin.ok("POST", "/lines", { id: "long", extension: "102", secret: "x".repeat(32) });
  await admin.ok("POST", "/devices", { mac: knownMac, model: "cisco/8851", lines: ["anna"] });
  await admin.ok("POST", "/devices", { mac: "000E84ABCDEF", model: "cisco/7960" });
});
afterAll(() => admin.close());

const mac = "001721820542";
const model = "cisco/8851-3pcc";

describe("bad input names the field and changes nothing", () => {
  const cases = [...badDevices, ...badDeviceChanges, ...badInput];
  test.each(cases)("%s: %s", async (_name, route, body, answer, pointer, detail = "") => {
    const before = await admin.documents();
    const [method = "", path = ""] = String(route).split(" ");
    const reply = await admin.call<ProblemBody>(method, path, body);
    expect(`${reply.status} ${reply.json.code}`, reply.text).toBe(answer);
    expect(reply.headers.get("content-type")).toBe("application/problem+json; charset=utf-8");
    expect(reply.json).toMatchObject({ type: "about:blank", status: reply.status, title: expect.any(String) });
    expect(reply.json.errors.map((each) => each.pointer)).toContain(pointer);
    expect(reply.json.errors.map((each) => each.detail).join()).toContain(detail);
    expect(await admin.documents()).toEqual(before);
  });

  test("every field that is wrong is named at once", async () => {
    const body = { mac: 1, model: 2, lines: [3], colour: 4 };
    const { json } = await admin.call<ProblemBody>("POST", "/devices", body);
    expect(json.errors.map(({ pointer }) => pointer).sort()).toEqual(["/colour", "/lines/0", "/mac", "/model"]);
  });

  test("an unknown raw parameter passes by force", async () => {
    const forced = await admin.call("POST", "/devices?force=true", { mac, model, raw: { Future_Option: "x" } });
    expect([forced.status, forced.json]).toMatchObject([201, { raw: { Future_Option: "********" } }]);
    expect((await admin.call("DELETE", `/devices/${mac}`)).status).toBe(204);
  });
});

describe("bodies that are not ours to read", () => {
  test.each([
    ["text/plain", 415, "UNSUPPORTED_TYPE"],
    ["application/xml", 415, "UNSUPPORTED_TYPE"],
    ["application/x-www-form-urlencoded", 415, "UNSUPPORTED_TYPE"],
    ["application/json; charset=utf-8", 422, "INVALID"],
  ])("%s gives %i", async (type, status, code) => {
    const reply = await admin.call<ProblemBody>("POST", "/lines", "{}", { "content-type": type });
    expect([reply.status, reply.json.code]).toEqual([status, code]);
  });

  test("a path that is not properly encoded", async () => {
    const reply = await admin.call<ProblemBody>("GET", "/lines/%zz");
    expect([reply.status, reply.json.code]).toEqual([400, "MALFORMED"]);
  });

  test.each([
    ["with its length", "content-length: 10485760"],
    ["in chunks", "transfer-encoding: chunked"],
  ])("10 MB %s are refused, and the client reads why", async (_name, headers) => {
    const before = await admin.documents();
    const reply = await sendAll(headers);
    expect(reply).toMatch(/^HTTP\/1\.1 413 /);
    expect(JSON.parse(reply.slice(reply.indexOf("{")))).toMatchObject({ status: 413, code: "TOO_LARGE" });
    expect(await admin.documents()).toEqual(before);
  });
});

/** Sends 10 MB, all of them, before it looks at the answer, as simple clients do. */
async function sendAll(header: string): Promise<string> {
  const socket = connect(admin.port, "127.0.0.1");
  const own = Object.entries(admin.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST /api/v1/lines HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${own.join("")}`);
  socket.write(`${header}\r\n\r\n`);
  const chunk = Buffer.concat([Buffer.from("10000\r\n"), Buffer.alloc(0x10000, 32), Buffer.from("\r\n")]);
  const part = header.startsWith("content-length") ? Buffer.alloc(0x10000, 32) : chunk;
  for (let sent = 0; sent < 160; sent++) {
    await new Promise<void>((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())));
  }
  if (part === chunk) socket.write("0\r\n\r\n");
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer);
}
