import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseAddress, parseCseq, parseVia } from "../../server/sip/headers.ts";
import {
  headerOf,
  headersOf,
  isRequest,
  parseMessage,
  type SipMessage,
  writeMessage,
} from "../../server/sip/message.ts";
import { MessageStream } from "../../server/sip/stream.ts";

const notify = [
  "NOTIFY sip:201@192.0.2.7:5060 SIP/2.0",
  "Via: SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK776asdhds",
  "Max-Forwards: 70",
  "From: <sip:offhook@pbx.example>;tag=1928301774",
  "To: <sip:201@pbx.example>",
  "Call-ID: a84b4c76e66710",
  "CSeq: 314159 NOTIFY",
  "Event: resync",
];

/** The message above with lines taken away, added or exchanged: `[["To", undefined], ["Event", "Event: report"]]`. */
function written(changes: readonly (readonly [start: string, line: string | undefined])[] = [], body = ""): string {
  let lines: readonly string[] = notify;
  for (const [start, line] of changes) {
    const index = lines.findIndex((each) => each.startsWith(start));
    const kept = lines.filter((_, at) => at !== index);
    lines = line === undefined ? kept : kept.toSpliced(index < 0 ? kept.length : index, 0, line);
  }
  return `${lines.join("\r\n")}\r\n\r\n${body}`;
}

const parse = (text: string) => parseMessage(Buffer.from(text));

