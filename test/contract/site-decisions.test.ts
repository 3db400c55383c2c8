import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Office } from "../../server/app-office.ts";
import type { Device } from "../../server/domain/device.ts";
import type { Failure } from "../../server/domain/failures.ts";
import type { Mac } from "../../server/domain/mac.ts";
import { edit, openTestOffice } from "../support/office.ts";

let office: Office;
const mac = "00562b043615" as Mac;

beforeEach(async () => {
  office = await openTestOffice();
});
afterEach(() => office.close());

async function site(settings: Record<string, unknown>): Promise<void> {
  await office.layers.change(edit, "site", "main", { settings });
}

async function organization(settings: Record<string, unknown>): Promise<void> {
  await office.layers.change(edit, "organization", "default", { settings });
}

async function desk(id: Mac = mac) {
  const stored = await office.stores.config.holder<Device>(`mac:${id}`);
  if (!stored) throw new Error("not there");
  return await office.desks.read(office.stores.config, stored);
}

async function refusal(work: Promise<unknown>): Promise<Failure | undefined> {
  return await work.then(
    () => undefined,
    (error: unknown) => error as Failure,
  );
}

describe("the country of a site", () => {
  it("gives tones, emergency numbers, dial plan, language and date format, below what people set", async () => {
    await office.lines.add(edit, { id: "nova", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["nova"] });
    await organization({ "dial.extensionLengths": [4] });
    await site({ country: "GR", "time.clock": "12h" });
    const { parameters, settings } = await desk();
    expect(settings.get("phone.language")).toEqual({ value: "el", layer: "country", id: "GR" });
    expect(settings.get("time.clock")).toMatchObject({ value: "12h", layer: "site" });
    expect(parameters.get("Locale")).toBe("el-GR");
    expect(parameters.get("Emergency_Number_1_")?.split(",")).toEqual(
      expect.arrayContaining(["112", "100", "166", "199"]),
    );
    expect(parameters.get("Dial_Plan_1_")).toMatch(/^\(112S0\|/);
    expect(parameters.get("Dial_Plan_1_")).toContain("2xxxxxxxxxS0");
    expect(parameters.get("Dial_Tone")).toBe("425@-19;10(.2/.3/1,.7/.8/1)");
  });

  it("is no longer felt when it is taken away", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc" });
    const before = (await desk()).digest;
    await site({ country: "HR" });
    expect((await desk()).digest).not.toBe(before);
    await site({ country: null });
    expect((await desk()).digest).toBe(before);
  });

  it("lets no extension be or begin with an emergency number", async () => {
    await site({ country: "CZ" });
    const whole = await refusal(office.lines.add(edit, { extension: "158" }));
    expect(whole?.errors).toEqual([
      { pointer: "/extension", code: "emergency-number", detail: "is the emergency number 158" },
    ]);
    const begin = await refusal(office.lines.add(edit, { extension: "1581" }));
    expect(begin?.errors[0]?.detail).toBe("begins with the emergency number 158, which phones dial at once");
    await office.lines.add(edit, { extension: "9721" });
  });

  it("is refused where extensions are there already that begin with its emergency numbers", async () => {
    await office.lines.add(edit, { extension: "9971" });
    const refused = await refusal(site({ country: "PL" }));
    expect(refused?.errors).toEqual([
      {
        pointer: "/settings/country",
        code: "emergency-number",
        detail: "extensions begin with an emergency number: 9971 (997)",
      },
    ]);
    expect((await office.stores.config.get({ organization: "default", kind: "site", id: "main" }))?.body).toMatchObject(
      {
        settings: {},
      },
    );
  });
});

