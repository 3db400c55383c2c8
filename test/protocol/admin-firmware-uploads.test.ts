import { createHash, randomBytes } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Office } from "../../server/app-office.ts";
import { createUploads } from "../../server/firmware/uploads.ts";
import { createFirmwareStock } from "../../server/office/firmware/stock.ts";
import { type AdminOffice, openAdminOffice, type ProblemBody } from "../support/admin-office.ts";
import { makeZip } from "../support/zip-file.ts";

const mac = "00562b043615";
const binary = { "content-type": "application/octet-stream" };
const limits = { bytes: 100_000, most: 2, unpackedBytes: 300_000 };
let now = Date.now();

let admin: AdminOffice;
beforeEach(async () => {
  now = Date.now();
  admin = await openAdminOffice(async (office) => ({ firmware: await smallStock(office) }));
});
afterEach(() => admin.close());

/** As the office has it, with limits that a test can reach. */
async function smallStock({ catalogue, digests, shelf, stores }: Office) {
  const clock = () => now;
  const uploads = await createUploads({ root: shelf.root, clock, limits });
  const shelfChanged = async () => void (await shelf.refresh());
  return createFirmwareStock({ catalogue, digests, shelf, store: stores.config, uploads, clock, shelfChanged });
}

/** A request with a body of bytes; `path` is below /api/v1. */
async function send(method: string, path: string, body: Buffer | string, headers: Record<string, string> = binary) {
  const reply = await fetch(`${admin.url}/api/v1${path}`, {
    method,
    headers: { ...admin.headers, ...headers },
    body: Buffer.from(body),
  });
  const text = await reply.text();
  return { status: reply.status, headers: reply.headers, json: (text === "" ? {} : JSON.parse(text)) as Answer };
}

interface Answer extends ProblemBody {
  readonly complete: boolean;
  readonly files: readonly string[];
  readonly sets: readonly { readonly name: string; readonly complete: boolean }[];
}

const shelved = () => admin.office.shelf.files.map(({ name }) => name);
const onDisk = async () => (await readdir(admin.office.shelf.root, { recursive: true })).sort();
const contentOf = (name: string) => readFile(join(admin.office.shelf.root, name));

/** Begins an upload in pieces and gives its address below /api/v1. */
async function begin(name: string, more: Record<string, string> = {}): Promise<string> {
  const reply = await send("POST", `/firmware?name=${name}`, "", { ...binary, "upload-complete": "?0", ...more });
  expect(reply.status, JSON.stringify(reply.json)).toBe(201);
  return String(reply.headers.get("location")).replace("/api/v1", "");
}

async function offsetOf(path: string): Promise<number> {
  const reply = await fetch(`${admin.url}/api/v1${path}`, { method: "HEAD", headers: admin.headers });
  expect([reply.status, reply.headers.get("upload-complete")]).toEqual([200, "?0"]);
  return Number(reply.headers.get("upload-offset"));
}

const piece = (offset: number, isLast: boolean) => ({
  "content-type": "application/partial-upload",
  "upload-offset": String(offset),
  "upload-complete": isLast ? "?1" : "?0",
});