describe("reading a message", () => {
  test("gives a request with its fields in order", () => {
    const message = parse(written([["Content-Length", "Content-Length: 4"]], "body and more"));
    expect(message).toMatchObject({ method: "NOTIFY", uri: "sip:201@192.0.2.7:5060" });
    expect(message?.headers.map(([name]) => name).slice(0, 3)).toEqual(["Via", "Max-Forwards", "From"]);
    expect(message?.body.toString()).toBe("body");
  });

  test("gives a response with its status and reason", () => {
    const message = parse(written([["NOTIFY", "SIP/2.0 489 Bad Event"]]));
    expect(message).toMatchObject({ status: 489, reason: "Bad Event" });
  });

  test("takes the rest of a datagram for the body where no length is told (18.3)", () => {
    expect(parse(written([], "all of it"))?.body.toString()).toBe("all of it");
  });

  const names: readonly (readonly [given: string, asked: string, value: string])[] = [
    ["o: report", "Event", "report"],
    ["EVENT: report", "event", "report"],
    ["Event  : report", "Event", "report"],
    ["Event:report", "o", "report"],
    ["Event: re\r\n port", "Event", "re port"],
    ["Event: re\r\n\tport", "Event", "re port"],
    ["Event:\r\n report", "Event", "report"],
  ];
  test.each(names)("7.3.1 and 7.3.3: %j is understood", (line, asked, value) => {
    const message = parse(written([["Event", line]]));
    expect(message && headerOf(message, asked)).toBe(value);
  });

  test.each([
    ["Allow: NOTIFY, OPTIONS", "Allow", ["NOTIFY", "OPTIONS"]],
    ['Contact: "a, b" <sip:a@x>, <sip:b,c@x>', "m", ['"a, b" <sip:a@x>', "<sip:b,c@x>"]],
    ['WWW-Authenticate: Digest realm="x", nonce="y"', "www-authenticate", ['Digest realm="x", nonce="y"']],
    ["Allow: NOTIFY\r\nAllow: OPTIONS", "Allow", ["NOTIFY", "OPTIONS"]],
  ])("7.3.1: %j counts as so many values", (line, name, values) => {
    const message = parse(written([["Event", line]]));
    expect(message && headersOf(message, name)).toEqual(values);
  });

  // The invalid ones of RFC 4475 section 3, as far as they are about what is read here, and those that must be taken.
  const torture: readonly (readonly [section: string, isTaken: boolean, text: string])[] = [
    ["7.5 empty lines before it", true, `\r\n\r\n${written()}`],
    ["3.1.1.1 wsinv: white space wherever it may be", true, tortuous()],
    ["3.1.1.2 intmeth: a method of odd letters", true, written(method("!interesting-Method0123456789_*+`.%indeed'~"))],
    ["3.1.1.3 esc01: escapes in a URI", true, written([["NOTIFY", "NOTIFY sip:sips%3Auser%40example.com@x SIP/2.0"]])],
    ["3.1.1.5 esc02: a method with escapes", true, written(method("RE%47IST%45R"))],
    ["3.1.1.6 lwsdisp: no space before the bracket", true, written([["From", "From: caller<sip:c@x>;tag=323"]])],
    ["3.1.1.8 dblreq: more behind the body", true, written([["Content-Length", "Content-Length: 0"]], written())],
    ["3.1.1.13 noreason: a status without words", true, written([["NOTIFY", "SIP/2.0 200 "]])],
    ["3.1.2.1 badinv01: empty pieces in Via", false, written([["Via", "Via: SIP/2.0/UDP 192.0.2.15;;,;,,"]])],
    ["3.1.2.2 clerr: a length beyond the end", false, written([["Content-Length", "Content-Length: 9999"]], "short")],
    ["3.1.2.3 ncl: a negative length", false, written([["Content-Length", "Content-Length: -999"]])],
    [
      "3.1.2.4 scalar02: a number of CSeq beyond all bounds",
      false,
      written([["CSeq", "CSeq: 36893488147419103232 NOTIFY"]]),
    ],
    [
      "3.1.2.6 quotbal: a quote that is not closed",
      false,
      written([["To", 'To: "Mr. J. User <sip:j.user@example.com>']]),
    ],
    ["3.1.2.7 ltgtruri: brackets around the Request-URI", false, written([["NOTIFY", "NOTIFY <sip:201@x> SIP/2.0"]])],
    ["3.1.2.8 lwsruri: white space in the Request-URI", false, written([["NOTIFY", "NOTIFY sip:201@x; lr SIP/2.0"]])],
    ["3.1.2.9 lwsstart: several spaces", false, written([["NOTIFY", "NOTIFY  sip:201@x  SIP/2.0"]])],
    ["3.1.2.10 trws: a space at the end", false, written([["NOTIFY", "NOTIFY sip:201@x SIP/2.0 "]])],
    [
      "3.1.2.14 badaspec: white space in the address",
      false,
      written([["To", 'To: "Watson, Thomas" < sip:t.watson@example.org >']]),
    ],
    ["3.1.2.15 baddn: a comma in a name without quotes", false, written([["From", "From: Bell, Alexander <sip:b@x>"]])],
    ["3.1.2.16 badvers: another version", false, written([["NOTIFY", "NOTIFY sip:201@x SIP/7.0"]])],
    ["3.1.2.17 mismatch01: another method in CSeq", false, written([["CSeq", "CSeq: 8 INVITE"]])],
    ["3.1.2.19 bigcode: a status beyond all bounds", false, written([["NOTIFY", "SIP/2.0 4294967301 better not"]])],
    ["3.3.1 insuf: no To", false, written([["To", undefined]])],
    ["3.3.1 insuf: no Via", false, written([["Via", undefined]])],
    ["3.3.8 multi01: two Call-IDs", false, written([["Event", "Call-ID: another"]])],
    ["3.3.8 multi01: two From", false, written([["Event", "f: <sip:other@x>;tag=2"]])],
    ["3.3.9 mcl01: two lengths", false, written([["Event", "Content-Length: 8\r\nl: 5"]], "12345678")],
    ["a line without a colon", false, written([["Event", "Event resync"]])],
    ["a header name with a space", false, written([["Event", "Ev ent: resync"]])],
    ["a bare line feed", false, written([["Event", "Event: resync\nX: y"]])],
    ["a bare carriage return", false, written([["Event", "Event: resync\rX: y"]])],
    ["no empty line at the end", false, notify.join("\r\n")],
    ["101 fields", false, written([["Event", Array.from({ length: 95 }, () => "X: y").join("\r\n")]])],
    ["more than 64 KB", false, written([], "x".repeat(64 * 1024))],
  ];
  test.each(torture)("RFC 4475 %s: %s", (_section, isTaken, text) => {
    expect(parse(text) !== undefined).toBe(isTaken);
  });

  test("never fails, whatever comes, and then is whole or nothing", () => {
    const pieces = fc.oneof(
      fc.constantFrom(...notify, "\r\n", ":", " ", ",", ";", '"', "<", ">", "\\", "="),
      fc.string(),
    );
    const edits = fc.array(fc.tuple(fc.nat(400), fc.nat(20), pieces), { maxLength: 6 });
    let whole = 0;
    fc.assert(
      fc.property(edits, (each) => {
        const text = each.reduce((old, [at, cut, piece]) => old.slice(0, at) + piece + old.slice(at + cut), written());
        const message = parse(text);
        if (!message) return;
        whole += 1;
        expect(parseCseq(headerOf(message, "CSeq") ?? "")).toBeDefined();
        expect(parseMessage(writeMessage(message))).toBeDefined();
      }),
      { numRuns: 500 },
    );
    expect(whole).toBeGreaterThan(10);
  });

  test.each([
    ["From", `From: ${" ".repeat(30_000)}x${" ".repeat(30_000)}y`],
    ["From", `From: "${"\\".repeat(60_000)}`],
    ["From", `From: ${"<".repeat(60_000)}`],
    ["Via", `Via: SIP/2.0/UDP ${" ".repeat(30_000)}${";".repeat(30_000)}`],
    ["Via", `Via: SIP/2.0/UDP x${` ;${"a".repeat(10)} = ${" ".repeat(50)}`.repeat(900)}`],
    ["CSeq", `CSeq: ${"1".repeat(60_000)}`],
  ])("is not held up by what a long %s looks like", (start, line) => {
    const startedAt = performance.now();
    parse(written([[start, line]]));
    expect(performance.now() - startedAt).toBeLessThan(250);
  });
});