describe("the prefix for calls outside", () => {
  it("is refused where it makes an emergency number with the beginning of an ordinary one", async () => {
    const refused = await refusal(site({ country: "ES", "dial.outsidePrefix": "0" }));
    expect(refused?.errors).toEqual([
      {
        pointer: "/settings/country",
        code: "emergency-number",
        detail: expect.stringMatching(
          /^the prefix 0 before an ordinary number of Spain makes the emergency number 0\d\d$/,
        ),
      },
    ]);
    await site({ country: "GR", "dial.outsidePrefix": "0" });
    const other = await refusal(site({ country: "ES" }));
    expect(other?.errors[0]?.pointer).toBe("/settings/country");
  });

  it("stands before public numbers in the plan", async () => {
    await site({ country: "GR", "dial.outsidePrefix": "0" });
    await office.lines.add(edit, { id: "nova", extension: "9721" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", lines: ["nova"] });
    expect((await desk()).parameters.get("Dial_Plan_1_")).toContain("|02xxxxxxxxxS0|");
  });
});

describe("a phone that reads the organization's dial plan", () => {
  it("says so at a site whose country has other emergency numbers", async () => {
    await organization({ country: "US" });
    await office.layers.add(edit, "site", { id: "london", settings: { country: "GB" } });
    await office.devices.add(edit, mac, { model: "cisco/7960", site: "london" });
    const { leftOut } = await desk();
    const about = leftOut.filter(({ name }) => name === "phone.emergencyNumbers");
    expect(about).toEqual([
      {
        name: "phone.emergencyNumbers",
        layer: "country",
        reason: "is taken from the organization by phones of cisco/sip79xx, which has another value",
      },
    ]);
    await office.devices.change(edit, mac, { site: "main" });
    expect((await desk()).leftOut.filter(({ name }) => name === "phone.emergencyNumbers")).toEqual([]);
  });
});

describe("the PBX of a site", () => {
  it("gives no code that is an emergency number of the country", async () => {
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc" });
    await site({ "pbx.kind": "3cx", country: "GR" });
    expect((await desk()).parameters.get("Voice_Mail_Number")).toBe("999");
    await site({ country: "GB" });
    expect((await desk()).parameters.get("Voice_Mail_Number")).toBe("");
  });

  it("must have a code for intercom keys", async () => {
    const keys = [{ position: 2, type: "intercom" as const, target: { number: "9722" } }];
    const refused = await refusal(office.devices.add(edit, mac, { model: "cisco/8851-3pcc", keys }));
    expect(refused?.errors).toEqual([
      {
        pointer: "/keys/0/type",
        code: "not-carried",
        detail: "needs the code that the PBX has for it: set call.intercomCode",
      },
    ]);
    await site({ "pbx.kind": "freepbx" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc", keys });
    expect((await desk()).parameters.get("Extended_Function_2_")).toBe("fnc=sd;ext=*809722@$PROXY;nme=9722");
  });

  it.each([
    ["freepbx", { Voice_Mail_Number: "*97", Call_Pickup_Code: "**", Server_Type: "Asterisk" }],
    ["broadworks", { Voice_Mail_Number: "*62", Call_Pickup_Code: "*97", Server_Type: "Broadsoft" }],
    ["3cx", { Voice_Mail_Number: "999", Call_Pickup_Code: "*20*", Server_Type: "RFC3265_4235" }],
  ])("%s gives codes and the kind of busy lamps", async (kind, expected) => {
    await site({ "pbx.kind": kind });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc" });
    const { parameters } = await desk();
    for (const [name, value] of Object.entries(expected)) expect(parameters.get(name), name).toBe(value);
  });

  it("gives way to what people set", async () => {
    await site({ "pbx.kind": "freepbx", "voicemail.number": "*98" });
    await office.devices.add(edit, mac, { model: "cisco/8851-3pcc" });
    expect((await desk()).parameters.get("Voice_Mail_Number")).toBe("*98");
  });

  it("is not given a key that it can't serve, and the reason is told", async () => {
    await site({ "pbx.kind": "kamailio" });
    const keys = [{ position: 2, type: "park" as const, target: { number: "701" } }];
    const refused = await refusal(office.devices.add(edit, mac, { model: "cisco/8851-3pcc", keys }));
    expect(refused?.errors).toEqual([
      {
        pointer: "/keys/0/type",
        code: "not-carried",
        detail: "can't be served by Kamailio: a proxy has no parking lot",
      },
    ]);
  });
});
