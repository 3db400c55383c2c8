import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Command } from "commander";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { addSimulateCommand } from "../../server/cli/simulate.ts";
import { parseMac } from "../../server/domain/mac.ts";
import type { StoredPush } from "../../server/office/push/records.ts";
import { phoneOf } from "../../server/simulate/phones.ts";
import { type Character, cast, type Role } from "../../server/simulate/stay/cast.ts";
import { createLoss } from "../../server/simulate/stay/chance.ts";
import type { StayEvent } from "../../server/simulate/stay/stay-event.ts";
import { stayFleet } from "../../server/simulate/stay/staying-fleet.ts";
import { StayingPhone } from "../../server/simulate/stay/staying-phone.ts";
import type { HeaderField } from "../../server/sip/headers.ts";
import { anAsk, openSipClient } from "../support/sip-phone.ts";
import { openStandingOffice, type StandingOffice } from "../support/standing-office.ts";

const catalogue = createCatalogue("profiles");
const mac = parseMac("00562b043615") ?? expect.fail();

interface Staying {
  readonly phone: StayingPhone;
  readonly events: readonly StayEvent[];
  /** What happened, without requests that came. */
  done(): string[];
  /** `event: status` of requests. */
  told(): string[];
}

interface Told {
  readonly event?: string;
  readonly body?: string;
  readonly headers?: readonly HeaderField[];
  readonly secret?: string;
  readonly user?: string;
  readonly signalling?: "udp" | "tcp";
  readonly method?: string;
}

/** A phone that never booted and holds what the test set by hand. */
async function openPhone(
  model: string,
  values: Readonly<Record<string, string>>,
  more: { readonly role?: Role; readonly httpPort?: number } = {},
): Promise<Staying> {
  const events: StayEvent[] = [];
  const { httpPort = 0, role = { character: "well" } } = more;
  const phone = new StayingPhone({
    ...{ phone: phoneOf(catalogue, model, mac), role, lossShare: 0.3, seed: 7 },
    server: { host: "127.0.0.1", httpPort, patience: { tftpMs: [20], httpMs: 2000 } },
    report: { mac, model, state: "failed", faults: [], milliseconds: 0, steps: [] },
    place: { address: "127.0.0.1", port: 0 },
    onEvent: (event) => events.push(event),
  });
  onTestFinished(() => phone.close());
  await phone.open();
  for (const [name, value] of Object.entries(values)) phone.set(name, value);
  return staying(phone, events);
}

function staying(phone: StayingPhone, events: readonly StayEvent[]): Staying {
  const own = () => events.filter((each) => each.mac === phone.mac);
  return {
    phone,
    events,
    done: () => own().flatMap(({ event }) => (["up", "set", "told"].includes(event) ? [] : [event])),
    told: () => own().flatMap(({ detail, event }) => (event === "told" ? [detail] : [])),
  };
}

/** The status of the answer, or what came instead of one. */
async function tell({ phone }: Staying, { body, headers = [], ...told }: Told): Promise<number | string> {
  const { event = "resync", method = "NOTIFY", secret, signalling = "udp", user = "201" } = told;
  const { address, port } = phone.place ?? expect.fail();
  const client = openSipClient();
  const fields: HeaderField[] = event === "" ? [] : [["Event", event]];
  const outcome = await client.request({
    ...anAsk({ address, port, signalling }),
    ...{
      method,
      uri: `sip:${user}@${address}:${port}`,
      to: `sip:${user}@pbx.example`,
      headers: [...fields, ...headers],
    },
    ...(body !== undefined && { body: Buffer.from(body) }),
    ...(secret !== undefined && { credentials: [{ user: "201", secret }] }),
  });
  return outcome.result === "response" ? outcome.response.status : outcome.result;
}

const line = { User_ID_1_: "201", Password_1_: "line-secret", "Auth_Resync-Reboot_1_": "No" };
const asking = { ...line, "Auth_Resync-Reboot_1_": "Yes" };
const sepLine = "device/sipProfile/sipLines/line[button=1]";
const sep = { [`${sepLine}/name`]: "201", [`${sepLine}/authName`]: "201", "device/versionStamp": "stamp-1" };
const mpp = "cisco/8851-3pcc";

