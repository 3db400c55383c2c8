import { mkdir, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";

const mac = "00562b043615" as Mac;
const file = `/${mac}.xml`;
let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor();
  const { office } = door;
  await mkdir(office.shelf.root, { recursive: true });
  await writeFile(`${office.shelf.root}/image.sbn`, Buffer.from("0123456789".repeat(1000)));
  await office.shelf.refresh();
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["9721"] });
  await office.enrolment.open(edit, { all: true, minutes: 5 });
});
afterAll(() => door.close());

/** What the server writes to bytes that no HTTP client would send. */
function raw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(door.http, "127.0.0.1", () => socket.write(text));
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("close", () => resolve(Buffer.concat(chunks).toString("latin1")));
    socket.on("error", reject);
  });
}

async function servedRevision(): Promise<number | undefined> {
  return (await door.office.presence.of("default", mac)).served?.n;
}

describe("a phone that asks over HTTP", () => {
  it("gets nothing but the headers for HEAD, and that is no delivery", async () => {
    const head = await ask(door.http, file, { method: "HEAD" });
    expect(head.status).toBe(200);
    expect(head.body.length).toBe(0);
    expect(await servedRevision()).toBeUndefined();
    const whole = await ask(door.http, file);
    expect(head.headers.etag).toBe(whole.headers.etag);
    expect(head.headers["content-length"]).toBe(String(whole.body.length));
    expect(await servedRevision()).toBe(1);
  });

  it("is told 304 when it holds the file, whichever way it was packed", async () => {
    const { headers } = await ask(door.http, file);
    const packed = await ask(door.http, file, { headers: { "accept-encoding": "gzip" } });
    expect(packed.headers.etag).not.toBe(headers.etag);
    for (const tag of [headers.etag, packed.headers.etag, `W/${headers.etag}`, `"other", ${headers.etag}`]) {
      const again = await ask(door.http, file, { headers: { "if-none-match": String(tag) } });
      expect(again.status, tag).toBe(304);
      expect(again.body.length).toBe(0);
    }
    for (const tag of ['"other"', "*"])
      expect((await ask(door.http, file, { headers: { "if-none-match": tag } })).status).toBe(200);
  });

  it.each([
    ["gzip", true],
    ["deflate, gzip", true],
    ["gzip;q=0", false],
    ["identity", false],
    ["", false],
  ])("with Accept-Encoding %j gets it packed: %s", async (header, packed) => {
    const plain = await ask(door.http, file);
    const reply = await ask(door.http, file, { headers: header === "" ? {} : { "accept-encoding": header } });
    expect(reply.headers["content-encoding"]).toBe(packed ? "gzip" : undefined);
    expect(packed ? gunzipSync(reply.body) : reply.body).toEqual(plain.body);
    expect(reply.headers.vary).toBe("accept-encoding");
  });

  it("gets a part of a file of the shelf, and the whole with its length", async () => {
    const part = await ask(door.http, "/image.sbn", { headers: { range: "bytes=10-19" } });
    expect([part.status, part.body.toString(), part.headers["content-range"]]).toEqual([
      206,
      "0123456789",
      "bytes 10-19/10000",
    ]);
    const whole = await ask(door.http, "/IMAGE.SBN");
    expect([whole.status, whole.body.length, whole.headers["content-length"]]).toEqual([200, 10_000, "10000"]);
    expect((await ask(door.http, "/image.sbn", { headers: { range: "bytes=99999-" } })).status).toBe(416);
  });

  it("gets the same of a small file whether it asks for all of it, for a part or for news", async () => {
    const { "keep-alive": _, date, connection, ...whole } = (await ask(door.http, "/image.sbn")).headers;
    expect(whole).toMatchObject({ "accept-ranges": "bytes", "content-type": "application/octet-stream" });
    const all = await ask(door.http, "/image.sbn", { headers: { range: "bytes=0-" } });
    expect(all.headers).toMatchObject({ ...whole, "content-range": "bytes 0-9999/10000" });
    const etag = String(whole.etag);
    for (const news of [{ "if-none-match": etag }, { "if-modified-since": String(whole["last-modified"]) }])
      expect((await ask(door.http, "/image.sbn", { headers: news })).status).toBe(304);
    expect((await ask(door.http, "/image.sbn", { headers: { "if-match": '"other"' } })).status).toBe(412);
    const head = await ask(door.http, "/image.sbn", { method: "HEAD" });
    expect([head.headers["content-length"], head.body.length]).toEqual(["10000", 0]);
  });

  it("is told 503 and when to ask again where a file of the shelf can't be read", async () => {
    const gone = `${door.office.shelf.root}/gone.sbn`;
    await writeFile(gone, "soon gone");
    await door.office.shelf.refresh();
    await rm(gone);
    const reply = await ask(door.http, "/gone.sbn");
    expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "30"]);
    expect(reply.body.toString()).toBe("a file on the shelf could not be read\n");
  });

  it("is served over HTTP/1.0, and over one connection for several files", async () => {
    const old = await raw(`GET /8851-3PCC.xml HTTP/1.0\r\n\r\n`);
    expect(old).toMatch(/^HTTP\/1\.[01] 200 OK\r\n/);
    expect(old).toContain("<Profile_Rule>");
    const two = await raw(
      `GET /8851-3PCC.xml HTTP/1.1\r\nHost: x\r\n\r\nGET /spa504G.cfg HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect(two.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  });

  it.each([
    ["POST", 405],
    ["PUT", 405],
    ["DELETE", 405],
    ["OPTIONS", 405],
  ])("may not %s", async (method, status) => {
    const reply = await ask(door.http, file, { method, headers: { "content-length": 0 } });
    expect([reply.status, reply.headers.allow]).toEqual([status, "GET, HEAD"]);
  });

  it.each([
    ["/%2e%2e/%2e%2e/etc/passwd", 400],
    ["/..%2f..%2fetc%2fpasswd", 400],
    ["/%5c..%5c..%5cetc", 400],
    ["/a%00b.xml", 400],
    ["/%zz", 400],
    [`/${"a".repeat(300)}`, 400],
    ["//8851-3PCC.xml", 200],
    ["/folder//8851-3PCC.xml?x=1", 200],
    ["/%38851-3PCC.xml", 200],
    ["/api/v1/devices", 404],
    ["/", 404],
  ])("that asks for %s is answered %i", async (path, status) => {
    expect((await ask(door.http, path)).status).toBe(status);
  });

  it("is told 400 for what is no HTTP, and the next phone is served", async () => {
    expect(await raw("GARBAGE\r\n\r\n")).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(`GET /x HTTP/1.1\r\nHost: x\r\nX: ${"a".repeat(20_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 4/);
    expect((await ask(door.http, file)).status).toBe(200);
  });
});
