import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Device } from "../../server/domain/device.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { createWindows } from "../../server/office/phones/windows.ts";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";
import { openTftpPhone } from "../support/tftp-datagrams.ts";
import { fetchTftp } from "../support/tftp-phone.ts";

const mac = "001721820542" as Mac;
const name = `SEP${mac.toUpperCase()}.cnf.xml`;
const strangersName = "SEPFFEEDDCCBBAA.cnf.xml";
let door: FrontDoor;

async function overTftp(path: string): Promise<string> {
  return await fetchTftp({ host: "127.0.0.1", port: door.tftp, path }).then(
    ({ body }) => body.toString("utf8"),
    (error: Error) => error.message,
  );
}

/** Everything that people configure, as it stands. */
async function everything(): Promise<string> {
  const kinds = ["organization", "site", "preset", "line", "device", "enrolment-window", "revision"];
  const found = await Promise.all(kinds.map((kind) => door.office.stores.config.find({ kind })));
  return JSON.stringify(found);
}

beforeEach(async () => {
  door = await openFrontDoor();
  await door.office.lines.add(edit, { id: "9721", extension: "9721", secret: "a-very-secret-secret" });
  await door.office.devices.add(edit, mac, { model: "cisco/8851", lines: ["9721"] });
});
afterEach(() => door.close());

