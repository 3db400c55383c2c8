import { PassThrough } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { type Mac, parseMac } from "../../server/domain/mac.ts";
import { phoneOf } from "../../server/simulate/phones.ts";
import type { Answer } from "../../server/simulate/stay/answer.ts";
import { carryOutLine } from "../../server/simulate/stay/commands.ts";
import { hearHand } from "../../server/simulate/stay/hand.ts";
import type { StayEvent } from "../../server/simulate/stay/stay-event.ts";
import { answerLines } from "../../server/simulate/stay/stay-report.ts";
import { StayingPhone } from "../../server/simulate/stay/staying-phone.ts";
import { typedLines } from "../../server/simulate/stay/typed-lines.ts";

const catalogue = createCatalogue("profiles");
const macs = ["00562b043615", "00562b043616", "00562b043617", "00562b043618"].map((mac) => parseMac(mac) as Mac);

/** Phones of these models that never booted and have no server, so that all that they fetch fails. */
async function openPhones(...models: string[]) {
  const events: StayEvent[] = [];
  const phones = models.map((model, index) => {
    const mac = macs[index] ?? expect.fail();
    return new StayingPhone({
      ...{ phone: phoneOf(catalogue, model, mac), role: { character: "well" }, lossShare: 0.3, seed: 7 },
      server: { host: "127.0.0.1" },
      report: { mac, model, state: "failed", faults: [], milliseconds: 0, steps: [] },
      place: { address: "127.0.0.1", port: 0 },
      onEvent: (event) => events.push(event),
    });
  });
  onTestFinished(async () => void (await Promise.all(phones.map((phone) => phone.close()))));
  for (const phone of phones) await phone.open();
  const [first] = phones;
  return {
    phones,
    first: first ?? expect.fail(),
    type: (line: string) => carryOutLine(line, phones),
    /** Without those that are up. */
    events: () => events.flatMap(({ event }) => (event === "up" ? [] : [event])),
  };
}

const [mpp, enterprise] = ["cisco/8851-3pcc", "cisco/8851"];

describe("a line that can't be done says what can, and changes nothing:", () => {
  const parameter = { Station_Name: "kept" };
  it.each<readonly [string, string]>([
    ["sett all Station_Name x", 'there is no command "sett"; did you mean set?; try help'],
    ["constructor", 'there is no command "constructor"; try help'],
    ["set", "set <mac|all> <parameter> [value]"],
    ["set all", "set <mac|all> <parameter> [value]"],
    ["set all Station_Nam secret", 'a cisco/8851-3pcc has no "Station_Nam"; did you mean Station_Name?'],
    [
      "set 00:56:2b:04:36:99 Station_Name x",
      'there is no phone "00:56:2b:04:36:99"; there are 00:56:2b:04:36:15, 00:56:2b:04:36:16, 00:56:2b:04:36:17 and 1 more (try list)',
    ],
    [`off ${"x".repeat(100)}`, `there is no phone "${"x".repeat(40)}…"`],
    ["call all", "call <mac|all> on|off"],
    ["call all maybe", "call <mac|all> on|off"],
    ["call 00562b043618 on", "nobody has written down what a cisco/8851 does in a call"],
    ["off", "off <mac|all>"],
    ["on all now", "on <mac|all>"],
    ["show", "show <mac> [part of a name]"],
    ["show all", "show <mac> [part of a name]"],
  ])("%s", async (line, detail) => {
    const { events, first, phones, type } = await openPhones(mpp, mpp, mpp, enterprise);
    for (const [name, value] of Object.entries(parameter)) first.set(name, value);
    expect(await type(line)).toEqual({ answer: "wrong", detail: expect.stringContaining(detail) });
    expect(events()).toEqual(["set"]);
    expect([first.values.get("Station_Name"), phones[1]?.values.get("Station_Name")]).toEqual(["kept", undefined]);
  });
});

describe("a setting that is changed by hand", () => {
  it.each([
    ["set all Station_Name My desk", "My desk"],
    ["  set 00-56-2B-04-36-15 Station_Name  two blanks ", " two blanks "],
    ["set 0056.2b04.3615 Station_Name", ""],
    ["set all Station_Name ", ""],
  ])("%j is %j", async (line, value) => {
    const { first, type } = await openPhones(mpp);
    first.set("Station_Name", "before");
    expect(await type(line)).toEqual({ answer: "set", phones: 1, of: 1 });
    expect(first.values.get("Station_Name")).toBe(value);
  });

  it("is changed at those of all phones that have it, and at none without power", async () => {
    const { phones, type } = await openPhones(mpp, enterprise, mpp);
    await type(`off ${macs[2]}`);
    expect(await type("set all Station_Name x")).toEqual({ answer: "set", phones: 1, of: 3 });
    expect(phones.map(({ values }) => values.get("Station_Name"))).toEqual(["x", undefined, undefined]);
    expect(await type(`set ${macs[2]} Station_Name x`)).toEqual({ answer: "wrong", detail: "it is off" });
  });
});