describe("fields", () => {
  test.each([
    ['"A. G. Bell" <sip:agb@bell.example>;tag=a48s', "sip:agb@bell.example", "a48s"],
    ["sip:+12125551212@phone.example;tag=887s", "sip:+12125551212@phone.example", "887s"],
    ["<sip:a@x;transport=tcp?b=c> ; TAG = 1", "sip:a@x;transport=tcp?b=c", "1"],
    ['"Quote \\" <sip:no@x>" <sip:yes@x>', "sip:yes@x", undefined],
  ])("20.20: the address %s", (value, uri, tag) => {
    const address = parseAddress(value);
    expect([address?.uri, address?.parameters.get("tag")]).toEqual([uri, tag]);
  });

  test.each([
    ["SIP/2.0/UDP erlang.example:5061;branch=z9hG4bK87a", "UDP", "erlang.example", 5061],
    ["SIP / 2.0 / tcp first.example: 4000;ttl=16", "TCP", "first.example", 4000],
    ["SIP/2.0/TLS [2001:db8::9:1];rport;received=192.0.2.7", "TLS", "[2001:db8::9:1]", undefined],
  ])("20.42: the Via %s", (value, transport, host, port) => {
    const via = parseVia(value);
    expect([via?.transport, via?.host, via?.port]).toEqual([transport, host, port]);
  });

  test.each(["SIP/3.0/UDP x", "SIP/2.0/UDP", "SIP/2.0/UDP x:99999", "SIP/2.0/UDP x;;branch=1", "HTTP/1.1 x"])(
    "the Via %s is none",
    (value) => expect(parseVia(value)).toBeUndefined(),
  );

  test.each([
    ["2147483647 NOTIFY", { number: 2147483647, method: "NOTIFY" }],
    ["2147483648 NOTIFY", undefined],
    ["-1 NOTIFY", undefined],
    ["1", undefined],
  ])("8.1.1.5: the CSeq %s", (value, expected) => expect(parseCseq(value)).toEqual(expected));
});

