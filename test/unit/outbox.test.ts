import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { openOffice } from "../../server/app-office.ts";
import { readConfig } from "../../server/config.ts";
import { isPublicAddress } from "../../server/domain/public-address.ts";
import type { Delivery } from "../../server/domain/webhook.ts";
import { createBacklogs } from "../../server/outbox/backlog.ts";
import { createQueue, droppedOf } from "../../server/outbox/entries.ts";
import { type SendParts, sendLetter } from "../../server/outbox/send.ts";
import { createSubscriptions } from "../../server/outbox/subscriptions.ts";
import { type HookReceiver, openHookReceiver } from "../support/hook-receiver.ts";
import { edit, openTestOffice } from "../support/office.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

let receiver: HookReceiver | undefined;
afterEach(async () => {
  await receiver?.close();
  receiver = undefined;
});

const letter = (url: string) => ({ url, secret: "key", event: "test", id: "1", body: "{}", at: 1_700_000_000 });
const send = (url: string, parts: Partial<SendParts> = {}) =>
  sendLetter({ allows: () => true, ...parts }, letter(url), new AbortController().signal);

describe("a letter", () => {
  it("carries the signature that anybody can work out", async () => {
    receiver = await openHookReceiver();
    expect(await send(receiver.url)).toBe(204);
    // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
    expect(receiver.received[0]?.headers["offhook-signature"]).toBe(
      "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae",
    );
  });

  it("goes to the address that was checked, whatever the name says the next time", async () => {
    receiver = await openHookReceiver();
    let asked = 0;
    const resolve = async () => {
      asked++;
      return [{ address: asked === 1 ? "127.0.0.1" : "127.0.0.2", family: 4 }];
    };
    const allows = (address: string) => address === "127.0.0.1";
    expect(await send(`http://hook.invalid:${receiver.port}/`, { allows, resolve })).toBe(204);
    expect(asked).toBe(1);
    expect(receiver.received[0]?.headers.host).toBe(`hook.invalid:${receiver.port}`);
  });

  it("goes nowhere when one of a name's addresses is refused", async () => {
    receiver = await openHookReceiver();
    const resolve = async () => [
      { address: "127.0.0.1", family: 4 },
      { address: "10.0.0.1", family: 4 },
    ];
    const sent = send(`http://hook.invalid:${receiver.port}/`, { allows: (each) => each !== "10.0.0.1", resolve });
    await expect(sent).rejects.toThrow("10.0.0.1 is not an address that web hooks may reach");
    expect(receiver.received).toEqual([]);
  });

  it("waits no longer than it may, for an answer or for a name", async () => {
    receiver = await openHookReceiver();
    receiver.answer(0);
    await expect(send(receiver.url, { timeoutMs: 50 })).rejects.toThrow("no answer within 0.05 s");
    const resolve = () => new Promise<never>(() => {});
    await expect(send("http://hook.invalid/", { timeoutMs: 50, resolve })).rejects.toThrow("no answer within 0.05 s");
  });

  it("reads no answer without end", async () => {
    const flood = createServer((socket) => {
      socket.on("error", () => {});
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      const more = () => {
        while (!socket.destroyed && socket.write("x".repeat(16_384)));
      };
      socket.on("drain", more);
      more();
    });
    flood.listen(0, "127.0.0.1");
    await once(flood, "listening");
    expect(await send(`http://127.0.0.1:${(flood.address() as AddressInfo).port}/`)).toBe(200);
    flood.close();
    await once(flood, "close");
  });
});

describe("an address", () => {
  it.each([
    ["93.184.215.14", true],
    ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", true],
    ["0.0.0.0", false],
    ["10.1.2.3", false],
    ["100.64.0.1", false],
    ["127.0.0.1", false],
    ["169.254.169.254", false],
    ["172.31.255.255", false],
    ["192.168.0.1", false],
    ["198.18.0.1", false],
    ["224.0.0.1", false],
    ["255.255.255.255", false],
    ["::", false],
    ["::1", false],
    ["::ffff:127.0.0.1", false],
    ["::ffff:7f00:1", false],
    ["64:ff9b::a00:1", false],
    ["2002:a00:1::", false],
    ["2001:db8::1", false],
    ["fd00::1", false],
    ["fe80::1%eth0", false],
    ["ff02::1", false],
  ])("%s is of the open internet: %s", (address, isPublic) => {
    expect(isPublicAddress(address)).toBe(isPublic);
  });
});

