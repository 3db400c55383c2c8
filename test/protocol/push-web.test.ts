import { createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Mac } from "../../server/domain/mac.ts";
import type { PushTarget, WebSpec } from "../../server/domain/push.ts";
import { authenticationUpload } from "../../server/http/phones/authentication.ts";
import createTransport from "../../server/push/transports/phone-http.ts";
import { createOneTimeLogins } from "../../server/security/one-time-logins.ts";
import { openAdminOffice } from "../support/admin-office.ts";
import { collectLog, pbxConnection, pushTarget } from "../support/pbx-push.ts";
import { startWebPhone, type WebPhone } from "../support/phone-web-server.ts";

const mac = "00562b043615" as Mac;
const resync: WebSpec = { method: "GET", path: "/admin/resync", source: "test" };
const execute: WebSpec = { method: "POST", path: "/CGI/Execute", form: { XML: '<Ring a="1&2"/>' }, source: "test" };
const admin = [{ user: "admin", password: "s3cret" }];

function transportTo(given: { port: number; now?: () => number; allows?: (address: string) => boolean }) {
  const logins = createOneTimeLogins({ masterKey: Buffer.alloc(32, 7), clock: given.now ?? Date.now });
  const allows = given.allows ?? ((address) => address === "127.0.0.1");
  const parts = { allows, logins, sip: { port: 0 }, log: collectLog().log, phones: () => "" };
  const transport = createTransport(parts);
  onTestFinished(() => transport.close());
  const { connection: _none, ...base } = pushTarget(pbxConnection({ port: 1 }));
  const destination = { address: "127.0.0.1", port: 5060 };
  const webServer = { scheme: "http", port: given.port } as const;
  const usual = { ...base, destination, webServer, web: admin, request: resync };
  const send = (target: Partial<PushTarget> = {}, signal = AbortSignal.timeout(4_000)) =>
    transport.send({ ...usual, ...target }, signal);
  const reach = (target: Partial<PushTarget> = {}, signal = AbortSignal.timeout(4_000)) =>
    transport.reach?.({ ...usual, ...target }, signal);
  return { transport, logins, send, reach };
}

async function office(phone: WebPhone = {}) {
  const server = await startWebPhone(phone);
  return { server, ...transportTo({ port: server.port }) };
}

