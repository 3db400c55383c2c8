import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { parseMac } from "../../server/domain/mac.ts";
import { phoneOf } from "../../server/simulate/phones.ts";
import type { Shares } from "../../server/simulate/stay/cast.ts";
import type { Order } from "../../server/simulate/stay/notice.ts";
import { OrdersInTurn } from "../../server/simulate/stay/orders-in-turn.ts";
import type { StayEvent } from "../../server/simulate/stay/stay-event.ts";
import { stayFleet } from "../../server/simulate/stay/staying-fleet.ts";
import { StayingPhone } from "../../server/simulate/stay/staying-phone.ts";
import type { Json } from "../support/admin-office.ts";
import { anAsk, openSipClient } from "../support/sip-phone.ts";
import { openStandingOffice } from "../support/standing-office.ts";

const catalogue = createCatalogue("profiles");
const mac = parseMac("00562b043615") ?? expect.fail();

interface ShowAnswer {
  readonly state: string;
  readonly reason: string;
  readonly shown?: boolean;
}

/** What became of orders, without what came. */
const doneOf = (events: readonly StayEvent[]) =>
  events.flatMap(({ detail, event }) => (["up", "set", "told"].includes(event) ? [] : [`${event}: ${detail}`]));

/** An office with one phone that has its file and stays, and is told where it listens. */
async function openOffice(model: string, shares: Shares = {}, showMs = 5000) {
  const office = await openStandingOffice({ showMs });
  onTestFinished(() => office.close());
  const { admin, server } = office;
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "201", extension: "201", displayName: "Ελένη" });
  await admin.ok("POST", "/devices", { mac, model, lines: ["201"] });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const events: StayEvent[] = [];
  const onEvent = (event: StayEvent) => void events.push(event);
  const fleet = await stayFleet([phoneOf(catalogue, model, mac)], server, { onEvent, shares, webPort: 0 });
  onTestFinished(() => fleet.close());
  const phone = fleet.phones[0] ?? expect.fail();
  const { address, port } = phone.place ?? expect.fail();
  await admin.ok("PATCH", `/devices/${mac}`, { settings: { "push.address": address, "push.port": port } });
  const way = admin.office.transports.find(({ name }) => name === "phone-http") ?? expect.fail();
  const { send } = way;
  // Enterprise phones listen at port 80 only, which a test can't have.
  const { webPort } = phone;
  if (webPort !== undefined)
    way.send = (target, signal) => send({ ...target, webServer: { scheme: "http", port: webPort } }, signal);
  const show = (body: Json) => admin.ok<ShowAnswer>("POST", `/devices/${mac}/show`, body);
  return { admin, phone, show, done: () => doneOf(events) };
}

const kinds = ["cisco/8851-3pcc", "cisco/9861", "cisco/spa504g", "cisco/8851"];

describe("a staying phone that is to show something", () => {
  it.each(kinds)("%s fetches the page, and so has shown it", async (model) => {
    const office = await openOffice(model);
    expect(await office.show({ what: "name" })).toMatchObject({ state: "sent", shown: true });
    await expect.poll(office.done).toEqual([expect.stringMatching(/^shown: CiscoIPPhoneText, \d+ bytes$/)]);
  });

  it.each(kinds)("%s that is deaf takes the order and shows nothing", async (model) => {
    const office = await openOffice(model, { deaf: 1 }, 200);
    expect(await office.show({ what: "name" })).toMatchObject({
      state: "sent",
      shown: false,
      reason: expect.stringContaining("the phone did not fetch it within 0.2 s"),
    });
    expect(office.done()).toEqual([]);
  });

  it.each([
    ["cisco/spa504g", true, /^shown: CiscoIPPhoneExecute, \d+ bytes$/],
    ["cisco/8851-3pcc", undefined, /^shown: 1 items of its own$/],
    ["cisco/8851", undefined, /^shown: 1 items of its own$/],
  ])("%s rings; that it fetched something is told: %s", async (model, shown, done) => {
    const office = await openOffice(model);
    expect((await office.show({ what: "ring" })).shown).toBe(shown);
    await expect.poll(office.done).toEqual([expect.stringMatching(done)]);
  });

  it("refuses whom its authenticationURL does not know, and whoever its file keeps out", async () => {
    const { admin, done, phone } = await openOffice("cisco/8851");
    const ask = async (authorization?: string, body = "XML=%3CCiscoIPPhoneExecute%2F%3E") => {
      const address = `http://127.0.0.1:${phone.webPort}/CGI/Execute`;
      const answer = await fetch(address, { method: "POST", body, headers: authorization ? { authorization } : {} });
      return [answer.status, await answer.text()];
    };
    expect(await ask()).toEqual([401, ""]);
    expect(await ask(`Basic ${btoa("somebody:secret")}`)).toEqual([200, '<CiscoIPPhoneError Number="4"/>']);
    expect((await ask(`Basic ${btoa("a:b")}`, `XML=${"a".repeat(40_001)}`))[0]).toBe(413);
    const login = () => {
      const { password, user } = admin.office.logins.issue({ mac, address: "127.0.0.1" });
      return `Basic ${btoa(`${user}:${password}`)}`;
    };
    expect(await ask(login(), "XML=other")).toEqual([200, '<CiscoIPPhoneError Number="1"/>']);
    phone.set("device/authenticationURL", "http://127.0.0.1:9/authentication");
    expect(await ask(login())).toEqual([200, '<CiscoIPPhoneError Number="4"/>']);
    phone.set("device/vendorConfig/webAccess", "1");
    await expect(ask(login())).rejects.toThrow();
    expect(done()).toEqual([]);
  });
});

