import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { createApp } from "../../server/app.ts";
import { readConfig } from "../../server/config.ts";
import type { Device } from "../../server/domain/device.ts";
import type { StoredDocument } from "../../server/domain/ports.ts";
import { createShowings } from "../../server/office/push/showings.ts";
import type { Json } from "../support/admin-office.ts";
import { addressIn, fetches, mac, openEnterprise, openTold } from "../support/show-office.ts";
import { openSipPhone } from "../support/sip-phone.ts";
import { createTemporaryFolder } from "../support/temporary-folder.ts";

test("neither the address of a page, nor a login, nor what was shown is written anywhere", async () => {
  let address = "";
  const { office, server } = await openEnterprise({
    async obey(body) {
      address = addressIn(new URLSearchParams(body).get("XML") ?? "");
      await fetch(address);
    },
    get page() {
      return `<CiscoIPPhoneResponse><ResponseItem Status="6" Data="" URL="${address}"/></CiscoIPPhoneResponse>`;
    },
  });
  const answer = await office.show({ what: "text", text: "Lunch for Xenia" });
  expect(answer.reason).toContain("The phone could not do what it was to show: status “6”.");
  const [, token = ""] = address.split("/show/");
  expect(token).toHaveLength(22);
  const audit = await office.office.stores.config.readAudit({ limit: 100 });
  const kept = await office.office.stores.config.find({ kind: "push" });
  expect(audit.find(({ action }) => action === "device.push")).toMatchObject({ detail: { action: "show" } });
  const written = JSON.stringify([answer, audit, kept, office.logged, office.provisioned]);
  const [user = "", password = ""] = atob(server.asked[1]?.authorization?.replace(/^Basic /, "") ?? "").split(":");
  expect(password).toHaveLength(22);
  for (const each of [token, "Xenia", user, password]) expect(written).not.toContain(each);
});

test("a page is there for its phone, for a minute, and not for ever again; all others are told the same", async () => {
  let ahead = 0;
  const addresses: string[] = [];
  const { office } = await openTold({ showMs: 1, clock: () => Date.now() + ahead }, (body) => {
    addresses.push(addressIn(body));
  });
  const ask = async (address = "", more: RequestInit = {}) => {
    const { status, headers } = await fetch(address, more);
    return [status, headers.get("content-type")?.split(";")[0]];
  };
  const none = [404, "text/plain"];
  await office.show({ what: "name" });
  const [first = ""] = addresses;
  expect(await ask(first, { headers: { "x-forwarded-for": "127.0.0.2" } })).toEqual(none);
  expect(await ask(first.replace(/.$/, (last) => (last === "A" ? "Q" : "A")))).toEqual(none);
  expect(await ask(`${first}/`)).toEqual(none);
  expect(await ask(first.replace(/[^/]+$/, ""))).toEqual(none);
  for (let at = 0; at < 5; at += 1) expect(await ask(first)).toEqual([200, "text/xml"]);
  expect(await ask(first)).toEqual(none);

  await office.show({ what: "name" });
  ahead = 59_000;
  expect(await ask(addresses[1])).toEqual([200, "text/xml"]);
  ahead = 60_100;
  expect(await ask(addresses[1])).toEqual(none);
  expect(office.provisioned).toEqual([]);
});

test("a phone that only looks whether the page is there has shown nothing", async () => {
  const looked: Promise<Response>[] = [];
  const { office } = await openTold({ showMs: 300 }, (body) => {
    looked.push(fetch(addressIn(body), { method: "HEAD" }));
  });
  expect((await office.show({ what: "name" })).shown).toBe(false);
  expect((await looked[0])?.status).toBe(200);
});

