import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { headerOf } from "../../server/sip/message.ts";
import { ok, openSipPhone, type SipPhone } from "../support/sip-phone.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

const extensions = Array.from({ length: 12 }, (_, index) => String(9700 + index));
const macOf = (extension: string) => `02aa0000${extension}`;

interface Campaign {
  readonly id: string;
  readonly state: string;
  readonly devices: readonly { readonly mac: string; readonly state: string }[];
}

/** Phones that come as soon as they are told, and again where the server is not there. */
async function openFleet(httpPort: number) {
  const told: string[] = [];
  const heard = new Set<() => void>();
  const phone: SipPhone = await openSipPhone((request) => {
    const [, extension = ""] = /^sip:(\d+)@/.exec(request.uri) ?? [];
    told.push(`${extension} ${headerOf(request, "Call-ID")}`);
    void comeFor(httpPort, extension);
    for (const tell of heard) tell();
    return ok;
  });
  return {
    phone,
    told,
    /** Resolves when so many were told. */
    hasTold: (count: number) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (new Set(told).size >= count) resolve();
        };
        heard.add(look);
        look();
      }),
  };
}

/** As a phone does: it tries again for a while. */
async function comeFor(httpPort: number, extension: string): Promise<void> {
  for (let left = 100; left > 0; left -= 1) {
    const came = await fetchFile(httpPort, extension).catch(() => false);
    if (came) return;
    await pause(200);
  }
}

async function fetchFile(httpPort: number, extension: string): Promise<boolean> {
  const reply = await fetch(`http://127.0.0.1:${httpPort}/${macOf(extension)}.xml`);
  await reply.arrayBuffer();
  return reply.ok;
}

/** One that nobody has, for both lives of the server. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function furnish({ call }: ServerProcess, phone: SipPhone): Promise<void> {
  const { address, port } = phone.destination("udp");
  await call("PATCH", "/organizations/default/settings", {
    settings: {
      ...{ "sip.server": "127.0.0.1", "sip.onlyProxy": false, "push.transport": "sip-notify" },
      ...{ "push.address": address, "push.port": port },
    },
  });
  await call("POST", "/enrolment-windows", { all: true, minutes: 30 });
  for (const extension of extensions) {
    await call("POST", "/lines", { id: extension, extension });
    await call("POST", "/devices", { mac: macOf(extension), model: "cisco/8851-3pcc", lines: [extension] });
  }
}

test("a campaign whose server is killed with -9 goes on after the restart, and nobody who came is told twice", async () => {
  const folder = await temporaryFolder();
  const httpPort = await freePort();
  const variables = { OFFHOOK_PHONE_HTTP_PORT: String(httpPort) };
  const fleet = await openFleet(httpPort);
  const first = await startServer(folder, undefined, variables);
  onTestFinished(() => first.kill());
  await furnish(first, fleet.phone);
  for (const extension of extensions) expect(await fetchFile(httpPort, extension)).toBe(true);
  await first.call("PATCH", "/sites/main", { settings: { "time.ntp": "10.0.0.1" } });
  const request = { select: { site: "main" }, pace: { perSecond: 5 }, critical: false };
  const { id } = await first.call<Campaign>("POST", "/campaigns", request);
  await fleet.hasTold(5);
  await first.kill();

  const second = await startServer(folder, undefined, variables);
  onTestFinished(() => second.kill());
  const read = () => second.call<Campaign>("GET", `/campaigns/${id}`);
  // A phone that was told in the moment of the end may have come to nobody: it gets its time before it is told again.
  await expect.poll(async () => (await read()).state, { timeout: 120_000, interval: 500 }).toBe("done");
  const campaign = await read();
  expect(campaign.devices.map(({ state }) => state)).toEqual(extensions.map(() => "up-to-date"));
  const times = extensions.map((extension) => {
    const calls = new Set(fleet.told.filter((each) => each.startsWith(`${extension} `)));
    return calls.size;
  });
  // Only the one whose fetch the end of the server cut off may be told again.
  expect(times.filter((count) => count > 1).length).toBeLessThanOrEqual(1);
  expect(Math.min(...times)).toBe(1);
}, 180_000);