describe("writing a message", () => {
  test("is read again as what it was, with its length", () => {
    const message = whole(written([], "action=restart\r\n"));
    const bytes = writeMessage(message);
    expect(bytes.toString()).toContain("\r\nContent-Length: 16\r\n\r\naction=restart\r\n");
    expect(parseMessage(bytes)).toMatchObject({ body: Buffer.from("action=restart\r\n") });
  });

  test("tells one length, its own", () => {
    const message = whole(written([["Content-Length", "l: 2"]], "xy"));
    const text = writeMessage({ ...message, body: Buffer.from("abc") }).toString();
    expect(text.match(/^(l|content-length):.*$/gim)).toEqual(["Content-Length: 3"]);
  });

  test.each<[string, Partial<SipMessage> & object]>([
    ["a line break in a value", { headers: [["Event", "resync\r\nX: y"]] }],
    ["a bare line feed in a value", { headers: [["Event", "resync\nX: y"]] }],
    ["a line break in a name", { headers: [["Event\r\nX", "y"]] }],
    ["a colon in a name", { headers: [["Event: x\tX", "y"]] }],
    ["a line break in the Request-URI", { uri: "sip:201@x SIP/2.0\r\nX: y" }],
    ["a space in the Request-URI", { uri: "sip:2 01@x" }],
    ["a space in the method", { method: "NOTIFY sip:x" }],
    ["more than 64 KB", { body: Buffer.alloc(64 * 1024) }],
  ])("is refused with %s", (_what, change) => {
    expect(() => writeMessage({ ...whole(written()), ...change } as SipMessage)).toThrow(RangeError);
  });
});

describe("messages out of a stream (18.3)", () => {
  const messages = [written([["Content-Length", "Content-Length: 5"]], "hello"), written([["Content-Length", "l: 0"]])];

  test("come out whole, however they are cut", () => {
    const bytes = Buffer.from(`\r\n\r\n${messages.join("\r\n")}`);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const bodies: string[] = [];
        const stream = new MessageStream();
        const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
        for (const [at, edge] of edges.entries()) {
          const isWell = stream.push(bytes.subarray(edges[at - 1] ?? 0, edge), ({ body }) =>
            bodies.push(body.toString()),
          );
          expect(isWell).toBe(true);
        }
        expect(bodies).toEqual(["hello", ""]);
      }),
    );
  });

  test.each([
    ["no length", written()],
    ["nonsense", "GET / HTTP/1.1\r\n\r\n"],
    ["a header without end", "X: ".padEnd(70_000, "y")],
    ["a body that is too long", written([["Content-Length", "Content-Length: 65536"]])],
  ])("end at %s", (_what, text) => {
    expect(new MessageStream().push(Buffer.from(text), () => {})).toBe(false);
  });
});

function whole(text: string): SipMessage {
  const message = parse(text);
  if (!message) throw new Error("the test's own message is none");
  return message;
}

function method(name: string): [string, string][] {
  return [
    ["NOTIFY", `${name} sip:201@192.0.2.7 SIP/2.0`],
    ["CSeq", `CSeq: 1 ${name}`],
  ];
}

/** After RFC 4475 section 3.1.1.1. */
function tortuous(): string {
  return [
    "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0",
    "TO :",
    " sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n",
    'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
    "  ;",
    "  tag = 98asjd8",
    "MaX-fOrWaRdS: 0068",
    "Call-ID: wsinv.ndaksdj@192.0.2.1",
    "Content-Length   : 4",
    "cseq: 0009",
    "  INVITE",
    "Via  : SIP  /   2.0",
    " /UDP",
    "    192.0.2.2;branch=390skdjuw",
    "s :",
    "NewFangledHeader:   newfangled value",
    " continued newfangled value",
    "UnknownHeaderWithUnusualValue: ;;,,;;,;",
    "v:  SIP  / 2.0  / TCP     spindle.example.com   ;",
    "  branch  =   z9hG4bK9ikj8  ,",
    " SIP  /    2.0   / UDP  192.168.255.111   ; branch=",
    " z9hG4bK30239",
    "",
    "v=0 ",
  ].join("\r\n");
}

test("a request is told from a response", () => {
  expect([isRequest(whole(written())), isRequest(whole(written([["NOTIFY", "SIP/2.0 200 OK"]])))]).toEqual([
    true,
    false,
  ]);
});
