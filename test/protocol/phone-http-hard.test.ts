import { mkdir, writeFile } from "node:fs/promises";
import net from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";

const mac = "00562b043615" as Mac;
const file = `/${mac}.xml`;
const deadlineMs = 2000;
const end = "Host: x\r\nConnection: close\r\n\r\n";
const get = (target: string) => `GET ${target} HTTP/1.1\r\n${end}`;
const withHeader = (header: string, body = "") => `GET /image.sbn HTTP/1.1\r\nHost: x\r\n${header}\r\n\r\n${body}`;
let door: FrontDoor;
let honest: Buffer;

beforeAll(async () => {
  door = await openFrontDoor();
  const { office } = door;
  await mkdir(office.shelf.root, { recursive: true });
  await writeFile(`${office.shelf.root}/image.sbn`, Buffer.alloc(100, "x"));
  await office.shelf.refresh();
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["9721"] });
  await office.enrolment.open(edit, { all: true, minutes: 5 });
  honest = (await ask(door.http, file)).body;
});
afterAll(() => door.close());

/** Everything that the server writes until it closes the connection. Rejects when it keeps it past the deadline. */
function written(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(door.http, "127.0.0.1", () => socket.write(bytes));
    const chunks: Buffer[] = [];
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`still open, after ${Buffer.concat(chunks).toString("latin1").slice(0, 200)}`));
    }, deadlineMs);
    socket.on("data", (chunk) => chunks.push(chunk));
    // The server does not wait for what it refuses to read.
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(late);
      resolve(Buffer.concat(chunks).toString("latin1"));
    });
  });
}