describe("an upload in one request", () => {
  test("is on the shelf when it is answered, and makes a load whole, which phones are told from then on", async () => {
    await admin.ok("PATCH", "/organizations/default/settings", { settings: { "firmware.version": "sip88xx.14-2-1" } });
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851" });
    const parameters = async () => JSON.stringify(await admin.ok("GET", `/devices/${mac}/parameters`));
    const list = await send("POST", "/firmware?name=set/sip88xx.14-2-1.loads", "\0kern.14.sbn\0");
    expect(list.json).toMatchObject({
      complete: true,
      files: ["set/sip88xx.14-2-1.loads"],
      sets: [{ complete: false }],
    });
    expect(await parameters()).not.toContain("sip88xx.14-2-1");
    const content = randomBytes(90_000);
    const part = await send("POST", "/firmware?name=set/kern.14.sbn", content);
    expect([part.status, part.headers.get("location")]).toEqual([201, "/api/v1/firmware/sip88xx.14-2-1"]);
    expect(part.json.sets).toMatchObject([{ name: "sip88xx.14-2-1", complete: true, usedBy: 1 }]);
    expect(await contentOf("set/kern.14.sbn")).toEqual(content);
    expect(await parameters()).toContain("sip88xx.14-2-1");
    expect(await onDisk()).toEqual([".uploads", "set", "set/kern.14.sbn", "set/sip88xx.14-2-1.loads"]);
  });

  test("of one image becomes the upgrade rule of a phone", async () => {
    admin.office.advertised.base = "http://prov.example.com";
    await send("POST", "/firmware?name=spa50x-30x-7-6-2f.bin", "image");
    const device = { mac, model: "cisco/spa504g", settings: { "firmware.version": "spa50x-30x-7-6-2f" } };
    await admin.ok("POST", "/devices", device);
    const parameters = JSON.stringify(await admin.ok("GET", `/devices/${mac}/parameters`));
    expect(parameters).toContain("http://prov.example.com/spa50x-30x-7-6-2f.bin");
  });

  test("is in the audit", async () => {
    await send("POST", "/firmware?name=bell.raw", "ring");
    const { items } = await admin.ok<{ items: object[] }>("GET", "/audit");
    expect(items[0]).toMatchObject({ action: "firmware.add", kind: "firmware", id: "bell.raw", actor: "root-token" });
    expect((await send("POST", "/firmware?name=bell.raw/wide.raw", "ring")).status).toBe(409);
    expect((await admin.ok<{ items: object[] }>("GET", "/audit")).items.slice(0, 2)).toMatchObject([
      { action: "firmware.add-failed", id: "bell.raw/wide.raw", actor: "root-token" },
      { action: "firmware.add", id: "bell.raw/wide.raw" },
    ]);
  });

  test.each([
    ["CTLSEP00562B043615.tlv", /trust lists hold a site's own certificates/],
    ["set/itlfile.tlv", /trust lists/],
    ["SEP00562B043615.cnf.xml.sgn", /only a phone with a trust list of another server/],
    ["sl-be-sip.jar.sgn", /only a phone with a trust list of another server/],
    ["spa504g-cfg.xml", /SPCP mode/],
    ["dialplan.xml", /Offhook makes it itself/],
    ["set/SoftKeys.xml", /Offhook makes it itself/],
    ["XMLDefault.cnf.xml", /Offhook makes it itself/],
    ["AppDialRules.xml", /Offhook makes it itself/],
    ["RINGLIST.DAT", /Offhook makes it itself/],
    ["SEP00562B043615.cnf.xml", /Offhook makes it itself/],
    ["spa504G.cfg", /Offhook makes it itself/],
  ])("of %s is refused, alone and in a zip, since phones are not given that", async (name, reason) => {
    const alone = await send("POST", `/firmware?name=${name}`, "<x/>");
    expect(alone.json).toMatchObject({ status: 422, code: "INVALID", errors: [{ pointer: "/name", code: "name" }] });
    expect(alone.json.detail).toMatch(reason);
    const zip = await send("POST", "/firmware?name=set.zip", makeZip([{ name: "a.sbn" }, { name }]));
    expect(zip.json).toMatchObject({ status: 422, code: "INVALID", errors: [{ pointer: "", code: "name" }] });
    expect(zip.json.detail).toMatch(reason);
    expect(await onDisk()).toEqual([".uploads"]);
  });

  test.each([
    "English_United_States/sl-be-sip.jar",
    "Belgium/g4-tones.xml",
    "OS79XX.TXT",
    "Desktops/1x1x1/List.xml",
    "defaultheadsetconfig.json",
  ])("of %s is taken: only the shelf has it", async (name) => {
    expect((await send("POST", `/firmware?name=${name}`, "x")).status).toBe(201);
    expect(shelved()).toEqual([name]);
  });

  test.each([
    ["too large by its length", "a.bin", Buffer.alloc(100_001), binary, 413, "TOO_LARGE"],
    ["of a type that is none of ours", "a.bin", "{}", { "content-type": "application/json" }, 415, "UNSUPPORTED_TYPE"],
    ["with a wrong flag", "a.bin", "a", { ...binary, "upload-complete": "yes" }, 400, "MALFORMED"],
    ["that leaves the shelf", "../a.bin", "a", binary, 422, "INVALID"],
    ["with an absolute name", "/etc/a.bin", "a", binary, 422, "INVALID"],
    ["with a backslash", "a\\b.bin", "a", binary, 422, "INVALID"],
    ["that is hidden", "set/.a.bin", "a", binary, 422, "INVALID"],
    ["over the shelf's own text", "README.md", "a", binary, 422, "INVALID"],
    ["without a name", "", "a", binary, 422, "INVALID"],
  ])("is refused %s, and leaves nothing", async (_name, name, body, headers, status, code) => {
    const reply = await send("POST", `/firmware?name=${encodeURIComponent(name)}`, body, headers);
    expect(reply.json).toMatchObject({ status, code });
    if (code === "INVALID") expect(reply.json.errors.map(({ pointer }) => pointer)).toEqual(["/name"]);
    expect((await onDisk()).filter((each) => each !== ".uploads")).toEqual([]);
  });

  test("that grows too large on its way is refused when it does, and leaves nothing", async () => {
    const socket = connect(admin.port, "127.0.0.1");
    socket.write("POST /api/v1/firmware?name=a.bin HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n");
    socket.write(`authorization: ${admin.headers.authorization}\r\ncontent-type: application/octet-stream\r\n\r\n`);
    for (let sent = 0; sent < 4; sent++) socket.write(`8000\r\n${"x".repeat(0x8000)}\r\n`);
    socket.write("0\r\n\r\n");
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(String(answer)).toMatch(/^HTTP\/1\.1 413 /);
    expect(await onDisk()).toEqual([".uploads"]);
  });

  test("whose connection breaks leaves nothing", async () => {
    const socket = connect(admin.port, "127.0.0.1");
    socket.write("POST /api/v1/firmware?name=a.bin HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n");
    socket.write(`authorization: ${admin.headers.authorization}\r\ncontent-type: application/octet-stream\r\n\r\nabc`);
    await vi.waitFor(async () => expect((await onDisk()).some((name) => name.endsWith("data"))).toBe(true));
    socket.destroy();
    await vi.waitFor(async () => expect(await onDisk()).toEqual([".uploads"]));
    expect(shelved()).toEqual([]);
  });

  test("takes the place of a file, but not of one that a load in use needs", async () => {
    await send("POST", "/firmware?name=spa50x-30x-7-6-2f.bin", "one");
    await send("POST", "/firmware?name=spa50x-30x-7-6-2f.bin", "two");
    expect(String(await contentOf("spa50x-30x-7-6-2f.bin"))).toBe("two");
    await admin.ok("PATCH", "/sites/main", { settings: { "firmware.version": "spa50x-30x-7-6-2f" } });
    for (const other of ["another", "own"]) {
      const beside = await send("POST", "/firmware?name=beside/spa50x-30x-7-6-2f.bin", other);
      expect(beside.json).toMatchObject({ status: 409, errors: [{ code: "in-use" }] });
    }
    expect((await send("POST", "/firmware?name=beside/spa50x-30x-7-6-2f.bin", "two")).status).toBe(201);
    const third = await send("POST", "/firmware?name=spa50x-30x-7-6-2f.bin", "three");
    expect(third.json).toMatchObject({
      status: 409,
      code: "CONFLICT",
      errors: [{ code: "in-use", detail: "site main" }],
    });
    expect(String(await contentOf("spa50x-30x-7-6-2f.bin"))).toBe("two");
  });
});

describe("an upload in pieces", () => {
  test("goes on after a broken connection where it stands, and is the same file in the end", async () => {
    const content = randomBytes(80_000);
    const path = await begin("spa50x-30x-7-6-2f.bin", { "upload-length": "80000" });
    const socket = connect(admin.port, "127.0.0.1");
    socket.write(
      `PATCH /api/v1${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 80000\r\nupload-offset: 0\r\nupload-complete: ?1\r\n`,
    );
    socket.write(`authorization: ${admin.headers.authorization}\r\ncontent-type: application/partial-upload\r\n\r\n`);
    socket.write(content.subarray(0, 30_000));
    await vi.waitFor(async () =>
      expect(await contentOf(`.uploads/${path.split("/").at(-1)}/data`)).toHaveLength(30_000),
    );
    socket.destroy();
    const offset = await offsetOf(path);
    expect(offset).toBe(30_000);
    const half = await send("PATCH", path, content.subarray(offset, 50_000), piece(offset, false));
    expect([half.status, half.headers.get("upload-offset"), half.json.complete]).toEqual([200, "50000", false]);
    expect(shelved()).toEqual([]);
    const last = await send("PATCH", path, content.subarray(50_000), piece(50_000, true));
    expect([last.status, last.json.complete, last.headers.get("upload-complete")]).toEqual([201, true, "?1"]);
    const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
    expect(sha(await contentOf("spa50x-30x-7-6-2f.bin"))).toBe(sha(content));
    expect((await send("PATCH", path, "", piece(80_000, true))).json).toMatchObject({ status: 404, code: "NOT_FOUND" });
    expect(await onDisk()).toEqual([".uploads", "spa50x-30x-7-6-2f.bin"]);
  });

  test("cuts off whoever still writes to it, and goes on from what came", async () => {
    const path = await begin("a.bin");
    const stuck = connect(admin.port, "127.0.0.1").on("error", () => undefined);
    stuck.write(`PATCH /api/v1${path} HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\nupload-offset: 0\r\n`);
    stuck.write(`authorization: ${admin.headers.authorization}\r\ncontent-type: application/partial-upload\r\n\r\nabc`);
    await vi.waitFor(async () => expect(await offsetOf(path)).toBe(3));
    const rest = await send("PATCH", path, "def", piece(3, true));
    expect(rest.status).toBe(201);
    expect(String(await contentOf("a.bin"))).toBe("abcdef");
    stuck.destroy();
  });

  test("survives a restart", async () => {
    const path = await begin("a.bin");
    await send("PATCH", path, "abc", piece(0, false));
    const again = await smallStock(admin.office);
    const id = String(path.split("/").at(-1));
    expect(await again.upload(id)).toMatchObject({ name: "a.bin", offset: 3 });
  });

  test.each([
    [
      "of another length than was announced",
      "abcdefghij",
      { ...piece(0, true), "upload-length": "11" },
      400,
      "MALFORMED",
    ],
    ["at another offset", "abc", piece(7, true), 409, "CONFLICT"],
    ["without an offset", "abc", { "content-type": "application/partial-upload" }, 400, "MALFORMED"],
    ["beyond the length that was announced", "abcdefghijk", piece(0, true), 400, "MALFORMED"],
    ["short of the length that was announced", "abc", piece(0, true), 400, "MALFORMED"],
    ["as JSON", "{}", { ...piece(0, true), "content-type": "application/json" }, 415, "UNSUPPORTED_TYPE"],
  ])("is refused %s", async (_name, body, headers, status, code) => {
    const path = await begin("a.bin", { "upload-length": "10" });
    const reply = await send("PATCH", path, body, headers);
    expect(reply.json).toMatchObject({ status, code });
    expect(shelved()).toEqual([]);
  });

  test.each([
    ["longer", "abcdefghijk"],
    ["shorter", "abc"],
  ])("is refused when it is %s than the length that its last piece says", async (_name, body) => {
    const path = await begin("a.bin");
    const reply = await send("PATCH", path, body, { ...piece(0, true), "upload-length": "10" });
    expect(reply.json).toMatchObject({ status: 400, code: "MALFORMED" });
    expect(shelved()).toEqual([]);
  });

  test("is too large also in pieces, and by what it announces", async () => {
    const path = await begin("a.bin");
    await send("PATCH", path, Buffer.alloc(99_000), piece(0, false));
    expect((await send("PATCH", path, Buffer.alloc(2000), piece(99_000, true))).json).toMatchObject({ status: 413 });
    const longer = { ...piece(99_000, false), "upload-length": "100001" };
    expect((await send("PATCH", path, "", longer)).json).toMatchObject({ status: 413 });
    const announced = { ...binary, "upload-complete": "?0", "upload-length": "100001" };
    expect((await send("POST", "/firmware?name=b.bin", "", announced)).json).toMatchObject({ status: 413 });
  });

  test("has a place among few, gives it back, and is listed meanwhile", async () => {
    const first = await begin("a.bin");
    await begin("b.bin");
    const third = await send("POST", "/firmware?name=c.bin", "c");
    expect(third.json).toMatchObject({ status: 409, detail: "2 uploads are unfinished: finish one, or delete it" });
    const { items } = await admin.ok<{ items: { name: string; offset: number }[] }>("GET", "/firmware/uploads");
    expect(items.map(({ name, offset }) => `${name} ${offset}`).sort()).toEqual(["a.bin 0", "b.bin 0"]);
    expect((await admin.call("DELETE", first)).status).toBe(204);
    expect((await admin.call("GET", first)).status).toBe(404);
    expect((await send("POST", "/firmware?name=c.bin", "c")).status).toBe(201);
  });

  test("makes room for another when nothing came of it for ten minutes", async () => {
    const first = await begin("a.bin");
    const second = await begin("b.bin");
    now += 11 * 60_000;
    expect((await send("POST", "/firmware?name=c.bin", "c")).status).toBe(201);
    expect([(await admin.call("GET", first)).status, (await admin.call("GET", second)).status]).toEqual([404, 200]);
  });

  test("is never the bytes of two requests, when they come at once", async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) {
      const path = await begin(`${n}.bin`);
      const bodies = ["a", "b", "c"].map((letter) => letter.repeat(20_000));
      const replies = await Promise.all(bodies.map((body) => send("PATCH", path, body, piece(0, true))));
      const taken = bodies.filter((_, index) => replies[index]?.status === 201);
      expect(replies.map(({ status }) => [201, 404, 409].includes(status))).toEqual([true, true, true]);
      const there = await contentOf(`${n}.bin`).then(String, () => undefined);
      expect(there === undefined ? [] : [there]).toEqual(taken);
      if (taken.length === 0) await admin.call("DELETE", path);
    }
  });

  test("takes nothing more while it is put onto the shelf", async () => {
    const gate = new EventEmitter();
    const waiting = once(gate, "waiting");
    const path = await begin("a.bin");
    const { config } = admin.office.stores;
    const transaction = config.transaction.bind(config);
    vi.spyOn(config, "transaction").mockImplementationOnce(async (work) => {
      gate.emit("waiting");
      await once(gate, "open");
      return await transaction(work);
    });
    const last = send("PATCH", path, "abc", piece(0, true));
    await waiting;
    const late = await send("PATCH", path, "def", piece(3, false));
    const dropped = await admin.call("DELETE", path);
    gate.emit("open");
    expect([late.status, dropped.status, (await last).status]).toEqual([409, 409, 201]);
    expect(String(await contentOf("a.bin"))).toBe("abc");
  });

  test("is forgotten a day after its last byte", async () => {
    const path = await begin("a.bin");
    now += 24 * 3_600_000 + 60_000;
    expect((await admin.call("GET", path)).status).toBe(404);
    expect(await admin.ok("GET", "/firmware/uploads")).toEqual({ items: [] });
    expect(await onDisk()).toEqual([".uploads"]);
  });
});