describe("a push by the phone's web server", () => {
  it("asks for the page of the family, with no password where none is wanted", async () => {
    const { server, send } = await office();
    const detail = `the phone's web server at 127.0.0.1:${server.port} took it`;
    expect(await send()).toEqual({ result: "answered", detail });
    expect(server.asked).toEqual([{ method: "GET", url: "/admin/resync", body: "" }]);
  });

  it.each<[string, WebPhone, number]>([
    ["digest", { login: "digest" }, 2],
    ["digest whose nonce has become too old", { login: "digest", stale: 1 }, 3],
    ["basic", { login: "basic" }, 2],
  ])(
    "proves the administrator's password where the phone asks for it, never in the URL: %s",
    async (_what, phone, requests) => {
      const { server, send } = await office(phone);
      expect(await send()).toMatchObject({ result: "answered" });
      expect(server.asked.map(({ url }) => url)).toEqual(Array.from({ length: requests }, () => "/admin/resync"));
      expect(server.asked[0]?.authorization).toBeUndefined();
    },
  );

  it("tries each of its credentials in turn", async () => {
    const { send, server } = await office({ login: "basic" });
    expect(await send({ web: [{ user: "admin", password: "old" }, ...admin] })).toMatchObject({ result: "answered" });
    expect(server.asked).toHaveLength(3);
  });

  const others: [what: string, phone: WebPhone, target: Partial<PushTarget>, outcome: [number | undefined, RegExp]][] =
    [
      ["a wrong password", { login: "digest", password: "other" }, {}, [401, /did not take the password/]],
      ["no password to say", { login: "basic" }, { web: [] }, [401, /phone\.adminPassword is not set/]],
      ["forbidden", { status: 403 }, {}, [403, /forbids it/]],
      ["no such page", { status: 404 }, {}, [404, /Enable_Direct_Action_Url/]],
      ["a call", { status: 503 }, {}, [503, /most likely in a call/]],
      ["a login page", { page: '<form><input name="p" type="password"></form>' }, {}, [undefined, /login page/]],
      ["error 1", { page: '<CiscoIPPhoneError Number="1"/>' }, { request: execute }, [undefined, /\(error 1\)/]],
      ["error 2", { page: '<CiscoIPPhoneError Number="2"/>' }, { request: execute }, [undefined, /\(error 2\)/]],
      ["error 3", { page: '<CiscoIPPhoneError Number="3"/>' }, { request: execute }, [undefined, /\(error 3\)/]],
      ["error 4", { page: '<CiscoIPPhoneError Number="4"/>' }, { request: execute }, [undefined, /authenticationURL/]],
      [
        "an item that failed",
        {
          page: '<CiscoIPPhoneResponse><ResponseItem Status="0" Data="" URL="Play:a"/><ResponseItem Status="6" Data="" URL="Play:b"/></CiscoIPPhoneResponse>',
        },
        { request: execute },
        [undefined, /could not do “Play:b”: status “6”/],
      ],
    ];
  it.each(others)("ends in words: %s", async (_what, phone, target, [status, reason]) => {
    const { send } = await office(phone);
    const outcome = await send(target);
    const words = { result: "refused", reason: expect.stringMatching(reason) };
    expect(outcome).toEqual(status === undefined ? words : { ...words, status });
    expect(JSON.stringify(outcome)).not.toContain("s3cret");
  });

  it("follows the phone to its own TLS, whose certificate can't be verified", async () => {
    const secure = await startWebPhone({ isSecure: true, login: "digest" });
    const location = `https://127.0.0.1:${secure.port}/admin/resync`;
    const { send } = await office({ status: 302, headers: { location } });
    expect(await send()).toMatchObject({ result: "answered" });
    const direct = transportTo({ port: 1 });
    const webServer = { scheme: "https", port: secure.port } as const;
    expect(await direct.send({ webServer })).toMatchObject({ result: "answered" });
  });

  it.each([
    ["another address", "http://198.51.100.7/admin/resync"],
    ["a name", "http://localhost/admin/resync"],
    ["another page", "/login.html"],
    ["another protocol", "ftp://127.0.0.1/admin/resync"],
    ["nothing", ""],
  ])("follows the phone nowhere else: %s", async (_what, location) => {
    const { send, server } = await office({ status: 302, headers: location === "" ? {} : { location } });
    expect(await send()).toMatchObject({
      result: "refused",
      status: 302,
      reason: expect.stringMatching(/not followed/),
    });
    expect(server.asked).toHaveLength(1);
  });

  it("does not follow a phone in circles", async () => {
    const { send, server } = await office({ status: 307, headers: { location: "/admin/resync" } });
    expect(await send()).toMatchObject({ result: "refused", status: 307 });
    expect(server.asked).toHaveLength(3);
  });

  it("reads no more than 64 KB", async () => {
    const { send } = await office({ page: "x".repeat(65_537) });
    expect(await send()).toMatchObject({ result: "refused", reason: expect.stringMatching(/too long/) });
  });

  it.each<[string, Buffer | undefined, string, RegExp]>([
    ["silence", undefined, "silent", /did not answer in the time/],
    ["another protocol", Buffer.from("SIP/2.0 200 OK\r\n\r\n"), "refused", /did not answer in HTTP/],
    ["nothing but the end", Buffer.alloc(0), "silent", /closed the connection/],
  ])("tells of a server that is none: %s", async (_what, says, result, reason) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => {});
      socket.once("data", () => says && socket.end(says));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { send } = transportTo({ port: (server.address() as { port: number }).port });
    expect(await send({}, AbortSignal.timeout(300))).toEqual({ result, reason: expect.stringMatching(reason) });
  });

  it("tells of a phone that has no web server", async () => {
    const { send, server } = await office();
    await server.close();
    expect(await send()).toMatchObject({ result: "silent", reason: expect.stringMatching(/refuses connections/) });
  });

  it("never asks at an address that Offhook may not send to", async () => {
    const server = await startWebPhone();
    const { send, transport } = transportTo({ port: server.port, allows: () => false });
    expect(await send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/outside of the networks/) });
    const { connection: _none, ...target } = pushTarget(pbxConnection({ port: 1 }));
    expect(transport.objection(target)).toMatch(/no request for this/);
    expect(server.asked).toEqual([]);
  });
});

describe("asking whether the phone's web server is there", () => {
  it("asks for its first page, which changes nothing", async () => {
    const { reach, server } = await office();
    expect(await reach()).toEqual({ result: "answered", detail: "its web server answered with 200" });
    expect(server.asked).toEqual([{ method: "GET", url: "/", body: "" }]);
  });

  it.each<[string, WebPhone]>([
    ["a login page elsewhere", { status: 302, headers: { location: "/login.html" } }],
    ["no such page", { status: 404 }],
    ["a call", { status: 503 }],
    ["a page with a login", { page: '<form><input name="p" type="password"></form>' }],
    ["more than is read", { page: "x".repeat(65_537) }],
    ["the administrator's password, which is right", { login: "digest" }],
  ])("is proven by any answer: %s", async (_what, phone) => {
    const { reach } = await office(phone);
    expect(await reach()).toMatchObject({ result: "answered" });
  });

  it.each<[string, WebPhone, number, RegExp]>([
    ["of the password", { login: "digest", password: "other" }, 401, /did not take the password/],
    ["of us", { status: 403 }, 403, /forbids it/],
  ])("is not proven by a refusal %s", async (_what, phone, status, reason) => {
    const { reach } = await office(phone);
    expect(await reach()).toEqual({ result: "refused", status, reason: expect.stringMatching(reason) });
  });

  it("is not proven by silence, and nothing is asked where nothing could be told", async () => {
    const { reach, server } = await office({ isDeaf: true });
    expect(await reach({}, AbortSignal.timeout(100))).toMatchObject({ result: "silent" });
    expect(await reach({ request: undefined } as never)).toMatchObject({ result: "unable" });
    expect(server.asked).toHaveLength(1);
  });
});

