import { describe, expect, it } from "vitest";
import type { Notice } from "../../server/domain/push.ts";
import { type StampFacts, stampsToTell } from "../../server/domain/stamps.ts";
import { filledIn } from "../../server/push/connection/notice.ts";

const stamps = { given: { device: "1111", "soft-keys": "2222" }, other: "0000" };
const others = { given: { device: "0000", "soft-keys": "0000" }, other: "0000" };
const hasAnother = { digest: "1110" };
const hasIt = { digest: "1111" };

describe("the stamps that a phone is told", () => {
  it.each<readonly [string, Omit<StampFacts, "digest" | "revision">, object]>([
    ["has another revision", { served: hasAnother }, stamps],
    ["was told of an earlier revision", { served: hasAnother, push: { revision: 6, result: "sent" } }, stamps],
    ["was left out", { served: hasAnother, push: { revision: 7, result: "not-pushed" } }, stamps],
    ["has this revision and is to read it again", { served: hasIt }, others],
    [
      "was told of this revision and did not come",
      { served: hasAnother, push: { revision: 7, result: "sent" } },
      others,
    ],
    ["was told and did not answer", { served: hasAnother, push: { revision: 7, result: "unreachable" } }, others],
    ["was told and refused", { served: hasAnother, push: { revision: 7, result: "refused" } }, others],
    ["was never seen to fetch a file", {}, others],
    ["was sent this revision, perhaps to its end", { served: hasAnother, begun: "1111" }, others],
    ["was sent no more than what it has", { served: hasAnother, begun: "1110" }, stamps],
  ])("where it %s", (_, facts, told) => {
    expect(stampsToTell(stamps, { digest: "1111", revision: 7, ...facts })).toEqual(told);
  });
});

describe("a placeholder in a notice", () => {
  const notice: Notice = { event: "service-control", stamps };
  it.each([
    ["a stamp", "A={{stamp:device}}\r\nB={{stamp:soft-keys}}\r\n", "A={1111}\r\nB={2222}\r\n"],
    ["a stamp that is not known", "A={{stamp:dial-template}}\r\n", "A={0000}\r\n"],
    ["a stamp of a file that it is given", "a=b\r\nA={{stamp:soft-keys?}}\r\n", "a=b\r\nA={2222}\r\n"],
    ["a stamp of a file that it is not given", "a=b\r\nA={{stamp:policy?}}\r\nc=d\r\n", "a=b\r\nc=d\r\n"],
    ["a Call-ID that a replacement would read", "A={{callId}}\r\n", "A={$&1@x}\r\n"],
  ])("that is %s", (_, body, filled) => {
    expect(filledIn({ ...notice, body }, "$&1@x")).toEqual({ event: "service-control", body: filled });
  });

  it("stays as it is in a text that people wrote", () => {
    const body = "<Text>{stamp:device}</Text>";
    expect(filledIn({ event: "XML-Service", body }).body).toBe(body);
  });
});
