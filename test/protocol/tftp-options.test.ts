import { expect, onTestFinished, test } from "vitest";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp } from "../support/tftp-phone.ts";
import { hasIPv6, someBytes, startTftp } from "../support/tftp-server.ts";

type Options = [string, string][];

/** What is asked for, what the OACK says; an empty OACK means that DATA 1 comes at once. */
const cases: [title: string, asked: Options, accepted: Record<string, string>][] = [
  ["blksize is granted", [["blksize", "1428"]], { blksize: "1428" }],
  ["an option in any case is granted, spelled as it came", [["BlkSize", "1024"]], { BlkSize: "1024" }],
  ["blksize is lowered to what fits one packet", [["blksize", "65464"]], { blksize: "1468" }],
  ["the smallest blksize is 8", [["blksize", "8"]], { blksize: "8" }],
  ["a blksize below 8 is ignored", [["blksize", "7"]], {}],
  ["a blksize above 65464 is ignored", [["blksize", "65465"]], {}],
  ["a blksize that is no number is ignored", [["blksize", "big"]], {}],
  ["a negative blksize is ignored", [["blksize", "-512"]], {}],
  ["tsize tells the size", [["tsize", "0"]], { tsize: "3000" }],
  ["timeout is granted as asked", [["timeout", "255"]], { timeout: "255" }],
  ["a timeout of 0 is ignored", [["timeout", "0"]], {}],
  ["a timeout above 255 is ignored", [["timeout", "256"]], {}],
  ["windowsize is granted", [["windowsize", "4"]], { windowsize: "4" }],
  ["a large windowsize is lowered", [["windowsize", "65535"]], { windowsize: "64" }],
  ["a windowsize of 0 is ignored", [["windowsize", "0"]], {}],
  [
    "an unknown option is left out",
    [
      ["multicast", ""],
      ["tsize", "0"],
    ],
    { tsize: "3000" },
  ],
  [
    "an option of Object is unknown too",
    [
      ["constructor", "1"],
      ["__proto__", "1"],
    ],
    {},
  ],
  ["only unknown options give no OACK", [["utimeout", "300000"]], {}],
  [
    "an option counts the first time",
    [
      ["blksize", "1024"],
      ["BLKSIZE", "600"],
    ],
    { blksize: "1024" },
  ],
  [
    "all options go together, in the order of the request",
    [
      ["tsize", "0"],
      ["blksize", "1428"],
      ["timeout", "5"],
      ["windowsize", "2"],
    ],
    { tsize: "3000", blksize: "1428", timeout: "5", windowsize: "2" },
  ],
];

for (const [title, asked, accepted] of cases) {
  test(title, async () => {
    const tftp = await startTftp({ files: { file: someBytes(3000) } });
    const phone = await aPhone();
    phone.ask(tftp.port, "file", asked);
    const packet = await phone.next();
    if (Object.keys(accepted).length === 0) {
      expect(packet).toMatchObject({ kind: "data", block: 1, data: someBytes(3000).subarray(0, 512) });
    } else {
      expect(packet).toMatchObject({ kind: "oack", options: accepted });
      expect(Object.keys(packet.kind === "oack" ? packet.options : {})).toEqual(Object.keys(accepted));
    }
  });
}

test.skipIf(!hasIPv6)("the MTU bounds blksize, with the longer header of IPv6 too", async () => {
  const files = { file: someBytes(10) };
  const small = await startTftp({ mtu: 1000, files });
  const fetch = { path: "file", blksize: 1428 };
  expect((await fetchTftp({ ...fetch, host: "127.0.0.1", port: small.port })).options).toEqual({ blksize: "968" });
  const both = await startTftp({ host: "::", mtu: 1000, files });
  expect((await fetchTftp({ ...fetch, host: "::1", port: both.port })).options).toEqual({ blksize: "948" });
  expect((await fetchTftp({ ...fetch, host: "127.0.0.1", port: both.port })).options).toEqual({ blksize: "968" });
});

test("no data follows the OACK until the phone confirms it, and then the whole window comes", async () => {
  const tftp = await startTftp({ files: { file: someBytes(3000) } });
  const phone = await aPhone();
  phone.ask(tftp.port, "file", [["windowsize", "4"]]);
  const { port } = await phone.nextOack();
  expect(phone.waiting()).toBe(0);
  phone.ack(1, port);
  phone.ack(0, port);
  for (const block of [1, 2, 3, 4]) expect(await phone.nextData()).toMatchObject({ block });
  phone.ack(4, port);
  expect(await phone.nextData()).toMatchObject({ block: 5 });
  expect((await phone.nextData()).data).toHaveLength(3000 - 5 * 512);
  phone.ack(6, port);
  expect(await tftp.told()).toEqual([{ path: "file", completed: true, bytes: 3000 }]);
});

test("after a gap in a window the server rolls back to the block after the last one acknowledged", async () => {
  const tftp = await startTftp({ files: { file: someBytes(6000) } });
  const phone = await aPhone();
  phone.ask(tftp.port, "file", [["windowsize", "4"]]);
  const { port } = await phone.nextOack();
  phone.ack(0, port);
  for (const block of [1, 2, 3, 4]) expect(await phone.nextData()).toMatchObject({ block });
  phone.ack(2, port);
  for (const block of [3, 4, 5, 6]) expect(await phone.nextData()).toMatchObject({ block });
  phone.ack(2, port);
  phone.ack(6, port);
  expect(await phone.nextData()).toMatchObject({ block: 7, data: someBytes(6000).subarray(3072, 3584) });
});

test("the timeout that the phone chose is the time between repeats", async () => {
  const tftp = await startTftp({ limits: { firstTimeoutMs: 60_000 }, files: { file: "x" } });
  const phone = await aPhone();
  phone.ask(tftp.port, "file", [["timeout", "1"]]);
  await phone.nextOack();
  const sentAt = performance.now();
  await phone.nextOack();
  expect(performance.now() - sentAt).toBeGreaterThan(900);
});

async function aPhone() {
  const phone = await openTftpPhone();
  onTestFinished(() => phone.close());
  return phone;
}