describe("a page", () => {
  /** Answers everything with this. */
  async function openServer(status: number, body: string) {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url ?? "");
      response.writeHead(status).end(body);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { asked, port: (server.address() as AddressInfo).port };
  }

  /** A phone that never booted, with that server. */
  async function openPhone(httpPort: number, model = "cisco/8851-3pcc") {
    const events: StayEvent[] = [];
    const phone = new StayingPhone({
      ...{ phone: phoneOf(catalogue, model, mac), role: { character: "well" }, lossShare: 0, seed: 7 },
      server: { host: "127.0.0.1", httpPort, patience: { httpMs: 2000 } },
      report: { mac, model, state: "failed", faults: [], milliseconds: 0, steps: [] },
      place: { address: "127.0.0.1", port: 0 },
      onEvent: (event) => events.push(event),
    });
    onTestFinished(() => phone.close());
    await phone.open();
    return { phone, events, done: () => doneOf(events) };
  }

  async function tellBySip({ place }: StayingPhone, body: string): Promise<void> {
    const { address, port } = place ?? expect.fail();
    const ask = anAsk({ address, port, signalling: "tcp" });
    await openSipClient().request({ ...ask, headers: [["Event", "XML-Service"]], body: Buffer.from(body) });
  }

  /** What becomes of it. */
  async function told(httpPort: number, body: string, model?: string) {
    const { done, events, phone } = await openPhone(httpPort, model);
    await tellBySip(phone, body);
    await expect.poll(done).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain("token");
    return done()[0];
  }

  const execute = (url: string) =>
    `<CiscoIPPhoneExecute><ExecuteItem Priority="0" URL="${url}"/></CiscoIPPhoneExecute>`;

  it.each([
    [200, "<CiscoIPPhoneText/>", "shown: CiscoIPPhoneText, 19 bytes"],
    [404, "", "failed: the page: status 404"],
    [200, "token", "failed: the page: is not well-formed XML: line 1, column 5: text data outside of root node"],
    [200, "<Token/>", "failed: the page: the root element is not CiscoIPPhoneText or CiscoIPPhoneExecute"],
    [200, " ".repeat(65_537), "failed: the page: the file does not end"],
  ])("is taken for what it is: %i %.20s", async (status, body, done) => {
    const { asked, port } = await openServer(status, body);
    expect(await told(port, execute(`http://127.0.0.1:${port}/show/token`))).toBe(done);
    expect(asked).toEqual(["/show/token"]);
  });

  it.each([
    ["another port", (port: number) => `http://127.0.0.1:${port}/show/token`],
    ["another address", (_: number, own: number) => `http://127.0.0.2:${own}/show/token`],
    ["no HTTP", (_: number, own: number) => `https://127.0.0.1:${own}/show/token`],
    ["no address", () => "http://token:::/"],
  ])("at %s than the server of its files is not fetched", async (_, addressOf) => {
    const [own, other] = [await openServer(200, "<CiscoIPPhoneText/>"), await openServer(200, "<CiscoIPPhoneText/>")];
    const done = await told(own.port, execute(addressOf(other.port, own.port)));
    expect(done).toMatch(
      /^failed: the page: (?:127\.0\.0\.\d:\d+ is not the server that its files are from|it fetches)/,
    );
    expect([...own.asked, ...other.asked]).toEqual([]);
  });

  it.each([
    ["cisco/spa504g", execute("http://127.0.0.1/token"), /no address/],
    ["cisco/8851-3pcc", "http://127.0.0.1/token", /no CiscoIPPhoneExecute/],
  ])("is not what %s is told in another way than it knows", async (model, body, done) => {
    const { asked, port } = await openServer(200, "<CiscoIPPhoneText/>");
    expect(await told(port, body, model)).toMatch(done);
    expect(asked).toEqual([]);
  });

  it("changes nothing of when a fetch that failed is tried again", async () => {
    const { port } = await openServer(200, "<CiscoIPPhoneText/>");
    const { done, phone } = await openPhone(port);
    phone.set("Resync_Error_Retry_Delay", "0.5,3600");
    phone.come();
    await expect.poll(done).toEqual(["failed: no rule leads to a file"]);
    await tellBySip(phone, execute(`http://127.0.0.1:${port}/show/token`));
    await expect
      .poll(done, { timeout: 5000 })
      .toEqual([
        "failed: no rule leads to a file",
        "shown: CiscoIPPhoneText, 19 bytes",
        "failed: no rule leads to a file",
      ]);
  });
});

describe("orders that come while a phone does something", () => {
  it("are the last one, of pages and of all others; a page takes the place of no other", async () => {
    const done: Order[] = [];
    const orders = new OrdersInTurn(async (order) => void done.push(order));
    const page = (document: string): Order => ({ kind: "show", document });
    for (const order of [{ kind: "resync" }, page("first"), { kind: "reboot" }, page("second")] as const)
      orders.add(order);
    await orders.done();
    expect(done).toEqual([{ kind: "reboot" }, page("second")]);
  });
});