function service(action: string, stamp = "0", callId = ""): string {
  return `action=${action}\r\nRegisterCallId={${callId}}\r\nConfigVersionStamp={${stamp}}\r\n`;
}

describe("what a staying phone answers to", () => {
  it.each<readonly [string, string, Record<string, string>, Told, number | string, string[]]>([
    ["an event it does not know", mpp, line, { event: "message-summary" }, 489, []],
    ["no event", mpp, line, { event: "" }, 489, []],
    ["service-control, which is not its family's", mpp, line, { event: "service-control" }, 489, []],
    ["resync", mpp, line, {}, 200, ["failed"]],
    ["resync over TCP", mpp, line, { signalling: "tcp" }, 200, ["failed"]],
    ["check-sync", mpp, line, { event: "check-sync" }, 200, ["failed"]],
    ["reboot_now", mpp, line, { event: "reboot_now" }, 200, ["failed"]],
    ["restart_now", "cisco/spa504g", line, { event: "restart_now" }, 200, ["failed"]],
    ["resync where it may not come by SIP", mpp, { ...line, Resync_From_SIP: "No" }, {}, 200, ["unchanged"]],
    ["report without a rule for it", mpp, line, { event: "report" }, 200, ["unchanged"]],
    ["XML-Service without a password", mpp, line, { event: "XML-Service", body: "<CiscoIPPhoneExecute/>" }, 401, []],
    [
      "XML-Service with its line's password",
      mpp,
      line,
      { event: "XML-Service", body: "<CiscoIPPhoneExecute/>", secret: "line-secret" },
      200,
      ["shown"],
    ],
    ["OPTIONS", mpp, asking, { method: "OPTIONS" }, 200, []],
    ["MESSAGE", mpp, line, { method: "MESSAGE" }, 405, []],
    ["resync without a password", mpp, asking, {}, 401, []],
    ["resync with another's password", mpp, asking, { secret: "other" }, 401, []],
    ["resync with its line's password", mpp, asking, { secret: "line-secret" }, 200, ["failed"]],
    [
      "the same by SHA-256",
      mpp,
      { ...asking, Auth_Support_RFC8760: "Yes" },
      { secret: "line-secret" },
      200,
      ["failed"],
    ],
    ["its proxy", mpp, { ...line, Block_Nonproxy_SIP: "Yes", Proxy_1_: "127.0.0.1:5080" }, {}, 200, ["failed"]],
    ["somebody else", mpp, { ...line, Block_Nonproxy_SIP: "Yes", Proxy_1_: "192.0.2.1" }, {}, "timeout", []],
    ["check-version with other stamps", "cisco/8851", sep, service1("check-version"), 200, ["failed"]],
    ["check-version with its own stamp", "cisco/8851", sep, service1("check-version", "stamp-1"), 200, ["unchanged"]],
    ["another's RegisterCallId", "cisco/8851", sep, service1("check-version", "0", "abc"), 200, ["unchanged"]],
    ["reset", "cisco/8851", sep, service1("reset"), 200, ["failed"]],
    ["restart", "cisco/8851", sep, service1("restart"), 200, ["failed"]],
    ["a line it does not have", "cisco/8851", sep, { ...service1("restart"), user: "202" }, 404, []],
    ["service-control without an event", "cisco/8851", sep, { event: "" }, 400, []],
    ["check-sync", "cisco/8851", sep, { event: "check-sync" }, 200, ["unchanged"]],
    ["resync", "cisco/8851", sep, { event: "resync" }, 489, []],
    ["check-sync", "cisco/7960", { line1_name: "201" }, { event: "check-sync" }, 200, ["failed"]],
    ["service-control", "cisco/7960", { line1_name: "201" }, service1("reset"), 489, []],
  ])("%s on %s", async (_, model, values, told, status, done) => {
    const phone = await openPhone(model, values);
    expect(await tell(phone, told)).toBe(status);
    await expect.poll(phone.done).toEqual(done);
  });

  function service1(...of: Parameters<typeof service>): Told {
    return { event: "service-control", headers: [["Content-Type", "text/plain"]], body: service(...of) };
  }
});