const noHttp: readonly (readonly [string, string | Buffer, number])[] = [
  ["no HTTP at all", "GARBAGE\r\n\r\n", 400],
  ["HTTP/0.9", "GET /image.sbn\r\n\r\n", 400],
  ["HTTP/2.0 in the words of HTTP/1", `GET /image.sbn HTTP/2.0\r\n${end}`, 400],
  ["the preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["HTTP/9.9", `GET /image.sbn HTTP/9.9\r\n${end}`, 400],
  ["the hello of TLS", Buffer.from("16030100a1010000", "hex"), 400],
  ["line feeds alone", "GET /image.sbn HTTP/1.1\nHost: x\n\n", 400],
  ["HTTP/1.1 without a host", "GET /image.sbn HTTP/1.1\r\n\r\n", 400],
  ["two hosts", "GET /image.sbn HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400],
  ["the same host twice, in HTTP/1.0", "GET /image.sbn HTTP/1.0\r\nHost: x\r\nhost: x\r\n\r\n", 400],
  ["CONNECT", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", 405],
  ["a method in small letters", `get /image.sbn HTTP/1.1\r\n${end}`, 400],
  ["a method of other servers", `PROPFIND /image.sbn HTTP/1.1\r\n${end}`, 405],
  ["TRACE", `TRACE /image.sbn HTTP/1.1\r\n${end}`, 405],
  ["OPTIONS *", `OPTIONS * HTTP/1.1\r\n${end}`, 405],
];

const names: readonly (readonly [string, string | Buffer, number])[] = [
  ["a name of 4 KB", get(`/${"a".repeat(4096)}`), 400],
  ["2,000 folders", get(`/${"a/".repeat(2000)}image.sbn`), 400],
  ["a name that fills the headers", get(`/${"a".repeat(9000)}`), 414],
  ["folders above", get("/../../etc/passwd"), 400],
  ["folders above, encoded", get("/%2e%2e/%2E%2E/etc/passwd"), 400],
  ["folders above, encoded twice", get("/%252e%252e/etc/passwd"), 404],
  ["folders above, in overlong UTF-8", get("/%c0%ae%c0%ae/etc/passwd"), 400],
  ["a backslash", get("/..\\..\\etc\\passwd"), 400],
  ["a backslash, encoded", get("/..%5c..%5cetc%5cpasswd"), 400],
  ["NUL", get("/image.sbn\0.xml"), 400],
  ["NUL, encoded", get("/image.sbn%00.xml"), 400],
  ["a line break, encoded", get("/image.sbn%0d%0aX:y"), 400],
  ["bytes that are no ASCII", Buffer.from(get("/\xff\xfe"), "latin1"), 400],
  ["bytes that are no UTF-8, encoded", get("/%ff%fe"), 400],
  ["half an encoding", get("/%zz"), 400],
  ["a blank", get("/image .sbn"), 400],
  ["a name without its slash", get("image.sbn"), 400],
  ["a URL without a host", get("http://"), 400],
  ["a star", get("*"), 404],
];

const headers: readonly (readonly [string, string | Buffer, number])[] = [
  ["20 KB in one header", withHeader(`X: ${"a".repeat(20_000)}`), 431],
  ["9,000 headers", withHeader("a:b\r\n".repeat(9000).trimEnd()), 431],
  ["a header without a colon", withHeader("bad"), 400],
  ["NUL in a header", withHeader("X: a\0b"), 400],
  ["a folded header", withHeader("X: a\r\n b"), 400],
  ["a blank before the colon", withHeader("Transfer-Encoding : chunked"), 400],
  ["an expectation nobody knows", withHeader("Expect: wonders\r\nConnection: close"), 417],
  ["a part that is none", withHeader("Range: bytes=99999-\r\nConnection: close"), 416],
];

const bodies: readonly (readonly [string, string | Buffer, number])[] = [
  ["a small body", withHeader("Content-Length: 3", "abc"), 413],
  ["100 MB announced", withHeader("Content-Length: 100000000", "b".repeat(200_000)), 413],
  ["a body that waits to be asked for", withHeader("Content-Length: 3\r\nExpect: 100-continue"), 413],
  ["chunks that never come", withHeader("Transfer-Encoding: chunked"), 413],
  ["a chunk without a length", withHeader("Transfer-Encoding: chunked", "zz\r\nabc\r\n0\r\n\r\n"), 413],
  ["a chunk longer than numbers go", withHeader("Transfer-Encoding: chunked", `${"f".repeat(18)}\r\nabc\r\n`), 413],
  ["20 KB of extension of a chunk", withHeader("Transfer-Encoding: chunked", `1;${"a".repeat(20_000)}\r\n`), 413],
  ["two lengths", withHeader("Content-Length: 3\r\nContent-Length: 4"), 400],
  ["a length below nothing", withHeader("Content-Length: -3"), 400],
  ["a length and chunks", withHeader("Content-Length: 3\r\nTransfer-Encoding: chunked", "0\r\n\r\n"), 400],
  ["an upload", `POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 100000000\r\n\r\n${"b".repeat(200_000)}`, 405],
];

describe("a client that sends", () => {
  it.each([...noHttp, ...names, ...headers, ...bodies])(
    "%s is refused in plain text, and a phone still gets its file",
    async (_what, bytes, status) => {
      const reply = await written(bytes);
      expect(reply.match(/HTTP\/1\.1 \d+/g)).toEqual([`HTTP/1.1 ${status}`]);
      expect(reply).not.toMatch(/json|[{}]|node_modules|\bat /i);
      expect((await ask(door.http, file)).body.equals(honest)).toBe(true);
    },
  );

  it.each([
    ["HTTP/1.0 without a host", "GET /image.sbn HTTP/1.0\r\n\r\n"],
    ["two slashes", get("//image.sbn")],
    ["4,000 slashes", get(`${"/".repeat(4000)}image.sbn`)],
    ["the URL of a proxy", get("http://10.0.0.1/image.sbn")],
    ["1,000 headers", withHeader(`${"a:b\r\n".repeat(1000)}Connection: close`)],
    ["an upgrade that is not to be had", withHeader("Connection: close, upgrade\r\nUpgrade: h2c")],
    ["a body of no bytes", withHeader("Content-Length: 0\r\nConnection: close")],
  ])("%s gets its file", async (_what, bytes) => {
    expect(await written(bytes)).toMatch(/^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nx{100}$/);
  });
});

describe("a client that sends requests ahead", () => {
  const one = "GET /image.sbn HTTP/1.1\r\nHost: x\r\n\r\n";

  it("gets eight answers in their order", async () => {
    const reply = await written(`${one.repeat(3)}GET /no.xml HTTP/1.1\r\nHost: x\r\n\r\n${one.repeat(3)}${get("/a/")}`);
    const status = [...reply.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => code);
    expect(status).toEqual(["200", "200", "200", "404", "200", "200", "200", "404"]);
  });

  it.each([
    ["20,000 files", one.repeat(20_000)],
    ["20,000 names that are none", one.repeat(20_000).replaceAll("/image.sbn", "/%zz")],
    ["20,000 files without a host", one.repeat(20_000).replaceAll("Host: x\r\n", "")],
    ["20,000 wonders", one.repeat(20_000).replaceAll("Host: x", "Host: x\r\nExpect: wonders")],
    ["nine", one.repeat(9)],
  ])("loses its connection with %s, and a phone still gets its file", async (_what, bytes) => {
    const reply = await written(bytes);
    expect((reply.match(/HTTP\/1\.1 \d+/g) ?? []).length).toBeLessThanOrEqual(8);
    expect((await ask(door.http, file)).body.equals(honest)).toBe(true);
  });

  it.each(["GARBAGE\r\n\r\n", "CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n"])(
    "finds no complaint within its file when it goes on with %j",
    async (words) => {
      const reply = await written(`${one}${words}`);
      expect(reply).toMatch(/^(HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nx{100})?$/);
    },
  );
});