test("no more than 500 pages are open at once, of one organization no more than 100", async () => {
  let now = 0;
  const showings = createShowings({
    clock: () => now,
    phones: () => "http://127.0.0.1",
    whereabouts: async () => ["127.0.0.1"],
  });
  const open = (organization: string) => showings.open({ organization } as StoredDocument<Device>, "page");
  const tooBusy = { code: "TOO_BUSY" };
  for (let at = 0; at < 100; at += 1) await open("greedy");
  await expect(open("greedy")).rejects.toMatchObject(tooBusy);
  for (let at = 0; at < 400; at += 1) await open(`another-${at % 5}`);
  await expect(open("late")).rejects.toMatchObject(tooBusy);
  now = 60_000;
  expect((await open("greedy")).wasFetched()).toBe(false);
});

test("a page is gone at once where no phone will come for it", async () => {
  const unreachable = await openTold({ settings: { "sip.onlyProxy": true } }, () => undefined);
  for (let at = 0; at < 101; at += 1)
    expect((await unreachable.office.show({ what: "name" })).state).toBe("unreachable");

  const { hear, page: found } = fetches();
  const told = await openTold({}, hear);
  expect((await told.office.show({ what: "name" })).shown).toBe(true);
  expect((await fetch((await found).url)).status).toBe(404);
});

test("a phone that refused finds no page, one whose answer was lost does", async () => {
  const { office } = await openTold({}, () => undefined);
  const way = office.office.transports.find(({ name }) => name === "sip-notify");
  if (!way) throw new Error("there is no sip-notify");
  const show = async (result: "refused" | "silent") => {
    let address = "";
    way.send = async ({ notice }) => {
      address = addressIn(notice?.body ?? "");
      return { result, reason: "as the test wants it" };
    };
    await office.show({ what: "name" });
    return (await fetch(address)).status;
  };
  expect(await show("refused")).toBe(404);
  expect(await show("silent")).toBe(200);
});

test("the whole program shows a page to a phone, and logs neither its address nor what it says", async () => {
  const { path, remove } = await createTemporaryFolder();
  const logged: string[] = [];
  const env = {
    ...{ OFFHOOK_HOST: "127.0.0.1", OFFHOOK_ADVERTISE: "127.0.0.1", OFFHOOK_API_TOKEN: "token-0123456789abcdef" },
    ...{ OFFHOOK_TFTP_PORT: "0", OFFHOOK_PHONE_HTTP_PORT: "0", OFFHOOK_ADMIN_PORT: "0" },
    ...{ OFFHOOK_DATA: join(path, "data"), OFFHOOK_FIRMWARE: join(path, "firmware") },
  };
  const log = pino({ level: "trace" }, { write: (line) => void logged.push(line) });
  const app = await createApp({ config: readConfig(env), log, version: "1.2.3" });
  onTestFinished(async () => {
    await app.close();
    await remove();
  });
  const { admin } = await app.listen();
  const call = (resource: string, body: Json) =>
    fetch(`http://127.0.0.1:${admin}/api/v1/${resource}`, {
      method: "POST",
      headers: { authorization: "Bearer token-0123456789abcdef", "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const { hear, page: found } = fetches();
  const phone = await openSipPhone(({ body }) => {
    hear(body.toString());
    return { status: 200, reason: "OK" };
  });
  const settings = {
    ...{ "push.address": "127.0.0.1", "push.port": phone.destination("udp").port },
    ...{ "sip.onlyProxy": false, "sip.server": "pbx.example" },
  };
  await call("lines", { id: "9721", extension: "9721" });
  await call("devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"], settings });
  const answer = await call(`devices/${mac}/show`, { what: "text", text: "Lunch for Xenia" });
  expect(await answer.json()).toMatchObject({ state: "sent", shown: true });
  expect(await (await found).text()).toContain("<Text>Lunch for Xenia</Text>");
  const [, token = ""] = (await found).url.split("/show/");
  expect(token).toHaveLength(22);
  const written = JSON.stringify([app.office.journal.list({ limit: 100 }), logged]);
  for (const each of [token, "Xenia"]) expect(written).not.toContain(each);
});