describe("a staying phone that is", () => {
  it.each<readonly [Character, Record<string, string>, number | string]>([
    ["deaf", line, 200],
    ["wrong", line, 489],
    ["wrong", asking, 401],
    ["dead", line, "timeout"],
  ])("%s never comes", async (character, values, status) => {
    const phone = await openPhone(mpp, values, { role: { character } });
    expect(await tell(phone, { secret: "line-secret" })).toBe(status);
    // Whatever it has begun is over then.
    await phone.phone.close();
    expect(phone.done()).toEqual([]);
  });

  it("lossy answers in the end, and takes a repeated request for the one it is", async () => {
    const phone = await openPhone(mpp, asking, { role: { character: "lossy" } });
    for (let times = 0; times < 10; times++) await tell(phone, { secret: "line-secret" });
    const callIds = new Set(phone.events.flatMap(({ callId = [] }) => callId));
    expect(phone.told().length).toBeLessThanOrEqual(2 * callIds.size);
    expect(callIds.size).toBeGreaterThan(5);
  });

  it("made to ask for a password does so whatever its file says", async () => {
    const phone = await openPhone(mpp, line, { role: { character: "well", asksPassword: true } });
    expect(await tell(phone, {})).toBe(401);
    const silent = await openPhone(mpp, asking, { role: { character: "well", asksPassword: false } });
    expect(await tell(silent, {})).toBe(200);
  });
});

