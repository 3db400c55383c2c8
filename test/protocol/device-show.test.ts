import { expect, test } from "vitest";
import { headerOf } from "../../server/sip/message.ts";
import type { Json, ProblemBody } from "../support/admin-office.ts";
import { addressIn, fetches, mac, openEnterprise, openOffice, openTold } from "../support/show-office.ts";
import { openSipPhone } from "../support/sip-phone.ts";

const page = (prompt: string, text: string) =>
  '<?xml version="1.0" encoding="utf-8"?><CiscoIPPhoneText><Title>Bakery &amp; &lt;Café&gt;</Title>' +
  `<Prompt>${prompt}</Prompt><Text>${text}</Text></CiscoIPPhoneText>`;

test("a phone shows the names of its lines, and has shown them when it fetched the page", async () => {
  const { hear, page: found } = fetches();
  const { office, phone } = await openTold({}, hear);
  const answer = await office.show({ what: "name" });
  expect(answer).toMatchObject({ state: "sent", action: "show", shown: true });
  const [asked] = phone.requests;
  expect(asked && [headerOf(asked, "Event"), headerOf(asked, "Content-Type")]).toEqual(["XML-Service", "text/xml"]);
  expect(asked?.body.toString()).toMatch(
    /^<\?xml version="1\.0" encoding="utf-8"\?><CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="http:\/\/127\.0\.0\.1:\d+\/show\/[\w-]{22}"\/><\/CiscoIPPhoneExecute>$/,
  );
  const { headers } = await found;
  expect([headers.get("content-type"), headers.get("cache-control"), headers.get("expires")]).toEqual([
    "text/xml; charset=utf-8",
    "no-store",
    "-1",
  ]);
  expect(await (await found).text()).toBe(
    page("Front desk", "Ελένη &quot;Lenka&quot; O&apos;Neil &lt;&amp;&gt; 9721\n9722"),
  );
});

test("a phone shows a text", async () => {
  const { hear, page: found } = fetches();
  const { office } = await openTold({}, hear);
  expect((await office.show({ what: "text", text: "Καλημέρα <b>&amp; 'go'" })).shown).toBe(true);
  expect(await (await found).text()).toBe(page("Front desk", "Καλημέρα &lt;b&gt;&amp;amp; &apos;go&apos;"));
});

test("an SPA phone takes the address alone, by which it rings as well", async () => {
  const { hear, page: found } = fetches();
  const { office, phone } = await openTold({ model: "cisco/spa504g", settings: {} }, hear);
  expect((await office.show()).shown).toBe(true);
  const [asked] = phone.requests;
  expect(asked?.body.toString()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/show\/[\w-]{22}$/);
  expect(await (await found).text()).toBe(
    '<?xml version="1.0" encoding="utf-8"?><CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="Play:Ring1.raw"/></CiscoIPPhoneExecute>',
  );
});

test("an enterprise phone is asked by its web server, and asks us whether it may", async () => {
  const found: string[] = [];
  const { office, server } = await openEnterprise({
    async obey(body) {
      const form = new URLSearchParams(body);
      found.push(await (await fetch(addressIn(form.get("XML") ?? ""))).text());
    },
  });
  expect(await office.show({ what: "text", text: "Lunch" })).toMatchObject({ state: "sent", shown: true });
  const [, asked] = server.asked;
  expect(asked).toMatchObject({ method: "POST", url: "/CGI/Execute" });
  expect(new URLSearchParams(asked?.body).get("XML")).toMatch(
    /^<\?xml version="1\.0" encoding="utf-8"\?><CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="http:\/\/127\.0\.0\.1:\d+\/show\/[\w-]{22}"\/><\/CiscoIPPhoneExecute>$/,
  );
  expect(found).toEqual([page("Front desk", "Lunch")]);
});

test("a phone that took the order and did not fetch the page has shown nothing", async () => {
  const { office, phone } = await openTold({ showMs: 30 }, () => undefined);
  expect(await office.show({ what: "name" })).toMatchObject({
    state: "sent",
    shown: false,
    reason: expect.stringMatching(
      /; the phone did not fetch it within 0\.03 s: it may be in a call, not take such requests \(access\.commands\)/,
    ),
  });
  expect(phone.requests).toHaveLength(1);
});

test("a phone that nothing can be sent to is unreachable: it does not come by itself for a page", async () => {
  const { office, phone } = await openTold({ settings: { "sip.onlyProxy": true } }, () => undefined);
  expect(await office.show({ what: "name" })).toMatchObject({
    state: "unreachable",
    shown: false,
    reason: expect.stringMatching(/^nothing could be sent; sip-notify: .*sip\.onlyProxy/),
  });
  expect(phone.requests).toEqual([]);
});

test("a phone that refuses has shown nothing, and the reason is its own", async () => {
  const phone = await openSipPhone(() => ({ status: 489, reason: "Bad Event" }));
  const settings = {
    ...{ "push.address": "127.0.0.1", "push.port": phone.destination("udp").port },
    ...{ "sip.onlyProxy": false, "push.transport": "sip-notify" },
  };
  const answer = await (await openOffice({ settings })).show({ what: "name" });
  expect(answer).toMatchObject({ state: "refused", shown: false, reason: expect.stringContaining("489") });
});

test("that a phone rang is not claimed", async () => {
  const { office } = await openTold({}, () => undefined);
  const answer = await office.show({ what: "ring" });
  expect(answer).toMatchObject({ state: "sent", reason: expect.stringMatching(/; whether it rang can't be known$/) });
  expect(answer).not.toHaveProperty("shown");
});

test.each<[string, Json, string]>([
  ["a text that is too long", { what: "text", text: "é".repeat(129) }, "/text"],
  ["a text with a line break", { what: "text", text: "one\ntwo" }, "/text"],
  ["no text", { what: "text" }, "/text"],
  ["a text of blanks", { what: "text", text: "  " }, "/text"],
  ["a text that would not be shown", { what: "name", text: "hello" }, "/text"],
  ["another thing", { what: "dance" }, "/what"],
])("nothing is sent for %s", async (_what, body, pointer) => {
  const { office, phone } = await openTold({}, () => undefined);
  const { json, status } = await office.call<ProblemBody>("POST", `/devices/${mac}/show`, body);
  expect([status, json.errors.map((each) => each.pointer)]).toEqual([422, [pointer]]);
  expect(phone.requests).toEqual([]);
});

test.each([
  ["cisco/7960", {}, /has no way to show itself/],
  ["cisco/ata191", {}, /has no way to show itself/],
  ["cisco/8851-3pcc", {}, /it never asked, and push\.address is not set/],
])("where %s can't show a page, the answer says why", async (model, settings, reason) => {
  const office = await openOffice({ model, settings, lines: ["9722"] });
  const { json, status } = await office.call<ProblemBody>("POST", `/devices/${mac}/show`, { what: "name" });
  expect([status, json.code, json.detail]).toEqual([409, "CONFLICT", expect.stringMatching(reason)]);
});

test("where phones don't know this server they can ring and show nothing", async () => {
  const { office, phone } = await openTold({}, () => undefined);
  office.office.advertised.base = "";
  const { json, status } = await office.call<ProblemBody>("POST", `/devices/${mac}/show`, { what: "name" });
  expect([status, json.detail]).toEqual([409, expect.stringContaining("OFFHOOK_ADVERTISE")]);
  expect((await office.show()).state).toBe("sent");
  expect(phone.requests).toHaveLength(1);
});
