import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import { Failure } from "../../server/domain/failures.ts";
import type { DeviceChange } from "../../server/office/devices/devices.ts";
import { edit, openTestOffice } from "../support/office.ts";

const mac = "00562b043615";
let office: Office;

beforeEach(async () => {
  office = await openTestOffice();
  await office.lines.add(edit, { id: "9721", extension: "9721" });
  await office.lines.add(edit, { id: "9722", extension: "9722" });
});
afterEach(() => office.close());

/** The fields that a device is refused for, with the reason. */
async function refusals(model: string, change: DeviceChange): Promise<Record<string, string>> {
  try {
    await office.devices.add(edit, mac, { model, lines: ["9721"], ...change });
    return {};
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return Object.fromEntries(error.errors.map(({ pointer, detail }) => [pointer, detail]));
  }
}

async function desk() {
  const stored = await office.stores.config.holder<Device>(`mac:${mac}`);
  if (!stored) throw new Error("not there");
  return await office.desks.read(office.stores.config, stored);
}

describe("what a phone can't be told is refused with the reason", () => {
  const picture = "http://prov.example.com/Desktops/320x212x16/Lake.png";
  const size = "must be a PNG in the shelf's folder of this screen here: http://server/Desktops/800x480x24/name.png";

  it.each<[string, string, DeviceChange, Record<string, string>]>([
    [
      "SIP over UDP on a 9971",
      "cisco/9971",
      { settings: { "sip.transport": "udp" } },
      { "/settings/sip.transport": "can be tcp on this phone, not udp" },
    ],
    [
      "SIP over TLS, which needs a trust list",
      "cisco/8851",
      { settings: { "sip.transport": "tls" } },
      { "/settings/sip.transport": "can be udp, tcp on this phone, not tls" },
    ],
    [
      "a picture for another screen",
      "cisco/8851",
      { settings: { "display.wallpaper": picture } },
      { "/settings/display.wallpaper": size },
    ],
    [
      "a forward key with a target",
      "cisco/7965",
      { keys: [{ position: 2, type: "forward", target: { number: "9722" } }] },
      { "/keys/0/type": "has no target on this phone when it is a key of type forward" },
    ],
    [
      "a name server by its name on a 7960",
      "cisco/7960",
      { settings: { "network.dns": "dns.example.com" } },
      {
        "/settings/network.dns": "must be an IPv4 address here: this phone asks nobody for its name server's own",
      },
    ],
    [
      "a hot line of one 7960, whose dial plan is the organization's",
      "cisco/7960",
      { settings: { "dial.hotline": "9722" } },
      {
        "/settings/dial.hotline": "is taken from the organization by phones of cisco/sip79xx, which has another value",
      },
    ],
  ])("%s", async (_, model, change, expected) => {
    expect(await refusals(model, change)).toEqual(expected);
  });

  it("a language without a folder of its own", async () => {
    const [reason = ""] = Object.values(await refusals("cisco/8851", { settings: { "phone.language": "mt" } }));
    expect(reason).toMatch(/^can be .*el.* here, not mt$/);
  });

  it("an intercom key, which would need an account of its own", async () => {
    const keys: DeviceChange["keys"] = [{ position: 2, type: "intercom", target: { number: "9722" } }];
    expect(Object.keys(await refusals("cisco/8851", { keys }))).toEqual(["/keys/0/type"]);
  });
});

it("SIP over UDP that a 9971 inherits is left out, reported, and TCP is told in its place", async () => {
  await office.layers.change(edit, "organization", "default", { settings: { "sip.transport": "udp" } });
  await office.devices.add(edit, mac, { model: "cisco/9971", lines: ["9721"] });
  const { leftOut, parameters } = await desk();
  expect(parameters.get("device/transportLayerProtocol")).toBe("1");
  expect(leftOut.filter(({ name }) => name === "sip.transport")).toEqual([
    { name: "sip.transport", layer: "organization", reason: "can be tcp on this phone, not udp" },
  ]);
});

it("missed calls are listed line by line", async () => {
  const settings = { "call.missedLog": false };
  await office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721", "9722"], settings });
  expect((await desk()).parameters.get("device/MissedCallLoggingOption")).toBe("00");
});