describe("a report", () => {
  /** Takes one request and answers 201. */
  async function openUpload() {
    let take: (came: { readonly request: IncomingMessage; readonly text: string }) => void;
    const came = new Promise<Parameters<typeof take>[0]>((resolve) => {
      take = resolve;
    });
    const server = createServer(async (request, response) => {
      take({ request, text: await text(request) });
      response.writeHead(201).end();
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    return { httpPort: (server.address() as AddressInfo).port, came };
  }

  it.each([
    ["", "POST"],
    ["PUT", "PUT"],
  ])("is sent without passwords, HTTP_Report_Method %s: %s", async (verb, method) => {
    const { came, httpPort } = await openUpload();
    const rule = "[--status]http://prov.example/report/$MA?key=k";
    const values = { ...line, Report_Rule: rule, HTTP_Report_Method: verb, Station_Name: "a<b & c", GPP_SA: "hidden" };
    const phone = await openPhone(mpp, values, { httpPort });
    expect(await tell(phone, { event: "report" })).toBe(200);
    const { request, text: report } = await came;
    expect([request.method, request.url]).toEqual([method, "/report/00562b043615?key=k"]);
    expect(report).toMatch(
      /^<flat-profile>\n[\s\S]*<Station_Name>a&lt;b &amp; c<\/Station_Name>[\s\S]*<\/flat-profile>\n$/,
    );
    expect(report).toContain("<User_ID_1_>201</User_ID_1_>");
    expect(report).not.toMatch(/line-secret|hidden/);
    await expect.poll(phone.done).toEqual(["reported"]);
    expect(JSON.stringify(phone.events)).not.toMatch(/key=k|line-secret/);
  });
});

/** An office with one phone of that model that has its file and stays; it is told at the port where it listens. */
async function openOffice(model: string): Promise<Staying & { readonly office: StandingOffice }> {
  const office = await openStandingOffice();
  onTestFinished(() => office.close());
  const { admin, server } = office;
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false, country: "HR" };
  await admin.ok("PATCH", "/organizations/default/settings", { settings });
  await admin.ok("POST", "/lines", { id: "201", extension: "201", secret: "first-secret" });
  await admin.ok("POST", "/devices", { mac, model, lines: ["201"] });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const events: StayEvent[] = [];
  const fleet = await stayFleet([phoneOf(catalogue, model, mac)], server, { onEvent: (each) => events.push(each) });
  onTestFinished(() => fleet.close());
  expect(fleet.report.phones.flatMap(({ faults }) => faults)).toEqual([]);
  const phone = fleet.phones[0] ?? expect.fail();
  const { address, port } = phone.place ?? expect.fail();
  await admin.ok("PATCH", `/devices/${mac}`, { settings: { "push.address": address, "push.port": port } });
  return { ...staying(phone, events), office };
}

async function syncOf({ office: { admin } }: { readonly office: StandingOffice }): Promise<string> {
  return (await admin.ok<{ sync: { state: string } }>("GET", `/devices/${mac}`)).sync.state;
}

describe("a phone in an office", () => {
  it.each([
    [mpp, "fetched", ["resync: 401 Unauthorized", "resync: 200 OK"]],
    ["cisco/9861", "fetched", ["resync: 401 Unauthorized", "resync: 200 OK"]],
    ["cisco/spa504g", "fetched", ["resync: 401 Unauthorized", "resync: 200 OK"]],
    ["cisco/ata192", "fetched", ["resync: 401 Unauthorized", "resync: 200 OK"]],
    ["cisco/8851", "fetched", ["service-control: 200 OK"]],
    ["cisco/7960", "rebooted", ["check-sync: 200 OK"]],
  ])("%s comes for what changed when it is told to", async (model, end, told) => {
    const phone = await openOffice(model);
    const { admin } = phone.office;
    await admin.ok("PATCH", "/organizations/default/settings", { settings: { "time.ntp": "10.9.8.7" } });
    expect(await syncOf(phone)).toBe("pending");
    expect(await admin.ok("POST", `/devices/${mac}/push`, {})).toMatchObject({
      state: "sent",
      transport: "sip-notify",
    });
    await expect.poll(() => syncOf(phone), { timeout: 10_000 }).toBe("up-to-date");
    await expect.poll(phone.done, { timeout: 10_000 }).toEqual([end]);
    expect(phone.told()).toEqual(told);
    expect([...phone.phone.values.values()]).toContain("10.9.8.7");
  });

  it.each([
    ["cisco/8851", {}, "SEP00562B043615.cnf.xml, dialplan-00562B043615.xml, softkeys-00562B043615.xml"],
    ["cisco/8851", { "time.ntp": "10.9.8.7" }, "SEP00562B043615.cnf.xml, dialplan-00562B043615.xml"],
    [
      "cisco/8851",
      { "softkeys.idle": ["redial", "dnd"] },
      "SEP00562B043615.cnf.xml, dialplan-00562B043615.xml, softkeys-00562B043615.xml",
    ],
    [
      "cisco/9971",
      { "call.barge": true },
      "SEP00562B043615.cnf.xml, dialplan-00562B043615.xml, featurepolicy-00562B043615.xml",
    ],
  ])(
    "%s reads what has another stamp, and all where it has the revision already: %j",
    async (model, settings, read) => {
      const phone = await openOffice(model);
      const { admin } = phone.office;
      const files = () => phone.events.flatMap(({ detail, event }) => (event === "fetched" ? [detail] : []));
      if (model === "cisco/9971") {
        // Its first request after the boot, at which no phone of the family asks for the policy.
        await admin.ok("POST", `/devices/${mac}/push`, {});
        await expect.poll(files, { timeout: 10_000 }).toHaveLength(1);
      }
      await admin.ok("PATCH", `/devices/${mac}`, { settings });
      expect(await admin.ok("POST", `/devices/${mac}/push`, {})).toMatchObject({ state: "sent" });
      await expect.poll(() => files().at(-1), { timeout: 10_000 }).toBe(read);
      expect(await syncOf(phone)).toBe("up-to-date");
      const records = () => admin.office.stores.config.find<StoredPush>({ kind: "push" });
      await expect
        .poll(async () => (await records())[0]?.body, { timeout: 10_000 })
        .toMatchObject({
          ...{ result: "sent", cameAt: expect.any(String) },
        });
    },
  );

  it("loses what was set by hand when it comes", async () => {
    const phone = await openOffice(mpp);
    phone.phone.set("Primary_NTP_Server", "my own");
    phone.phone.set("Not_In_Its_File", "stays");
    phone.phone.come();
    await expect.poll(phone.done, { timeout: 10_000 }).toEqual(["fetched"]);
    expect(phone.phone.values.get("Primary_NTP_Server")).not.toBe("my own");
    expect(phone.phone.values.get("Not_In_Its_File")).toBe("stays");
  });
});

describe("what a lossy phone's network loses", () => {
  it("is the share, by chance, at most three in a row, the same for the same seed", () => {
    const packets = (seed: number) => {
      const loses = createLoss(0.3, seed);
      return Array.from({ length: 10_000 }, () => (loses() ? "x" : ".")).join("");
    };
    expect(packets(5)).toMatch(/xxx/);
    expect(packets(5)).not.toMatch(/xxxx/);
    expect(packets(5).replaceAll(".", "").length / 10_000).toBeCloseTo(0.3, 1);
    expect(packets(5)).toBe(packets(5));
    expect(packets(5)).not.toBe(packets(6));
  });
});

describe("who is what", () => {
  it("comes to the shares, the same for the same seed", () => {
    const shares = { lossy: 0.05, dead: 0.02, deaf: 0.01, wrong: 0.002, digest: 0.5 };
    const roles = cast(500, shares, 1);
    const countOf = (character: Character) => roles.filter((role) => role.character === character).length;
    expect(["well", "lossy", "dead", "deaf", "wrong"].map((each) => countOf(each as Character))).toEqual([
      459, 25, 10, 5, 1,
    ]);
    expect(roles.filter(({ asksPassword }) => asksPassword)).toHaveLength(250);
    expect(cast(500, shares, 1)).toEqual(roles);
    expect(cast(500, shares, 2)).not.toEqual(roles);
  });

  it("leaves the password to the files when nothing is said", () => {
    expect(cast(2, {}, 1)).toEqual([{ character: "well" }, { character: "well" }]);
  });
});

describe("offhook simulate --stay", () => {
  /** Everything it prints; ended by the signal once both phones are up. */
  async function run(...options: string[]): Promise<string> {
    const office = await openStandingOffice();
    onTestFinished(() => office.close());
    let out = "";
    let end: (signal: string) => void = () => {};
    const signal = new Promise<string>((resolve) => {
      end = resolve;
    });
    const program = new Command();
    const write = (written: string) => {
      out += written;
      if (out.match(/\bup\b/g)?.length === 2) end("SIGINT");
    };
    addSimulateCommand(program, { out: write, profiles: "profiles", untilSignal: () => signal });
    const { host, httpPort, tftpPort } = office.server;
    const server = ["--server", host, "--tftp-port", `${tftpPort}`, "--http-port", `${httpPort}`];
    const told = program.parseAsync(["x", "y", "simulate", "--stay", "--model", `${mpp}=2`, ...server, ...options]);
    // Nobody has added them to the office.
    await expect(told).rejects.toThrow("2 of 2 phones were not provisioned");
    return out;
  }

  it("tells of the boot, then of every event on a line of its own, until the signal", async () => {
    const lines = (await run("--deaf", "0.5")).trimEnd().split("\n");
    expect(lines.find((each) => each.startsWith("0 of 2 phones were provisioned"))).toBeDefined();
    const events = lines.filter((each) => / up /.test(each));
    const place = /^\d\d:\d\d:\d\d\.\d{3} {2}02:0f:f0:\S+ {2}up {9}127\.0\.0\.1:\d+ (?:well|deaf), bootstrap only$/;
    expect(events.filter((each) => !place.test(each))).toEqual([]);
    expect(events.map((each) => /(?:well|deaf)/.exec(each)?.[0]).sort()).toEqual(["deaf", "well"]);
  });

  it("tells programs one object on a line", async () => {
    const events = (await run("--json"))
      .trimEnd()
      .split("\n")
      .map((each) => JSON.parse(each) as StayEvent);
    expect(events.map(({ event }) => event)).toEqual(["up", "up"]);
  });

  it.each([
    [["--lossy", "1.5"], "It must be a share from 0 to 1."],
    [["--dead", "0.6", "--deaf", "0.6"], "the shares come to more than all phones"],
  ])("refuses %j", async (options, message) => {
    const program = new Command();
    addSimulateCommand(program, { out: () => {}, profiles: "profiles", untilSignal: async () => "SIGINT" });
    let err = "";
    for (const each of program.commands)
      each.exitOverride().configureOutput({
        writeErr: (written) => {
          err += written;
        },
      });
    const args = ["x", "y", "simulate", "--stay", "--server", "127.0.0.1", "--model", mpp, ...options];
    await expect(program.parseAsync(args)).rejects.toThrow();
    expect(err).toContain(message);
  });
});