describe("a phone's own file", () => {
  it("is refused without a window, in the very answer that a stranger gets, and asking writes nothing", async () => {
    const before = await everything();
    const known = await ask(door.http, `/${name}`);
    const stranger = await ask(door.http, `/${strangersName}`);
    const headers = ({ date, ...rest }: Record<string, unknown>) => rest;
    expect([known.status, known.body, headers(known.headers)]).toEqual([
      stranger.status,
      stranger.body,
      headers(stranger.headers),
    ]);
    expect(known.status).toBe(403);
    expect(await overTftp(name)).toBe(await overTftp(strangersName));
    expect(await overTftp(name)).toMatch(/^TFTP error 2/);
    expect(await everything()).toBe(before);
    expect(door.office.strangers.list().map((each) => each.mac)).toEqual(["ffeeddccbbaa"]);
  });

  it("comes inside a window, pins the device to its block, and comes after the window is closed", async () => {
    const window = await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    expect(await overTftp(name)).toContain("<authPassword>a-very-secret-secret</authPassword>");
    await door.office.enrolment.close(edit, window.id);
    expect((await ask(door.http, `/${name}`)).status).toBe(200);
    expect((await door.office.presence.of("default", mac)).pin?.block).toBe("127.0.0.0/24");
  });

  it("is not delivered by a transfer that broke: no pin, and the window stays open for the phone", async () => {
    await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    const ended = new Promise<boolean>((resolve) => {
      const unwatch = door.office.journal.watch(({ delivery }) => {
        if (!delivery) return;
        unwatch();
        resolve(delivery.completed);
      });
    });
    const phone = await openTftpPhone();
    phone.ask(door.tftp, name);
    const { port } = await phone.nextData();
    phone.fail(0, "the power went", port);
    expect(await ended).toBe(false);
    phone.close();
    const { pin, served } = await door.office.presence.of("default", mac);
    expect([pin, served]).toEqual([undefined, undefined]);
    expect((await ask(door.http, `/${name}`)).status).toBe(200);
  });

  it("keeps its pin over a restart", async () => {
    await door.office.enrolment.open(edit, { all: true, minutes: 5 });
    await ask(door.http, `/${name}`);
    await door.office.presence.flush();
    const stored = await door.office.stores.presence.get<{ pin: { block: string } }>({
      organization: "default",
      kind: "presence",
      id: mac,
    });
    expect(stored?.body.pin.block).toBe("127.0.0.0/24");
  });

  it("does not come when the window is for another site, model, network or device", async () => {
    await door.office.layers.add(edit, "site", { id: "elsewhere" });
    await door.office.devices.add(edit, "001721820599", { model: "cisco/8851" });
    for (const whom of [
      { site: "elsewhere" },
      { model: "cisco/7960" },
      { devices: ["001721820599"] },
      { all: true, networks: ["10.0.0.0/8"] },
    ]) {
      await door.office.enrolment.open(edit, { ...whom, minutes: 5 });
    }
    expect((await ask(door.http, `/${name}`)).status).toBe(403);
  });

  it("comes to no more devices than the window takes", async () => {
    await door.office.devices.add(edit, "001721820599", { model: "cisco/8851" });
    await door.office.enrolment.open(edit, { all: true, minutes: 5, count: 1 });
    expect((await ask(door.http, `/${name}`)).status).toBe(200);
    expect((await ask(door.http, "/SEP001721820599.cnf.xml")).status).toBe(403);
  });

  it("counts the devices of a window on after a restart", async () => {
    await door.office.devices.add(edit, "001721820599", { model: "cisco/8851" });
    const { body: window } = await door.office.enrolment.open(edit, { all: true, minutes: 5, count: 1 });
    await ask(door.http, `/${name}`);
    await door.office.presence.flush();
    const pin = (await door.office.presence.of("default", mac)).pin;
    const parts = { store: door.office.stores.config, clock: Date.now };
    const restarted = await createWindows({ ...parts, enrolled: pin ? [{ ...pin, mac }] : [] });
    const other = await door.office.stores.config.holder<Device>("mac:001721820599");
    expect(restarted.taken(window)).toBe(1);
    const application = { organization: "default", pinned: false, address: "127.0.0.1", takesPlace: true };
    expect(other && restarted.admit({ ...application, device: other.body })).toBeUndefined();
    restarted.close();
  });

  it("is not opened again, for another address block, by a window that does not name it", async () => {
    await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    await ask(door.http, `/${name}`);
    const device = await door.office.stores.config.holder<Device>(`mac:${mac}`);
    if (!device) throw new Error("not there");
    const from = { organization: "default", device: device.body, pinned: true, address: "10.9.9.9", takesPlace: true };
    await door.office.enrolment.open(edit, { all: true, minutes: 5 });
    expect(door.office.windows.admit(from)).toBeUndefined();
    await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    expect(door.office.windows.admit(from)).toBeDefined();
  });

  it("takes no place in a window by HEAD", async () => {
    await door.office.enrolment.open(edit, { all: true, minutes: 5, count: 1 });
    await door.office.devices.add(edit, "001721820599", { model: "cisco/8851" });
    expect((await ask(door.http, "/SEP001721820599.cnf.xml", { method: "HEAD" })).status).toBe(200);
    expect((await ask(door.http, `/${name}`)).status).toBe(200);
  });

  it("needs a new window when the device was removed and added again, also while a transfer was under way", async () => {
    await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    await ask(door.http, `/${name}`);
    const before = await door.office.stores.config.holder<Device>(`mac:${mac}`);
    await door.office.devices.remove(edit, mac);
    const again = await door.office.devices.add(edit, mac, { model: "cisco/8851" });
    const late = { organization: "default", mac, address: "127.0.0.1", revision: 1, digest: "x", reach: "x" };
    door.office.sightings.delivered({ ...late, born: before?.body.born ?? "" });
    expect(await door.office.sightings.pinOf(again)).toBeUndefined();
  });

  it("is where nobody but the phone itself can say it is", async () => {
    const agent = `Cisco-CP-8851-3PCC/9.9.9-evil (${mac})`;
    await ask(door.http, "/XMLDefault.cnf.xml", { headers: { "user-agent": agent } });
    await ask(door.http, `/${name}`, { headers: { "user-agent": agent } });
    expect(await door.office.presence.of("default", mac)).toEqual({});
  });

  it("uses up no place in a window when it proves itself without one", async () => {
    await door.office.enrolment.open(edit, { devices: [mac], minutes: 5 });
    await ask(door.http, `/${name}`);
    const second = await door.office.enrolment.open(edit, { all: true, minutes: 5, count: 1 });
    await ask(door.http, `/${name}`);
    expect(door.office.windows.taken(second.body)).toBe(0);
  });

  it.each(["disabled", "retired"] as const)("does not come to a device that is %s", async (state) => {
    await door.office.enrolment.open(edit, { all: true, minutes: 5 });
    await door.office.devices.change(edit, mac, { state });
    expect((await ask(door.http, `/${name}`)).status).toBe(403);
  });

  it("does not come outside the allowed networks, whatever window is open", async () => {
    const far = await openFrontDoor(["10.0.0.0/8"]);
    try {
      await far.office.devices.add(edit, mac, { model: "cisco/8851" });
      await far.office.enrolment.open(edit, { all: true, minutes: 5 });
      expect((await ask(far.http, `/${name}`)).status).toBe(403);
    } finally {
      await far.close();
    }
  });

  it("is its own or none once the device was ready: nothing else stands in its place", async () => {
    const stored = await door.office.stores.config.holder<Device>(`mac:${mac}`);
    expect([stored?.body.state, stored?.body.wasReady]).toEqual(["ready", true]);
    await door.office.devices.change(edit, mac, { lines: [] });
    const after = await door.office.stores.config.holder<Device>(`mac:${mac}`);
    expect(after?.body.state).toBe("ready");
    expect((await ask(door.http, `/${name}`)).status).toBe(403);
  });

  it("is answered 503 with Retry-After, and with silence over TFTP, while the store does not answer", async () => {
    await door.office.enrolment.open(edit, { all: true, minutes: 5 });
    await door.office.stores.config.close();
    const reply = await ask(door.http, `/${name}`);
    expect([reply.status, reply.headers["retry-after"]]).toEqual([503, "30"]);
    const silent = fetchTftp({ host: "127.0.0.1", port: door.tftp, path: name, repeatMs: 50, repeats: 2 });
    await expect(silent).rejects.toThrow(/no packet came/);
  });
});

describe("the secrets", () => {
  it("are sealed in the store, and absent from journal and presence", async () => {
    await door.office.enrolment.open(edit, { all: true, minutes: 5 });
    await ask(door.http, `/${name}`);
    expect(await everything()).not.toContain("a-very-secret-secret");
    expect(JSON.stringify(door.office.journal.list({ limit: 100 }))).not.toContain("a-very-secret-secret");
  });
});
