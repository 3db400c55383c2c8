import { describe, expect, onTestFinished, test } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import { openTftpPhone, readRequest } from "../support/tftp-datagrams.ts";
import { fetchTftp, TftpClientError } from "../support/tftp-phone.ts";
import { startTftp } from "../support/tftp-server.ts";

describe("a request is understood", () => {
  const served: [title: string, datagram: Buffer][] = [
    ["with a mode in any case", readRequest("file", [], "OcTeT")],
    ["with zero bytes after the mode", Buffer.concat([readRequest("file"), Buffer.alloc(400)])],
    ["of more than the 512 bytes of RFC 2347, as phones pad", Buffer.concat([readRequest("file"), Buffer.alloc(1000)])],
    ["with rubbish after the mode", Buffer.concat([readRequest("file"), Buffer.from([7, 255, 13, 10, 65])])],
    ["with a last option that has no end", readRequest("file", [["x", "y"]]).subarray(0, -1)],
    ["with an option that has no value", Buffer.concat([readRequest("file"), Buffer.from("blksize")])],
  ];
  for (const [title, datagram] of served) {
    test(title, async () => {
      const tftp = await startTftp({ files: { file: "served" } });
      const phone = await aPhone();
      phone.send(datagram, tftp.port);
      expect((await phone.nextData()).data.toString()).toBe("served");
      expect(tftp.requests).toEqual([{ path: "file", mode: "octet", address: "127.0.0.1", port: phone.port }]);
    });
  }

  test("with options after zero bytes", async () => {
    const tftp = await startTftp({ files: { file: "served" } });
    const phone = await aPhone();
    phone.send(Buffer.concat([readRequest("file"), Buffer.from("\0\0\0tsize\0" + "0\0")]), tftp.port);
    expect(await phone.nextOack()).toMatchObject({ options: { tsize: "6" } });
  });

  test("with a name of any characters, handed on as it came", async () => {
    const tftp = await startTftp();
    const path = "/Communicator\\..\\žuti/SEP001721820542.cnf.xml";
    await expect(fetchTftp({ host: "127.0.0.1", port: tftp.port, path })).rejects.toMatchObject({ code: 1 });
    expect(tftp.requests[0]?.path).toBe(path);
  });
});

describe("a request is refused with one ERROR packet", () => {
  const refused: [title: string, datagram: Buffer, code: number][] = [
    ["to write", Buffer.from("\0\x02file\0octet\0", "latin1"), 2],
    ["in mail mode", readRequest("file", [], "mail"), 4],
    ["in an unknown mode", readRequest("file", [], "binary"), 4],
    ["without a name", readRequest(""), 4],
    ["cut off in the name", Buffer.from("\0\x01fil", "latin1"), 4],
    ["cut off in the mode", Buffer.from("\0\x01file\0oct", "latin1"), 4],
    ["cut off after the operation", Buffer.from([0, 1]), 4],
    ["of more than 1024 bytes, where RFC 2347 allows 512", readRequest("f".repeat(1024)), 4],
  ];
  for (const [title, datagram, code] of refused) {
    test(title, async () => {
      const tftp = await startTftp({ files: { file: "served" } });
      const phone = await aPhone();
      phone.send(datagram, tftp.port);
      expect(await phone.nextError()).toMatchObject({ code });
      expect(tftp.logged).toMatchObject([{ level: code === 2 ? "warn" : "info", fields: { address: "127.0.0.1" } }]);
      await answerComesNext(phone, tftp.port);
      expect(tftp.requests.map(({ path }) => path)).toEqual(["barrier"]);
    });
  }
});

test("what is no request gets silence at the listening port", async () => {
  const tftp = await startTftp();
  const phone = await aPhone();
  for (const datagram of [
    "",
    "\0",
    "\0\x03\0\x01data",
    "\0\x04\0\x01",
    "\0\x05\0\x01no\0",
    "\0\x06",
    "\0\x09",
    "GET /",
  ]) {
    phone.send(Buffer.from(datagram, "latin1"), tftp.port);
  }
  await answerComesNext(phone, tftp.port);
});

