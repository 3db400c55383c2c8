import { createSocket } from "node:dgram";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Command, CommanderError } from "commander";
import { afterEach, describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { addSimulateCommand } from "../../server/cli/simulate.ts";
import { parseMac } from "../../server/domain/mac.ts";
import type { BootServer } from "../../server/simulate/asking.ts";
import { bootPhone } from "../../server/simulate/boot.ts";
import { bootFleet, SimulationFailed } from "../../server/simulate/fleet.ts";
import { makePhones, phoneOf } from "../../server/simulate/phones.ts";

const catalogue = createCatalogue("profiles");
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

/** A file; or a no, as an HTTP status (404 is error 1 over TFTP, others are error 2); or silence. */
type Reply = string | number | "silence";
type Answer = (protocol: "tftp" | "http", name: string) => Reply;

interface Peer extends Required<Omit<BootServer, "from" | "loses">> {
  readonly asked: string[];
}

/** A small server for phones: what it is asked is written down, what it answers is the test's. */
async function peer(answer: Answer, loses = false): Promise<Peer> {
  const asked: string[] = [];
  const reply = (protocol: "tftp" | "http", name: string, way: string = protocol) => {
    asked.push(`${way} ${name}`);
    return answer(protocol, name);
  };
  return {
    host: "127.0.0.1",
    httpPort: await serveHttp((name, method) => reply("http", name, method === "GET" ? "http" : `http ${method}`)),
    tftpPort: await serveTftp((name) => reply("tftp", name), loses),
    patience: { tftpMs: [30, 60, 90], httpMs: 150 },
    asked,
  };
}

async function serveHttp(reply: (name: string, method: string) => Reply): Promise<number> {
  const server = createServer((request, response) => {
    const found = reply(request.url ?? "", request.method ?? "");
    const tag = `"${String(found).length}"`;
    if (found === "silence") return;
    if (typeof found === "number") response.writeHead(found).end();
    else if (request.headers["if-none-match"] === tag) response.writeHead(304, { etag: tag }).end();
    else response.writeHead(200, { etag: tag }).end(found);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** Answers from its listening port, one block at a time; `loses`: the first DATA of every transfer. */
async function serveTftp(reply: (name: string) => Reply, loses: boolean): Promise<number> {
  const socket = createSocket("udp4");
  const transfers = new Map<string, Buffer>();
  const block = (bytes: Buffer, number: number) =>
    Buffer.concat([Buffer.from([0, 3, number >> 8, number]), bytes.subarray((number - 1) * 512, number * 512)]);

  function begin(packet: Buffer, client: string): Buffer | undefined {
    const found = reply(packet.toString("latin1", 2, packet.indexOf(0, 2)));
    if (typeof found === "number") return Buffer.from([0, 5, 0, found === 404 ? 1 : 2, 0]);
    if (found === "silence") return undefined;
    const bytes = Buffer.from(found);
    transfers.set(client, bytes);
    return loses ? undefined : block(bytes, 1);
  }

  function answer(packet: Buffer, client: string): Buffer | undefined {
    const bytes = transfers.get(client);
    if (packet[1] === 1) return bytes ? block(bytes, 1) : begin(packet, client);
    const number = packet.readUInt16BE(2);
    return packet[1] === 4 && bytes && number * 512 <= bytes.length ? block(bytes, number + 1) : undefined;
  }

  socket.on("message", (packet, { port, address }) => {
    const client = `${address} ${port}`;
    const packetBack = answer(packet, client);
    if (packetBack) socket.send(packetBack, port, address);
    if (packet[1] === 4 && !packetBack) transfers.delete(client);
  });
  await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
  closers.push(() => new Promise<void>((resolve) => socket.close(resolve)));
  return socket.address().port;
}

const bootstrap = `<flat-profile><Profile_Rule>/$PSN.xml</Profile_Rule><Profile_Rule_B>/$MA.xml</Profile_Rule_B>
<Resync_Error_Retry_Delay>30,60</Resync_Error_Retry_Delay></flat-profile>`;
const ownProfile = bootstrap.replace(
  "</flat-profile>",
  `<Line_Enable_1_>Yes</Line_Enable_1_><User_ID_1_>201</User_ID_1_><Password_1_>s3cret</Password_1_>
<Proxy_1_>pbx.example.com</Proxy_1_><Display_Name_1_>${"long ".repeat(200)}end</Display_Name_1_></flat-profile>`,
);
const sep = `<device><sipProfile><dialTemplate>dialplan-00562B043615.xml</dialTemplate><sipLines><line button="1">
<featureID>9</featureID><proxy>pbx</proxy><name>201</name><authName>201</authName><authPassword>s3cret</authPassword>
</line></sipLines></sipProfile></device>`;

const files: readonly (readonly [RegExp, string])[] = [
  [/^\/?(?:8851-3PCC\.xml|DP-9861\.xml|ata192\.cfg|spa504G\.cfg)$/, bootstrap],
  [/^\/?[0-9a-f]{12}\.xml$/, ownProfile],
  [/^\/?SEP[0-9A-F]{12}\.cnf\.xml$/, sep],
  [/^\/?dialplan(?:-[0-9A-F]{12})?\.xml$/, '<dialTemplate><TEMPLATE match="*" timeout="5"/></dialTemplate>'],
  [/^\/?softkeys-[0-9A-F]{12}\.xml$/, "<softKeyCfg/>"],
  [/^\/?AppDialRules\.xml$/, "<DialRules/>"],
  [/^\/?Ringlist-wb\.xml$/, "<CiscoIPPhoneRingList/>"],
  [/^\/?XMLDefault\.cnf\.xml$/, "<Default/>"],
  [/^SIPDefault\.cnf$/, "; nothing\n"],
  [/^SIP[0-9A-F]{12}\.cnf$/, 'line1_name: 201\nline1_authname: 201\nline1_password: "s3cret"\nproxy1_address: "pbx"\n'],
  [/^RINGLIST\.DAT$/, "Bell\tbell.raw\n"],
];

const good: Answer = (_, name) => files.find(([pattern]) => pattern.test(name))?.[1] ?? 404;

function phone(model: string, text = "00562b043615") {
  const mac = parseMac(text);
  if (!mac) throw new Error(text);
  return phoneOf(catalogue, model, mac);
}

describe("what each family asks for, in order", () => {
  it.each([
    ["cisco/8851-3pcc", ["tftp /8851-3PCC.xml", "tftp /00562b043615.xml"]],
    ["cisco/9861", ["tftp /DP-9861.xml", "tftp /00562b043615.xml"]],
    ["cisco/ata192", ["tftp /ata192.cfg", "tftp /00562b043615.xml"]],
    ["cisco/spa504g", ["tftp /spa504G.cfg", "tftp /00562b043615.xml"]],
    [
      "cisco/8851",
      [
        "http /CTLSEP00562B043615.tlv",
        "http /ITLSEP00562B043615.tlv",
        "http /ITLFile.tlv",
        "http /SEP00562B043615.cnf.xml",
        "http /English_United_States/sl-be-sip.jar",
        "http /United_States/g3-tones.xml",
        "http /dialplan-00562B043615.xml",
        "http /softkeys-00562B043615.xml",
        "http /AppDialRules.xml",
        "http /Ringlist-wb.xml",
        "http /defaultheadsetconfig.json",
      ],
    ],
    [
      "cisco/7960",
      [
        "tftp CTLSEP00562B043615.tlv",
        "tftp OS79XX.TXT",
        "tftp SIPDefault.cnf",
        "tftp SIP00562B043615.cnf",
        "tftp RINGLIST.DAT",
        "tftp dialplan.xml",
      ],
    ],
  ])("%s", async (model, asked) => {
    const server = await peer(good);
    const report = await bootPhone(phone(model), server);
    expect({ state: report.state, faults: report.faults }).toEqual({ state: "provisioned", faults: [] });
    expect(server.asked).toEqual(asked);
  });

  it.each([
    ["cisco/8851-3pcc", ["http /8851-3PCC.xml", "http /00562b043615.xml"]],
    ["cisco/8851", ["http /CTLSEP00562B043615.tlv", "http /ITLSEP00562B043615.tlv"]],
  ])("%s with HTTP alone", async (model, asked) => {
    const { host, httpPort, asked: seen } = await peer(good);
    expect((await bootPhone(phone(model), { host, httpPort })).state).toBe("provisioned");
    expect(seen.slice(0, 2)).toEqual(asked);
  });

  it("an enterprise phone over TFTP writes no leading slash", async () => {
    const { host, tftpPort, patience, asked } = await peer(good);
    expect((await bootPhone(phone("cisco/8851"), { host, tftpPort, patience })).state).toBe("provisioned");
    expect(asked.slice(3, 5)).toEqual(["tftp SEP00562B043615.cnf.xml", "tftp English_United_States/sl-be-sip.jar"]);
  });
});

describe("one phone", () => {
  it("tells what came, how, and what it read", async () => {
    const server = await peer(good);
    const { mac, model, milliseconds, steps } = await bootPhone(phone("cisco/8851-3pcc"), server);
    expect([mac, model]).toEqual(["00562b043615", "cisco/8851-3pcc"]);
    expect(milliseconds).toBeGreaterThan(0);
    expect(steps[1]).toMatchObject({
      ask: "/00562b043615.xml",
      expect: "device",
      protocol: "tftp",
      outcome: "served",
      bytes: ownProfile.length,
      problems: [],
    });
    expect(steps[1]?.inspection?.values.get("User_ID_1_")).toBe("201");
  });

  it("survives a lost DATA packet in every file", async () => {
    const server = await peer(good, true);
    expect((await bootPhone(phone("cisco/8851-3pcc"), server)).state).toBe("provisioned");
    expect(server.asked).toEqual(["tftp /8851-3PCC.xml", "tftp /00562b043615.xml"]);
  });

  it("asks the next protocol after a no, but not for a file it can do without", async () => {
    const server = await peer((protocol, name) => (protocol === "http" ? 404 : good(protocol, name)));
    const { state, steps } = await bootPhone(phone("cisco/8851"), server);
    expect(state).toBe("provisioned");
    expect(server.asked.slice(0, 5)).toEqual([
      "http /CTLSEP00562B043615.tlv",
      "http /ITLSEP00562B043615.tlv",
      "http /ITLFile.tlv",
      "http /SEP00562B043615.cnf.xml",
      "tftp SEP00562B043615.cnf.xml",
    ]);
    expect(steps[3]).toMatchObject({ protocol: "tftp", outcome: "served" });
    expect(steps[3]?.attempts.map(({ protocol, outcome }) => [protocol, outcome])).toEqual([
      ["http", "nothing"],
      ["tftp", "served"],
    ]);
  });

  it("is refused its own file on both protocols: bootstrap only", async () => {
    const server = await peer((protocol, name) => (name.includes("00562b043615") ? 403 : good(protocol, name)));
    const { state, faults } = await bootPhone(phone("cisco/8851-3pcc"), server);
    expect(state).toBe("bootstrap only");
    expect(faults).toEqual([{ file: "/00562b043615.xml", reason: "refused (error 2: no reason given)" }]);
    expect(server.asked).toEqual(["tftp /8851-3PCC.xml", "tftp /00562b043615.xml", "http /00562b043615.xml"]);
  });

  it("of the enterprise family asks for the default file in place of its own", async () => {
    const server = await peer((protocol, name) => (/SEP.*cnf|dialplan/.test(name) ? 403 : good(protocol, name)));
    expect((await bootPhone(phone("cisco/8851"), server)).state).toBe("bootstrap only");
    expect(server.asked.slice(3, 7)).toEqual([
      "http /SEP00562B043615.cnf.xml",
      "tftp SEP00562B043615.cnf.xml",
      "http /XMLDefault.cnf.xml",
      "http /English_United_States/sl-be-sip.jar",
    ]);
  });

  it.each<readonly [string, string, string, Reply, string]>([
    ["its own file is not there", "cisco/8851-3pcc", "/00562b043615.xml", 404, "nothing (error 1: no reason given)"],
    ["its own file is wrong", "cisco/8851-3pcc", "/00562b043615.xml", bootstrap, "no line is enabled"],
    ["the bootstrap is refused", "cisco/8851-3pcc", "/8851-3PCC.xml", 403, "refused (error 2: no reason given)"],
    ["the server is in trouble", "cisco/8851", "/softkeys-00562B043615.xml", 503, "broken (status 503)"],
    ["a trust list is served", "cisco/8851", "/ITLFile.tlv", "x", "is a trust list, which must not be served"],
    ["a companion is missing", "cisco/7960", "RINGLIST.DAT", 404, "nothing (error 1: no reason given)"],
  ])("has failed when %s", async (_, model, name, reply, reason) => {
    const file = name.replace(/^\//, "");
    const server = await peer((protocol, asked) => (asked.endsWith(file) ? reply : good(protocol, asked)));
    const { state, faults } = await bootPhone(phone(model), server);
    expect(state).toBe("failed");
    expect(faults[0]?.reason).toBe(reason);
    expect(faults[0]?.file.replace(/^\//, "")).toBe(file);
  });

  it("has failed when its rules are not those of the bootstrap", async () => {
    const moved = ownProfile.replace("/$MA.xml", "http://elsewhere/$MA.xml");
    const server = await peer((protocol, name) => (name.includes("00562b") ? moved : good(protocol, name)));
    expect((await bootPhone(phone("cisco/8851-3pcc"), server)).faults).toEqual([
      { file: "/00562b043615.xml", reason: "Profile_Rule_B is not the one of the bootstrap" },
    ]);
  });

  it("looks whether the load that it is sent to is there", async () => {
    const upgrade = ownProfile.replace("</flat", "<Upgrade_Rule>http://h:1/sip88xx.12-0-7.loads</Upgrade_Rule></flat");
    const load = { is: 404 as Reply };
    const server = await peer((protocol, name) => {
      if (name.includes("sip88xx")) return load.is;
      return name.includes("00562b") ? upgrade : good(protocol, name);
    });
    expect((await bootPhone(phone("cisco/8851-3pcc"), server)).faults).toEqual([
      { file: "/00562b043615.xml", reason: "Upgrade_Rule names a file that is not served" },
    ]);
    expect(server.asked.at(-1)).toBe("http HEAD /sip88xx.12-0-7.loads");
    load.is = "the load";
    expect((await bootPhone(phone("cisco/8851-3pcc"), server)).state).toBe("provisioned");
    const { host, tftpPort, patience } = server;
    expect((await bootPhone(phone("cisco/8851-3pcc"), { host, tftpPort, patience })).state).toBe("provisioned");
    expect(server.asked.at(-1)).toBe("tftp /sip88xx.12-0-7.loads");
  });

  it("reports silence in time and asks for no more", async () => {
    const server = await peer(() => "silence");
    const started = performance.now();
    const { state, steps, faults } = await bootPhone(phone("cisco/8851"), server);
    expect(performance.now() - started).toBeLessThan(2000);
    expect([state, steps.length]).toEqual(["failed", 1]);
    expect(faults).toEqual([{ file: "CTLSEP00562B043615.tlv", reason: "silent (no byte for 150 ms)" }]);
  });

  it("reports that it has no port to ask", async () => {
    const { host, httpPort } = await peer(good);
    expect((await bootPhone(phone("cisco/spa504g"), { host, httpPort })).faults[0]).toEqual({
      file: "/spa504G.cfg",
      reason: "no port for it is given",
    });
  });

  it("counts 304 at its second boot as success and still knows what it holds", async () => {
    const { host, httpPort, asked } = await peer(good);
    const same = phone("cisco/8851-3pcc");
    await bootPhone(same, { host, httpPort });
    const { state, steps } = await bootPhone(same, { host, httpPort });
    expect(state).toBe("provisioned");
    expect(steps.map(({ bytes, outcome }) => [bytes, outcome])).toEqual([
      [0, "served"],
      [0, "served"],
    ]);
    expect(steps[1]?.inspection?.values.get("User_ID_1_")).toBe("201");
    expect(asked).toHaveLength(4);
  });
});

describe("a fleet", () => {
  it("boots no more phones at a time than allowed", async () => {
    const up = { begun: new Set<string>(), ended: 0, most: 0 };
    const server = await peer((protocol, name) => {
      const [, mac] = /^\/CTLSEP(\w{12})/.exec(name) ?? [];
      if (mac !== undefined) up.begun.add(mac);
      up.most = Math.max(up.most, up.begun.size - up.ended);
      return good(protocol, name);
    });
    const phones = makePhones(catalogue, [{ model: "cisco/8851", count: 12 }]);
    const onPhone = () => {
      up.ended += 1;
    };
    const report = await bootFleet(phones, server, { concurrency: 4, onPhone });
    expect([up.begun.size, up.ended, up.most]).toEqual([12, 12, 4]);
    expect(report.phones.map(({ mac }) => mac)).toEqual(phones.map(({ mac }) => mac));
  });

  it("sums up each model", async () => {
    const server = await peer((protocol, name) => {
      if (/1\.xml$/.test(name)) return 403;
      return /2\.xml$/.test(name) ? "<flat-profile/>" : good(protocol, name);
    });
    const counts = [
      { model: "cisco/8851-3pcc", count: 4 },
      { model: "cisco/7960", count: 30 },
    ];
    // Every answer comes: a busy machine is no reason to ask again and give up.
    const patient = { ...server, patience: { tftpMs: [2000, 4000], httpMs: 5000 } };
    const { summary, milliseconds } = await bootFleet(makePhones(catalogue, counts), patient);
    const time = expect.any(Number);
    expect(summary).toEqual([
      { model: "cisco/8851-3pcc", count: 4, provisioned: 2, bootstrapOnly: 1, failed: 1, p50: time, p99: time },
      { model: "cisco/7960", count: 30, provisioned: 30, bootstrapOnly: 0, failed: 0, p50: time, p99: time },
    ]);
    expect(milliseconds).toBeGreaterThanOrEqual(summary[1]?.p99 ?? 0);
  });

  it("reports phones that the time did not suffice for", async () => {
    const stop = new AbortController();
    const server = await peer((protocol, name) => {
      if (name.startsWith("/SEP")) stop.abort();
      return good(protocol, name);
    });
    const phones = makePhones(catalogue, [{ model: "cisco/8851", count: 2 }]);
    const { phones: reports, summary } = await bootFleet(phones, server, { concurrency: 1, signal: stop.signal });
    expect(reports.map(({ state, faults }) => [state, faults[0]?.reason])).toEqual([
      ["failed", "broken (the time given ran out)"],
      ["failed", "the time given ran out before it booted"],
    ]);
    expect(summary[0]).toMatchObject({ failed: 2, p50: undefined });
  });
});

describe("offhook simulate", () => {
  async function run(...args: string[]) {
    const told = { out: "", err: "" };
    const program = new Command().exitOverride().configureOutput({
      writeOut: (text) => {
        told.out += text;
      },
      writeErr: (text) => {
        told.err += text;
      },
    });
    addSimulateCommand(program, {
      out: (text) => {
        told.out += text;
      },
      profiles: "profiles",
      untilSignal: async () => "SIGINT",
    });
    for (const command of program.commands) command.exitOverride().configureOutput(program.configureOutput());
    const thrown = await program.parseAsync(["node", "offhook", "simulate", ...args]).then(
      () => undefined,
      (error: unknown) => error,
    );
    return { ...told, thrown };
  }

  async function ports(answer: Answer) {
    const { asked, tftpPort, httpPort } = await peer(answer);
    return { asked, args: ["--server", "127.0.0.1", "--tftp-port", `${tftpPort}`, "--http-port", `${httpPort}`] };
  }

  it("boots what it is told to and prints the table", async () => {
    const { asked, args } = await ports(good);
    const { out, thrown } = await run("--model", "cisco/8851-3pcc=2", "--model", "cisco/ata192", ...args);
    expect(thrown).toBeUndefined();
    expect(out).toMatch(
      /^model +phones +provisioned .*\ncisco\/8851-3pcc +2 +2 +0 +0 .*\ncisco\/ata192 +1 +1 .*\nall +3 /,
    );
    expect(asked).toHaveLength(6);
  });

  it("boots exactly these phones, and says so to programs", async () => {
    const { args } = await ports(good);
    const macs = ["--mac", "00:17:21:82:05:42", "--mac", "0017.2182.0599"];
    const { out } = await run("--model", "cisco/8851-3pcc", ...macs, "--json", ...args);
    const { phones } = JSON.parse(out) as { phones: { mac: string; state: string }[] };
    expect(phones.map(({ mac, state }) => [mac, state])).toEqual([
      ["001721820542", "provisioned"],
      ["001721820599", "provisioned"],
    ]);
  });

  it("fails after its report when a phone was not provisioned, and prints no secret", async () => {
    const broken = ownProfile.replace("<User_ID_1_>", "<User_ID_9_9>").replace("s3cret", "s3<cret>");
    const { args } = await ports((protocol, name) => (name.startsWith("/02") ? broken : good(protocol, name)));
    const { out, thrown } = await run("--model", "cisco/8851-3pcc", "--count", "2", "--json", ...args);
    expect(thrown).toBeInstanceOf(SimulationFailed);
    expect((thrown as Error).message).toBe("2 of 2 phones were not provisioned");
    expect(out).toContain("is not well-formed XML");
    expect(out).not.toContain("cret>");
  });

  it.each([
    [["--server", "h"], "error: required option '--model <id[=count]>' not specified"],
    [["--model", "cisco/7960"], "error: required option '--server <host>' not specified"],
    [["--model", "cisco/7960x", "--server", "h"], 'error: there is no model "cisco/7960x"; did you mean cisco/7960?'],
    [
      ["--model", "cisco/7960=0", "--server", "h"],
      "error: option '--model <id[=count]>' argument 'cisco/7960=0' is invalid. It must be a model, or a model=count.",
    ],
    [
      ["--model", "cisco/7960", "--server", "h", "--count", "0"],
      "error: option '--count <n>' argument '0' is invalid. It must be a whole number from 1 to 100000.",
    ],
    [
      ["--model", "cisco/7960", "--server", "h", "--mac", "1"],
      "error: option '--mac <mac>' argument '1' is invalid. It must be a MAC of twelve hex digits.",
    ],
    [
      ["--model", "cisco/7960", "--server", "h", "--tftp-port", "0", "--http-port", "0"],
      "error: TFTP or HTTP needs a port",
    ],
    [
      [
        "--model",
        "cisco/7960",
        "--model",
        "cisco/8851",
        "--server",
        "h",
        "--mac",
        "001721820542",
        "--mac",
        "001721820543",
      ],
      "error: several --mac need one --model",
    ],
  ])("refuses %j with one clear line", async (args, line) => {
    const { err, thrown } = await run(...args);
    expect(thrown).toBeInstanceOf(CommanderError);
    expect(err).toBe(`${line}\n`);
  });

  it("explains itself with an example", async () => {
    const { out } = await run("--help");
    expect(out).toContain("$ offhook simulate --model cisco/8851-3pcc=50 --model cisco/7960 --server 127.0.0.1");
    expect(out).toContain("Ends with 0 when every phone got its own file");
  });
});