describe("a phone in a call", () => {
  it("fetches once the call is over, once for all that it was told", async () => {
    const { events, first, type } = await openPhones(mpp);
    await type("call all on");
    first.come();
    first.come();
    expect(events()).toEqual(["call", "waits", "waits"]);
    await type("call all off");
    await expect.poll(events).toEqual(["call", "waits", "waits", "call", "failed"]);
  });

  it("fetches in the call when Forced_Resync_Delay is over", async () => {
    const { events, first, type } = await openPhones(mpp);
    first.set("Forced_Resync_Delay", "1");
    await type("call all on");
    first.come();
    await expect.poll(events, { timeout: 10_000 }).toEqual(["set", "call", "waits", "failed"]);
    expect(first.isInCall).toBe(true);
  });

  it("forgets what waited when the plug is pulled", async () => {
    const { events, first, type } = await openPhones(mpp);
    await type("call all on");
    first.come();
    await type("off all");
    expect(await type("call all off")).toEqual({ answer: "wrong", detail: "it is off" });
    expect([first.isInCall, events()]).toEqual([false, ["call", "waits", "off"]]);
  });
});

it("a phone that has power again boots, and listens where it did", async () => {
  const { events, first, type } = await openPhones(mpp);
  const { place } = first;
  expect(await type("off all")).toEqual({ answer: "off", phones: 1, of: 1 });
  expect(first.place).toBeUndefined();
  expect(await type("on all")).toEqual({ answer: "on", phones: 1, of: 1 });
  expect(first.place).toMatchObject({ address: place?.address, port: place?.port });
  // It has no server.
  await expect.poll(events).toEqual(["off", "on", "failed"]);
});

it("what a phone holds is shown without what opens anything", async () => {
  const { first, type } = await openPhones(mpp);
  const values = {
    Password_1_: "line-secret",
    GPP_SA: "hidden",
    Auth_ID_2_: "",
    Profile_Rule: "[--key k3y --uid u --pwd pw] http://user:word@prov.example/$MA.xml",
    Station_Name: "Desk",
  };
  for (const [name, value] of Object.entries(values)) first.set(name, value);
  const shown = await type(`show ${macs[0]}`);
  expect(shown).toEqual({
    answer: "show",
    mac: "00562b043615",
    model: mpp,
    values: {
      Password_1_: "********",
      GPP_SA: "********",
      Auth_ID_2_: "",
      Profile_Rule: "[--key ******** --uid u --pwd ********] http://user:********@prov.example/$MA.xml",
      Station_Name: "Desk",
    },
  });
  expect(await type(`show ${macs[0]} station`)).toMatchObject({ values: { Station_Name: "Desk" } });
});

describe("who types", () => {
  it.each<readonly [string, Answer]>([
    ["set: 3 phones", { answer: "set", phones: 3, of: 3 }],
    ["off: 1 phone", { answer: "off", phones: 1, of: 1 }],
    ["call: 1 of 3 phones", { answer: "call", phones: 1, of: 3 }],
    ["wrong: it is off", { answer: "wrong", detail: "it is off" }],
    [
      "00:56:2b:04:36:15  cisco/8851\n  A    one\n  Bcd  two⏎lines",
      { answer: "show", mac: "00562b043615", model: enterprise, values: { A: "one", Bcd: "two\nlines" } },
    ],
    ["00:56:2b:04:36:15  cisco/8851", { answer: "show", mac: "00562b043615", model: enterprise, values: {} }],
    [
      "00:56:2b:04:36:15  cisco/7960  off             deaf\n00:56:2b:04:36:16  cisco/8851  127.0.0.1:5060  well, in a call",
      {
        answer: "list",
        phones: [
          { mac: "00562b043615", model: "cisco/7960", character: "deaf", place: null, isInCall: false },
          { mac: "00562b043616", model: enterprise, character: "well", place: "127.0.0.1:5060", isInCall: true },
        ],
      },
    ],
  ])("reads %j", (text, answer) => {
    expect(answerLines(answer)).toBe(text);
  });

  it("is answered line by line, also after a line that is too long, until the input ends", async () => {
    const { phones } = await openPhones(mpp);
    const input = new PassThrough();
    const answers: string[] = [];
    const hand = hearHand(input, phones, ({ answer }) => answers.push(answer));
    input.write("help\n\n  \nli");
    input.write(`st\r\n${"x".repeat(10_000)}`);
    input.end("x\nhelp");
    await expect.poll(() => answers).toEqual(["help", "list", "wrong", "help"]);
    await hand.close();
    expect(answers).toHaveLength(4);
  });

  it("is heard no more once it is closed, and an input that breaks harms nobody", async () => {
    const { phones } = await openPhones(mpp);
    const answers: Answer[] = [];
    const [closed, broken] = [new PassThrough(), new PassThrough()];
    const hand = hearHand(closed, phones, (answer) => answers.push(answer));
    await hand.close();
    expect([answers, closed.destroyed]).toEqual([[], true]);
    hearHand(broken, phones, (answer) => answers.push(answer));
    broken.destroy(new Error("the terminal is gone"));
    await expect
      .poll(() => answers)
      .toEqual([{ answer: "wrong", detail: "nothing more can be read: the terminal is gone" }]);
  });

  it("may send characters in pieces, and one line without an end costs no memory", async () => {
    const input = new PassThrough();
    const bytes = Buffer.from("Zoë\n");
    for (const byte of bytes) input.write(Buffer.from([byte]));
    for (let times = 0; times < 1000; times++) input.write("y".repeat(1000));
    input.end();
    const lines: (string | undefined)[] = [];
    for await (const line of typedLines(input, 100)) lines.push(line);
    expect(lines).toEqual(["Zoë", undefined]);
  });
});