describe("an enterprise phone that is asked to execute something", () => {
  /** Asks our address as the phone does, from an address that it has. */
  function asksUs(logins: ReturnType<typeof createOneTimeLogins>, from = "127.0.0.1", by: "query" | "form" = "query") {
    const ask = async (user: string, password: string, device = "SEP00562B043615") => {
      const text = new URLSearchParams({ UserID: user, Password: password, devicename: device }).toString();
      return await authenticationUpload(logins).take({
        request: { via: "http", path: "/authentication", address: from },
        query: by === "query" ? text : "",
        body: Buffer.from(by === "form" ? text : ""),
      });
    };
    return ask;
  }

  it.each(["query", "form"] as const)("asks us about a login for this one request, and obeys: %s", async (by) => {
    const said: string[] = [];
    let mayDo: WebPhone["mayDo"];
    const server = await startWebPhone({
      login: "basic",
      mayDo: async (...login) => (await mayDo?.(...login)) ?? false,
    });
    const { logins, send } = transportTo({ port: server.port });
    mayDo = async (user, password) => {
      said.push(await asksUs(logins, "127.0.0.1", by)(user, password));
      return said.at(-1) === "AUTHORIZED";
    };
    expect(await send({ request: execute })).toMatchObject({ result: "answered" });
    expect(said).toEqual(["AUTHORIZED"]);
    expect(server.asked.at(-1)).toMatchObject({
      method: "POST",
      type: "application/x-www-form-urlencoded",
      body: "XML=%3CRing+a%3D%221%262%22%2F%3E",
    });
    const passwords = server.asked.map(({ authorization }) => atob(authorization?.replace(/^Basic /, "") ?? ""));
    expect(passwords.join()).not.toContain("s3cret");
  });

  it("is told UN-AUTHORIZED for all that is not this request of ours", async () => {
    let now = 1_800_000_000_000;
    const { logins } = transportTo({ port: 1, now: () => now });
    const issue = () => logins.issue({ mac, address: "127.0.0.1" });
    const { user, password } = issue();
    expect(await asksUs(logins, "127.0.0.2")(user, password)).toBe("UN-AUTHORIZED");
    expect(await asksUs(logins)(user, password, "SEP00562B0999AA")).toBe("UN-AUTHORIZED");
    expect(await asksUs(logins)(user, password, "00562B043615")).toBe("UN-AUTHORIZED");
    expect(await asksUs(logins)(user, "guess")).toBe("UN-AUTHORIZED");
    expect(await asksUs(logins)("", "")).toBe("UN-AUTHORIZED");
    expect(await asksUs(logins)(user, password)).toBe("AUTHORIZED");
    expect(await asksUs(logins)(user, password)).toBe("UN-AUTHORIZED");
    const late = issue();
    now += 60_000;
    expect(await asksUs(logins)(late.user, late.password)).toBe("UN-AUTHORIZED");
  });

  it("is believed by another node with the same master key", async () => {
    const [one, other] = [transportTo({ port: 1 }).logins, transportTo({ port: 1 }).logins];
    const { user, password } = one.issue({ mac, address: "127.0.0.1" });
    expect(await asksUs(other)(user, password)).toBe("AUTHORIZED");
  });
});

describe("where a phone's web server is", () => {
  it("is what the phone has been told: protocol, port and password", async () => {
    const phone = await startWebPhone({ isSecure: true, login: "digest", password: "S3cret-word" });
    const admin = await openAdminOffice();
    onTestFinished(() => admin.close());
    await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: "line-secret" });
    const settings = {
      "push.address": "127.0.0.1",
      "access.webProtocol": "https",
      "access.webPort": phone.port,
      "phone.adminPassword": "S3cret-word",
    };
    await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"], settings });
    const body = { action: "reboot", transport: "phone-http" };
    expect(await admin.ok("POST", `/devices/${mac}/push`, body)).toMatchObject({ state: "sent", action: "reboot" });
    expect(phone.asked.map(({ url }) => url)).toEqual(["/admin/reboot", "/admin/reboot"]);
  });
});