describe("what waits for a web hook", () => {
  it("is bounded: the oldest is pushed out and counted", async () => {
    const office = await openTestOffice();
    const store = office.stores.config;
    await office.webhooks.add(edit, { url: "https://example.com/", events: ["device.added"] });
    const hooks = await createSubscriptions(store);
    const backlogs = createBacklogs([store]);
    const queue = createQueue({ hooks, backlogs, store, most: 3 });
    const news = (n: number) => ({ organization: "default", type: "device.added", at: n, data: { n } }) as const;
    for (const n of [1, 2]) await store.transaction((transaction) => queue(transaction, news(n)));
    await store.transaction(async (transaction) => {
      for (const n of [3, 4, 5]) await queue(transaction, news(n));
    });
    for (const n of [6, 7]) await store.transaction((transaction) => queue(transaction, news(n)));
    const [hook] = await store.find({ kind: "webhook" });
    const left = await store.find<Delivery>({ kind: "delivery" });
    expect(left.map(({ body }) => body.data)).toEqual([{ n: 5 }, { n: 6 }, { n: 7 }]);
    expect(await droppedOf([store], "default", hook?.id ?? "")).toBe(4);
    hooks.close();
    backlogs.close();
    await office.close();
  });

  it("is delivered after a restart, under the same id, without anybody asking", async () => {
    receiver = await openHookReceiver();
    const path = await temporaryFolder();
    const config = readConfig({ OFFHOOK_DATA: join(path, "data"), OFFHOOK_WEBHOOK_NETWORKS: "127.0.0.1/32" });
    const open = () => openOffice(config, pino({ level: "silent" }), Date.now);
    const first = await open();
    await first.webhooks.add(edit, { url: receiver.url, events: ["device.added"] });
    await first.devices.add(edit, "00562b043615", { model: "cisco/8851" });
    const [stored] = await first.stores.config.find<Delivery>({ kind: "delivery" });
    await first.close();
    expect(receiver.received).toEqual([]);
    const second = await open();
    second.schedules.start();
    await receiver.has(1);
    expect(receiver.received[0]?.headers["offhook-delivery"]).toBe(stored?.id);
    await second.close();
  });

  it("is sent again under the same id when Offhook ended before it was taken", async () => {
    receiver = await openHookReceiver();
    receiver.answer(0);
    const path = await temporaryFolder();
    const config = readConfig({ OFFHOOK_DATA: join(path, "data"), OFFHOOK_WEBHOOK_NETWORKS: "127.0.0.1/32" });
    const open = () => openOffice(config, pino({ level: "silent" }), Date.now);
    const first = await open();
    await first.webhooks.add(edit, { url: receiver.url, events: ["device.added"] });
    first.schedules.start();
    await first.devices.add(edit, "00562b043615", { model: "cisco/8851" });
    await receiver.has(1);
    await first.close();
    receiver.answer(204);
    const second = await open();
    second.schedules.start();
    await receiver.has(2);
    const [one, two] = receiver.received.map(({ headers }) => headers["offhook-delivery"]);
    expect(two).toBe(one);
    await second.close();
  });
});

describe("an alert", () => {
  const mac = "00562b043615";
  const push = { action: "resync", revision: 1, by: "ana", reason: "sip-notify: no answer", attempts: [] } as const;
  const alerts = async (office: Awaited<ReturnType<typeof openTestOffice>>) =>
    (await office.stores.config.find<Delivery>({ kind: "delivery" })).map(({ body }) => [
      body.type,
      body.data?.["alert"],
    ]);

  it.each([
    ["unreachable", [["alert.raised", "device-unreachable"]]],
    ["refused", [["alert.raised", "device-refused"]]],
    ["sent", []],
  ] as const)("is raised when a push ends as %s: %j", async (result, raised) => {
    const office = await openTestOffice();
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    await office.webhooks.add(edit, { url: "https://example.com/", events: ["alert.raised", "device.late"] });
    const [device] = await office.stores.config.find<never>({ kind: "device" });
    const now = Date.now();
    await office.records.write(device as never, { ...push, result, at: now, dueAt: now + 60_000 });
    expect(await alerts(office)).toEqual(raised);
    await office.close();
  });

  it("is raised once for a phone that is left out and not only put off, until there is another revision", async () => {
    const office = await openTestOffice();
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    await office.webhooks.add(edit, { url: "https://example.com/", events: ["alert.raised"] });
    const leaveOut = (revision: number, reason: string, more: { readonly again?: true } = {}) =>
      office.records.leaveOut({ ...edit, by: "ana", devices: [{ mac: mac as never, revision }], reason, ...more });
    await leaveOut(1, "no campaign could be started", { again: true });
    expect(await alerts(office)).toEqual([]);
    await leaveOut(1, "nobody can prove it");
    await leaveOut(1, "nobody can prove it yet");
    expect(await alerts(office)).toEqual([["alert.raised", "device-not-pushed"]]);
    await leaveOut(2, "nobody can prove it");
    expect(await alerts(office)).toHaveLength(2);
    await office.close();
  });

  it("is raised once for a phone that was told and did not come in its time", async () => {
    let now = Date.now();
    const office = await openTestOffice({}, () => now);
    await office.devices.add(edit, mac, { model: "cisco/8851" });
    await office.webhooks.add(edit, { url: "https://example.com/", events: ["alert.raised", "device.late"] });
    const [device] = await office.stores.config.find<never>({ kind: "device" });
    await office.records.write(device as never, { ...push, result: "sent", at: now, dueAt: now + 60_000 });
    await office.schedules.run("late-phones", "ana");
    expect(await alerts(office)).toEqual([]);
    now += 60_000;
    expect((await office.schedules.run("late-phones", "ana")).last).toMatchObject({ detail: "1 phones are late" });
    await office.schedules.run("late-phones", "ana");
    expect((await alerts(office)).toSorted()).toEqual([
      ["alert.raised", "device-late"],
      ["device.late", undefined],
    ]);
    await office.close();
  });

  it.each([
    ["stopped", ["alert.raised", "campaign.done"]],
    ["done", ["campaign.done"]],
  ])("and the end of a campaign that is %s are told: %j", async (state, types) => {
    const office = await openTestOffice();
    await office.webhooks.add(edit, { url: "https://example.com/", events: ["alert.raised", "campaign.done"] });
    const key = { organization: "default", kind: "campaign", id: "one" };
    const campaign = { id: "one", by: "ana", select: { all: true }, total: 2, counts: { late: 2 } };
    const write = (more: object) =>
      office.stores.config.transaction((transaction) => transaction.put(key, { ...campaign, ...more }));
    await write({ state: "running" });
    await write({ state });
    await write({ state, endedAt: "2026-03-02T00:00:00Z" });
    await write({ state, endedAt: "2026-03-02T00:00:00Z" });
    expect((await alerts(office)).map(([type]) => type).toSorted()).toEqual(types);
    await office.close();
  });
});
