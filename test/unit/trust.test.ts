import { describe, expect, it } from "vitest";
import { blockOf, networkHolds, parseNetwork, plainAddress, privateNetworks } from "../../server/domain/network.ts";
import { decideTrust, type TrustFacts } from "../../server/domain/trust.ts";
import { type EnrolmentWindow, windowTakes } from "../../server/domain/window.ts";

const home = "10.1.2.3";
const ready = { state: "ready", windowOpen: false } as const;
const ask = (facts: Partial<TrustFacts>): TrustFacts => ({
  personal: true,
  address: home,
  allowedNetworks: privateNetworks,
  ...facts,
});

describe("trust", () => {
  it.each([
    ["a bootstrap is for anyone", ask({ personal: false, address: "203.0.113.9" }), "bootstrap", "open-file"],
    ["a stranger gets nothing", ask({}), "refuse", "unknown"],
    ["a known phone without proof gets nothing", ask({ device: ready }), "refuse", "no-proof"],
    ["an open window lets in", ask({ device: { ...ready, windowOpen: true } }), "full", "window"],
    ["a pin lets in", ask({ device: { ...ready, pin: "10.1.2.0/24" } }), "full", "pin"],
    ["a pin elsewhere does not", ask({ device: { ...ready, pin: "10.1.3.0/24" } }), "refuse", "no-proof"],
    ["a staged phone needs the same", ask({ device: { state: "staged", windowOpen: true } }), "full", "window"],
    ["disabled wins over a window", ask({ device: { state: "disabled", windowOpen: true } }), "refuse", "disabled"],
    [
      "retired wins over a pin",
      ask({ device: { state: "retired", windowOpen: false, pin: "10.1.2.0/24" } }),
      "refuse",
      "retired",
    ],
    [
      "outside the networks no window helps",
      ask({ address: "203.0.113.9", device: { ...ready, windowOpen: true, pin: "203.0.113.0/24" } }),
      "refuse",
      "outside-networks",
    ],
    [
      "no network is allowed when none is named",
      ask({ allowedNetworks: [], device: { ...ready, windowOpen: true } }),
      "refuse",
      "outside-networks",
    ],
  ] as const)("%s", (_sentence, facts, trust, reason) => {
    expect(decideTrust(facts)).toEqual({ trust, reason });
  });
});

describe("a network", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["10.0.0.0/8", "::ffff:10.0.0.1", true],
    ["fd00::/8", "fd12::1", true],
    ["fd00::/8", "10.0.0.1", false],
    ["192.0.2.7/32", "192.0.2.7", true],
    ["192.0.2.7/32", "192.0.2.6", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["172.16.0.0/12", "172.31.255.255", true],
    ["172.16.0.0/12", "172.32.0.0", false],
    ["192.168.0.0/16", "192.169.0.0", false],
    ["not a network", "10.0.0.1", false],
  ])("%s holds %s: %s", (network, address, holds) => {
    expect(networkHolds(network, address)).toBe(holds);
  });

  it.each([
    ["10.0.0.0/8", "10.0.0.0/8"],
    ["10.1.2.3", "10.1.2.3/32"],
    ["fd00::/8", "fd00::/8"],
    ["10.0.0.0/33", undefined],
    ["10.0.0/8", undefined],
    ["fe80::1%eth0/64", undefined],
    ["", undefined],
  ])("is read of %j: %j", (text, network) => {
    expect(parseNetwork(text)).toBe(network);
  });

  it.each([
    ["10.1.2.3", "10.1.2.0/24"],
    ["::ffff:10.1.2.3", "10.1.2.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["fd00::1", "fd00:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("that %s is pinned to is %s", (address, block) => {
    expect(blockOf(address)).toBe(block);
    expect(networkHolds(block, address)).toBe(true);
  });

  it("is asked with an address without its zone", () => {
    expect(plainAddress("fe80::1%eth0")).toBe("fe80::1");
  });
});

describe("an enrolment window", () => {
  const now = Date.parse("2026-01-01T10:00:00Z");
  const window: EnrolmentWindow = {
    id: "w",
    all: true,
    opensAt: "2026-01-01T09:55:00Z",
    closesAt: "2026-01-01T10:05:00Z",
    openedBy: "test",
  };
  const device = { mac: "001721820542" as never, site: "main", model: "cisco/8851", pinned: false };
  const takes = (
    change: Partial<EnrolmentWindow>,
    taken: [string, { address: string; at: number; completed: boolean }][] = [],
    at = now,
  ) => {
    const { all, ...rest } = window;
    const whom = (change.site ?? change.model ?? change.devices) ? rest : { ...rest, all };
    return windowTakes({ ...whom, ...change } as EnrolmentWindow, { taken: new Map(taken) as never }, device, home, at);
  };
  const done = { address: home, at: now, completed: true };

  it.each([
    ["all devices", takes({}), true],
    ["before it opens", takes({}, [], now - 400_000), false],
    ["after it closed", takes({}, [], now + 400_000), false],
    ["its site", takes({ site: "main" }), true],
    ["another site", takes({ site: "else" }), false],
    ["its model", takes({ model: "cisco/8851" }), true],
    ["another model", takes({ model: "cisco/7960" }), false],
    ["a device it names", takes({ devices: [device.mac] }), true],
    ["a device it does not name", takes({ devices: [] }), false],
    ["from its networks", takes({ networks: ["10.0.0.0/8"] }), true],
    ["from elsewhere", takes({ networks: ["192.168.0.0/16"] }), false],
    ["the last place", takes({ count: 1 }), true],
    ["no place left", takes({ count: 1 }, [["a", done]]), false],
    ["its own place again", takes({ count: 1 }, [[device.mac, { ...done, completed: false }]]), true],
    ["a device that has its file, within grace", takes({}, [[device.mac, done]], now + 60_000), true],
    [
      "a device that has its file, from another address",
      takes({}, [[device.mac, { ...done, address: "10.9.9.9" }]]),
      false,
    ],
    [
      "a device that has its file, after ten minutes",
      takes({ closesAt: "2026-01-01T12:00:00Z" }, [[device.mac, done]], now + 600_001),
      false,
    ],
  ])("%s: %s", (_case, taken, expected) => {
    expect(taken).toBe(expected);
  });
});
