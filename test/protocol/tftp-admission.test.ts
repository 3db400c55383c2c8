import { expect, onTestFinished, test } from "vitest";
import { Admission } from "../../server/tftp/admission.ts";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp } from "../support/tftp-phone.ts";
import { someBytes, startTftp } from "../support/tftp-server.ts";

const limits = { maxTransfers: 3, maxPerAddress: 2, silentPlaceMs: 500 };

function aHouse() {
  const admission = new Admission(limits);
  const left: string[] = [];
  const guestOf = (address: string, name: string) => {
    const guest = {
      address,
      giveWay: () => {
        left.push(name);
        admission.release(guest);
      },
    };
    return guest;
  };
  return { admission, left, guestOf };
}

test("at the limit of an address, its phone that was silent longest makes way, but not before its time", () => {
  const { admission, left, guestOf } = aHouse();
  for (const [name, now] of [["first", 0] as const, ["second", 100] as const]) {
    expect(admission.admit("10.0.0.1", now)).toBe(true);
    admission.silent(guestOf("10.0.0.1", name), now);
  }
  expect(admission.admit("10.0.0.1", 499)).toBe(false);
  expect(admission.admit("10.0.0.1", 500)).toBe(true);
  expect(left).toEqual(["first"]);
  expect(admission.active).toBe(2);
});

test("a phone that has answered never makes way, nor one whose file is still being read", () => {
  const { admission, left, guestOf } = aHouse();
  const answering = guestOf("10.0.0.1", "answering");
  expect(admission.admit("10.0.0.1", 0)).toBe(true);
  admission.silent(answering, 0);
  admission.answered(answering);
  expect(admission.admit("10.0.0.1", 0)).toBe(true);
  expect(admission.admit("10.0.0.1", 60_000)).toBe(false);
  expect(left).toEqual([]);
});

test("at the limit of all, the one that was silent longest makes way wherever it is", () => {
  const { admission, left, guestOf } = aHouse();
  for (const [index, address] of ["10.0.0.1", "10.0.0.2", "10.0.0.3"].entries()) {
    expect(admission.admit(address, index)).toBe(true);
    admission.silent(guestOf(address, address), index);
  }
  expect(admission.admit("10.0.0.4", 600)).toBe(true);
  expect(left).toEqual(["10.0.0.1"]);
});

test("an honest phone gets its file though silent ones hold every place of its address", async () => {
  const tftp = await startTftp({ files: { file: someBytes(3000) }, limits: { maxPerAddress: 20, silentPlaceMs: 50 } });
  const silent = await Promise.all(Array.from({ length: 20 }, () => openTftpPhone()));
  onTestFinished(() => silent.forEach((phone) => void phone.close()));
  for (const phone of silent) phone.ask(tftp.port, "file");
  for (const phone of silent) await phone.nextData();
  const fetch = { host: "127.0.0.1", port: tftp.port, path: "file", repeatMs: 60, repeats: 20 };
  expect((await fetchTftp(fetch)).body.equals(someBytes(3000))).toBe(true);
  const [first] = await tftp.told(2);
  expect(first).toMatchObject({ reason: "the phone had not answered and made way for another" });
  expect(tftp.server.stats()).toMatchObject({ active: 19 });
});