describe("a failure is answered as the table says", () => {
  for (const [code, wire, text] of [
    ["NO_SUCH_FILE", 1, "this file does not exist here, on purpose"],
    ["UNKNOWN_FILE", 1, "no model asks for this file and the shelf does not hold it"],
    ["BAD_PATH", 2, "the name of the file is not acceptable"],
    ["NOT_PROVEN", 2, "nothing proves that this phone may have this file"],
    ["INVALID", 0, "the request is not acceptable"],
  ] as const) {
    test(`${code}: error ${wire}, without the detail`, async () => {
      const tftp = await startTftp({ files: { file: new Failure(code, "/srv/internals") } });
      const phone = await aPhone();
      phone.ask(tftp.port, "file");
      expect(await phone.nextError()).toMatchObject({ code: wire, text });
      expect(tftp.logged).toMatchObject([{ level: "debug", fields: { code, detail: "/srv/internals" } }]);
      expect(tftp.server.stats()).toMatchObject({ active: 0, failed: 1 });
    });
  }

  for (const code of ["TOO_BUSY", "TEMPLATE_FAILED", "STORE_UNAVAILABLE"] as const) {
    test(`${code}: silence, and the next request may succeed`, async () => {
      const failing: Record<string, Failure | string> = { file: new Failure(code) };
      const tftp = await startTftp({ files: failing });
      const phone = await aPhone();
      phone.ask(tftp.port, "file");
      await answerComesNext(phone, tftp.port);
      failing["file"] = "now";
      phone.ask(tftp.port, "file");
      expect((await phone.nextData()).data.toString()).toBe("now");
    });
  }

  test("anything else that is thrown: silence, and its cause in the log", async () => {
    const bug = new TypeError("undefined is not a phone");
    const tftp = await startTftp({ files: { file: bug } });
    const phone = await aPhone();
    phone.ask(tftp.port, "file");
    await answerComesNext(phone, tftp.port);
    expect(tftp.logged[0]).toMatchObject({ level: "error", fields: { code: "UNEXPECTED", err: { cause: bug } } });
  });

  test("an error in the answer is a TftpClientError for the tests' own phone", async () => {
    const tftp = await startTftp();
    const fetched = fetchTftp({ host: "127.0.0.1", port: tftp.port, path: "nothing" });
    await expect(fetched).rejects.toBeInstanceOf(TftpClientError);
  });
});

describe("over a limit there is silence", () => {
  test("for one address", async () => {
    const tftp = await startTftp({ files: { file: "served" }, limits: { maxPerAddress: 2 } });
    await onlyTwoAreServed(tftp);
    expect(tftp.logged.filter(({ level }) => level === "warn")).toMatchObject([{ fields: { code: "TOO_BUSY" } }]);
  });

  test("for all, with requests that are still being read counted in", async () => {
    const tftp = await startTftp({ files: { file: "served" }, limits: { maxTransfers: 2 }, isHeld: true });
    await onlyTwoAreServed(tftp);
    expect(tftp.requests).toHaveLength(3);
  });
});

async function onlyTwoAreServed(tftp: Awaited<ReturnType<typeof startTftp>>) {
  const phones = [await aPhone(), await aPhone(), await aPhone(), await aPhone()] as const;
  for (const phone of phones) phone.ask(tftp.port, "file");
  const [first, second, third] = phones;
  await expect.poll(() => tftp.server.stats().refused).toBe(2);
  tftp.release();
  first.ack(1, (await first.nextData()).port);
  second.ack(1, (await second.nextData()).port);
  await tftp.told(2);
  third.ask(tftp.port, "file");
  expect((await third.nextData()).data.toString()).toBe("served");
  expect(phones.map((phone) => phone.waiting())).toEqual([0, 0, 0, 0]);
}

/** Whatever was sent before got no answer: the answer to a request sent now is the first packet that comes. */
async function answerComesNext(phone: Awaited<ReturnType<typeof aPhone>>, port: number) {
  phone.ask(port, "barrier");
  expect(await phone.nextError()).toMatchObject({ code: 1 });
}

async function aPhone() {
  const phone = await openTftpPhone();
  onTestFinished(() => phone.close());
  return phone;
}
