import { describe, expect, test } from "vitest";
import {
  answerChallenge,
  type Challenge,
  isRightAnswer,
  parseAnswer,
  parseChallenges,
  strongestChallenge,
  writeChallenge,
} from "../../server/sip/digest.ts";

const challenge = (value: string): Challenge => {
  const [first] = parseChallenges(value);
  if (!first) throw new Error("not a challenge");
  return first;
};

describe("an answer", () => {
  // RFC 7616 section 3.9.1: the same request, once with each algorithm.
  const http = {
    method: "GET",
    uri: "/dir/index.html",
    user: "Mufasa",
    secret: "Circle of Life",
    count: 1,
    cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
  };
  const asked = (algorithm: string) =>
    'Digest realm="http-auth@example.org", qop="auth, auth-int", ' +
    `algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", ` +
    'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"';

  test.each([
    ["RFC 7616 3.9.1 MD5", asked("MD5"), "8ca523f5e9506fed4657c9700eebdbec"],
    ["RFC 7616 3.9.1 SHA-256", asked("SHA-256"), "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"],
  ])("%s", (_source, value, response) => {
    const text = answerChallenge(challenge(value), http);
    expect(text).toContain(`response="${response}"`);
    expect(text).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS", qop=auth, nc=00000001');
  });

  test("RFC 2617 3.5", () => {
    const value = 'Digest realm="testrealm@host.com", qop="auth", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const parts = { ...http, secret: "Circle Of Life", cnonce: "0a4f113b" };
    expect(answerChallenge(challenge(value), parts)).toContain('response="6629fae49393a05397450978507c4ef1"');
  });

  test("RFC 2069 2.4, as corrected (errata 749): without qop there is no counter", () => {
    const value = 'Digest realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"';
    const text = answerChallenge(challenge(value), { ...http, secret: "CircleOfLife" });
    expect(text).toContain('response="1949323746fe6a43ef61f9606e7febea"');
    expect(text).not.toMatch(/nc=|qop=|cnonce=/);
  });

  test("counts in eight hexadecimal digits", () => {
    expect(answerChallenge(challenge(asked("MD5")), { ...http, count: 255 })).toMatch(/nc=000000ff$/);
  });

  test("escapes what would end a text early, and refuses a line break", () => {
    expect(answerChallenge(challenge(asked("MD5")), { ...http, user: 'a"b\\c' })).toContain('username="a\\"b\\\\c"');
    expect(() => answerChallenge(challenge(asked("MD5")), { ...http, user: "a\r\nX: y" })).toThrow(RangeError);
  });
});

describe("of several challenges", () => {
  const one = (algorithm: string, more = "") => `Digest realm="x", nonce="${algorithm}", algorithm=${algorithm}${more}`;

  test.each<[string, string[], string | undefined]>([
    ["RFC 8760 2.4: the strongest", [one("MD5"), one("SHA-256")], "SHA-256"],
    ["the strongest, whatever the order", [one("SHA-256"), one("MD5")], "SHA-256"],
    ["several in one field", [`Basic realm="x", ${one("MD5")}, ${one("SHA-256")}`], "SHA-256"],
    ["one of an unknown algorithm is passed over", [one("SHA-3"), one("MD5-sess")], "MD5-sess"],
    ["one of another scheme is passed over", ['Bearer realm="x"', one("MD5")], "MD5"],
    ["one that asks for auth-int alone is passed over", [one("SHA-256", ', qop="auth-int"'), one("MD5")], "MD5"],
    ["no algorithm is MD5", ['Digest realm="x", nonce="MD5"'], "MD5"],
    ["a quoted algorithm", ['digest realm="x",nonce="n",algorithm="md5"'], "MD5"],
    ["nothing that is known", ['Basic realm="x"', one("SHA-3")], undefined],
    ["a digest without nonce", ['Digest realm="x"'], undefined],
    ["a control character, which could not be sent back", ['Digest realm="x\u0001", nonce="n"'], undefined],
    ["a nonce that fits into no datagram", [`Digest realm="x", nonce="${"n".repeat(5000)}"`], undefined],
  ])("%s", (_what, values, algorithm) => {
    expect(strongestChallenge(values)?.algorithm).toBe(algorithm);
  });

  test("what it says is understood, commas and escapes within quotes as well", () => {
    const value = 'Digest realm="a, \\"b\\"", nonce="n=", opaque="", qop="auth-int,auth", stale=TRUE, domain="sip:x"';
    const expected = { realm: 'a, "b"', nonce: "n=", opaque: "", algorithm: "MD5", qop: "auth", stale: true };
    expect(challenge(value)).toEqual(expected);
  });
});

describe("the side that asks", () => {
  const parts = { method: "NOTIFY", uri: "sip:201@192.0.2.7", user: "201", secret: "pass" };
  const expected = { ...parts, realm: "phone" };

  for (const algorithm of ["MD5", "MD5-sess", "SHA-256", "SHA-256-sess", "SHA-512-256"] as const) {
    for (const qop of ["auth", undefined] as const) {
      const asked: Challenge = {
        realm: "phone",
        nonce: "n",
        opaque: "o",
        algorithm,
        stale: false,
        ...(qop && { qop }),
      };

      test(`takes the right answer and no other (${algorithm}, ${qop ?? "no qop"})`, () => {
        expect(challenge(writeChallenge(asked))).toEqual(asked);
        const answer = parseAnswer(answerChallenge(asked, { ...parts, count: 1 }));
        if (!answer) throw new Error("not an answer");
        expect(isRightAnswer(answer, expected)).toBe(true);
        for (const wrong of [
          { secret: "Pass" },
          { method: "OPTIONS" },
          { uri: "sip:202@x" },
          { user: "202" },
          { realm: "p" },
        ]) {
          expect(isRightAnswer(answer, { ...expected, ...wrong })).toBe(false);
        }
        expect(isRightAnswer({ ...answer, nonce: "m" }, expected)).toBe(false);
        expect(isRightAnswer({ ...answer, response: "" }, expected)).toBe(false);
      });
    }
  }

  test.each([
    "Basic dXNlcjpwYXNz",
    'Digest username="u", realm="r", nonce="n", uri="/"',
    'Digest username="u", realm="r", nonce="n", uri="/", response="x", qop=auth, nc=1, cnonce="c"',
    'Digest username="u", realm="r", nonce="n", uri="/", response="x", qop=auth, nc=00000001',
    'Digest username="u", realm="r", nonce="n", uri="/", response="x", algorithm=SHA-3',
    "",
  ])("sees no answer in %j", (value) => expect(parseAnswer(value)).toBeUndefined());
});