describe("a zip", () => {
  const zip = { "content-type": "application/zip" };

  test("is unpacked into a folder of its name, all of it at once", async () => {
    const packed = makeZip([
      { name: "sip88xx.14-2-1.loads", content: "\0kern.14.sbn\0" },
      { name: "docs/", mode: 0o040755 },
      { name: "docs/notes (1).txt", content: "read me" },
      { name: "kern.14.sbn", content: randomBytes(50_000) },
    ]);
    const reply = await send("POST", "/firmware?name=cmterm-88xx.zip", packed, binary);
    expect(reply.json).toMatchObject({ complete: true, sets: [{ name: "sip88xx.14-2-1", complete: true }] });
    expect(shelved()).toEqual([
      "cmterm-88xx/docs/notes (1).txt",
      "cmterm-88xx/kern.14.sbn",
      "cmterm-88xx/sip88xx.14-2-1.loads",
    ]);
    expect(await readdir(join(admin.office.shelf.root, ".uploads"))).toEqual([]);
  });

  test("takes the place of its folder whole", async () => {
    await send("POST", "/firmware?name=set.zip", makeZip([{ name: "old.sbn" }, { name: "both.sbn", content: "1" }]));
    await send("POST", "/firmware?name=set", makeZip([{ name: "new.sbn" }, { name: "both.sbn", content: "2" }]), zip);
    expect(shelved()).toEqual(["set/both.sbn", "set/new.sbn"]);
    expect(String(await contentOf("set/both.sbn"))).toBe("2");
  });

  test.each([
    ["a name that leaves its folder", [{ name: "a.sbn" }, { name: "../../evil.sbn" }], /evil|invalid relative path/],
    ["an absolute name", [{ name: "/etc/evil" }], /absolute path/],
    ["a drive letter", [{ name: "C:/evil" }], /absolute path/],
    ["a backslash", [{ name: "a\\..\\evil" }], /invalid characters/],
    ["a hidden name", [{ name: "a.sbn" }, { name: "set/.evil" }], /no name for the shelf/],
    ["a control character", [{ name: "a\n.sbn" }], /no name for the shelf/],
    ["a symbolic link", [{ name: "link.sbn", content: "/etc/passwd", mode: 0o120777 }], /a link/],
    ["a device file", [{ name: "null.sbn", mode: 0o020666 }], /no file/],
    ["one name twice", [{ name: "a.sbn" }, { name: "A.sbn" }], /stands twice/],
    ["a folder where a file is", [{ name: "a" }, { name: "A/b.sbn" }], /"A\/b.sbn" needs one name for a file and a/],
    ["a file where a folder is", [{ name: "a/b/c.sbn" }, { name: "a/b" }], /"a\/b" needs one name for a file and a/],
    [
      "more than the shelf takes",
      [1, 2, 3, 4].map((n) => ({ name: `${n}.sbn`, content: "", claims: 90_000 })),
      /more than 300000/,
    ],
    ["a bomb", [{ name: "zero.sbn", content: Buffer.alloc(250_000), claims: 2_000_000 }], /200 times/],
    ["a size that is not true", [{ name: "a.sbn", content: randomBytes(1000), claims: 10 }], /damaged/],
    ["no file", [{ name: "docs/", mode: 0o040755 }], /no file/],
  ])("with %s is refused whole, and leaves nothing", async (_name, entries, reason) => {
    const { json } = await send("POST", "/firmware?name=set.zip", makeZip(entries), zip);
    expect(json).toMatchObject({ status: 422, code: "INVALID", errors: [{ pointer: "", code: "zip" }] });
    expect(json.detail).toMatch(reason);
    expect(await onDisk()).toEqual([".uploads"]);
  });

  test.each([
    ["that is none", Buffer.from("no zip at all")],
    ["that is cut off", makeZip([{ name: "a.sbn", content: randomBytes(5000) }]).subarray(0, 3000)],
    ["with 10,001 entries", makeZip(Array.from({ length: 10_001 }, (_, n) => ({ name: `${n}` }))).subarray(-90_000)],
  ])("%s is refused, and leaves nothing", async (_name, body) => {
    expect((await send("POST", "/firmware?name=set.zip", body, zip)).json).toMatchObject({
      status: 422,
      code: "INVALID",
    });
    expect(await onDisk()).toEqual([".uploads"]);
  });

  test("is refused where its folder holds a load in use, or is a file", async () => {
    const packed = makeZip([{ name: "spa50x-30x-7-6-2f.bin", content: "image" }]);
    await send("POST", "/firmware?name=set.zip", packed);
    await admin.ok("PATCH", "/sites/main", { settings: { "firmware.version": "spa50x-30x-7-6-2f" } });
    expect((await send("POST", "/firmware?name=set.zip", packed)).json).toMatchObject({
      status: 409,
      code: "CONFLICT",
    });
    await send("POST", "/firmware?name=bell", "ring");
    const over = await send("POST", "/firmware?name=bell.zip", packed);
    expect(over.json).toMatchObject({ status: 409, errors: [{ pointer: "/name", code: "taken" }] });
    expect(shelved()).toEqual(["bell", "set/spa50x-30x-7-6-2f.bin"]);
  });
});

describe("a slow request", () => {
  test("may be slow when it is an upload, which has more time than the rest", async () => {
    const impatient = await openAdminOffice({ patienceMs: 50 });
    const head = (line: string, type: string, length: number) =>
      `${line} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n` +
      `authorization: ${impatient.headers.authorization}\r\n\r\n`;
    const upload = connect(impatient.port, "127.0.0.1");
    upload.write(`${head("POST /api/v1/firmware?name=a.bin", "application/octet-stream", 4)}ab`);
    const other = connect(impatient.port, "127.0.0.1");
    other.write(head("POST /api/v1/lines", "application/json", 4));
    await once(other.resume(), "close");
    upload.write("cd");
    const [answer] = (await once(upload, "data")) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 201 /);
    upload.destroy();
    await impatient.close();
  });

  test("gives its place back, also where it has said nothing wrong yet", async () => {
    const impatient = await openAdminOffice({ patienceMs: 50 });
    const socket = connect(impatient.port, "127.0.0.1");
    socket.write("POST /api/v1/lines HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n");
    socket.write(`authorization: ${impatient.headers.authorization}\r\n\r\n{`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 408 /);
    await once(socket, "close");
    await impatient.close();
  });
});
