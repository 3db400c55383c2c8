import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection, PushTransport } from "../../server/domain/push.ts";
import { createAmiTransport } from "../../server/push/ami/ami-transport.ts";
import { createEslTransport } from "../../server/push/esl/esl-transport.ts";
import { createKamailioTransport } from "../../server/push/kamailio/kamailio-transport.ts";
import { type AmiCase, startAmi } from "../support/ami-server.ts";
import { type EslCase, type FreeswitchChannel, startEsl } from "../support/esl-server.ts";
import { type KamailioCase, type KamailioDialog, startKamailio } from "../support/kamailio-server.ts";
import { collectLog, pbxConnection, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
const desk = { user: "972", authUser: "972", domain: "pbx.example" };
const parts = () => ({ allows: (address: string) => address === "127.0.0.1", log: collectLog().log });

function asking({ close, pbx }: PushTransport, to: OpenPbxConnection) {
  onTestFinished(close);
  return (line = desk) => pbx?.isInCall?.(to, line, soon());
}

async function asterisk(given: AmiCase) {
  const server = await startAmi(given);
  return { server, ask: asking(createAmiTransport(parts(), quickTimes), pbxConnection({ port: server.port })) };
}

async function freeswitch(given: EslCase) {
  const server = await startEsl(given);
  const to = pbxConnection({ kind: "freeswitch-esl", port: server.port, user: "" });
  return { server, ask: asking(createEslTransport(parts(), quickTimes), to) };
}

async function kamailio(given: KamailioCase) {
  const server = await startKamailio(given);
  const to = pbxConnection({ kind: "kamailio-rpc", port: server.port });
  return { server, ask: asking(createKamailioTransport(parts(), quickTimes), to) };
}

describe("Asterisk tells of a phone in a call", () => {
  it.each<[string, boolean | undefined]>([
    ["INUSE", true],
    ["BUSY", true],
    ["RINGING", true],
    ["RINGINUSE", true],
    ["ONHOLD", true],
    ["NOT_INUSE", false],
    ["UNAVAILABLE", false],
    ["UNKNOWN", undefined],
    ["INVALID", undefined],
  ])("by its device state: %s is %s", async (state, expected) => {
    const { ask } = await asterisk({ devices: { "PJSIP/972": state, "PJSIP/9721": "INUSE", "PJSIP/97": "INUSE" } });
    expect(await ask()).toBe(expected);
  });

  it("by that of its peer, where it is at chan_sip", async () => {
    const { ask, server } = await asterisk({ devices: { "SIP/972": "RINGING" } });
    expect(await ask()).toBe(true);
    expect(server.received()).toContain("Variable: DEVICE_STATE(SIP/972)\r\n");
  });

  it("and can't tell without its module, or of a name that would end the function's argument", async () => {
    const { ask, server } = await asterisk({ missingFunctions: ["DEVICE_STATE"], devices: { "PJSIP/972": "INUSE" } });
    expect(await ask()).toBeUndefined();
    expect(await ask({ ...desk, user: "972)&SHELL(reboot" })).toBeUndefined();
    expect(server.received()).not.toContain("SHELL");
  });

  it.each<[string, AmiCase, RegExp]>([
    ["without the right to ask", { write: ["system", "command"] }, /no states of devices/],
    ["without an answer", { deafTo: ["Getvar"] }, /did not answer/],
  ])("or can't be asked: %s", async (_what, given, reason) => {
    await expect((await asterisk(given)).ask()).rejects.toThrow(reason);
  });
});

describe("FreeSWITCH tells of a phone in a call", () => {
  const channel = (given: Partial<FreeswitchChannel>): FreeswitchChannel => ({
    name: "sofia/internal/1003@pbx.example",
    ...given,
  });

  it.each<[string, FreeswitchChannel, boolean | undefined]>([
    ["it calls", channel({ name: "sofia/internal/972@pbx.example", presence_id: "972@pbx.example" }), true],
    ["it is called", channel({ name: "sofia/internal/sip:6f1c@10.0.0.5:5060", presence_id: "972@pbx.example" }), true],
    ["it calls, by the name of the channel", channel({ name: "sofia/internal/972@pbx.example" }), true],
    ["another number that begins so", channel({ presence_id: "9721@pbx.example" }), false],
    ["another number that ends so", channel({ presence_id: "1972@pbx.example" }), false],
    ["its call is over", channel({ presence_id: "972@pbx.example", state: "CS_HANGUP" }), false],
    ["the same number of another domain", channel({ presence_id: "972@other.example" }), undefined],
    ["a domain that begins so", channel({ presence_id: "972@pbx.example.org" }), undefined],
  ])("by its channels: %s", async (_what, only, expected) => {
    const { ask } = await freeswitch({ channels: [channel({ presence_id: "1003@pbx.example" }), only] });
    expect(await ask()).toBe(expected);
  });

  it("and that nobody is, from an empty list", async () => {
    const { ask, server } = await freeswitch({});
    expect(await ask({ ...desk, domain: "pbx.example:5070" })).toBe(false);
    expect(server.commands).not.toContain("api show channels as json");
  });

  it("to many phones with one list", async () => {
    const { ask, server } = await freeswitch({ channels: [channel({ presence_id: "972@pbx.example" })] });
    const users = Array.from({ length: 40 }, (_, at) => String(960 + at));
    const answers = await Promise.all(users.map((user) => ask({ ...desk, user })));
    expect(users.filter((_, at) => answers[at])).toEqual(["972"]);
    expect(server.commands.filter((command) => command === "api show channels as json")).toHaveLength(1);
  });

  it.each<[string, EslCase, RegExp]>([
    ["without the right to ask", { forbids: "api show" }, /does not let this login ask which phones are in a call/],
    ["without an answer", { deafTo: "api show" }, /did not answer/],
    ["where there are more channels than fit", { channelCount: 5_000 }, /5000 channels are more than/],
  ])("or can't be asked: %s", async (_what, given, reason) => {
    const { ask, server } = await freeswitch({ channels: [channel({})], ...given });
    await expect(ask()).rejects.toThrow(reason);
    expect(server.commands).not.toContain("api show channels as json");
  });
});

describe("Kamailio tells of a phone in a call", () => {
  const locations = { "972@pbx.example": [{ Address: "sip:6f1c@10.0.0.5:5060;transport=tcp" }] };
  const dialog = (given: Partial<KamailioDialog>): KamailioDialog => ({
    from_uri: "sip:1003@pbx.example",
    to_uri: "sip:100@pbx.example",
    ...given,
  });

  it.each<[string, KamailioDialog, boolean]>([
    ["it calls", dialog({ from_uri: "sip:972@pbx.example" }), true],
    ["it is called", dialog({ to_uri: "sip:972@PBX.example:5060;user=phone" }), true],
    ["it rings", dialog({ to_uri: "sip:972@pbx.example", state: 2 }), true],
    ["it took the call of a group", dialog({ calleeContact: "sip:6f1c@10.0.0.5" }), true],
    ["another number that begins so", dialog({ from_uri: "sip:9721@pbx.example" }), false],
    ["another number that ends so", dialog({ to_uri: "sip:1972@pbx.example" }), false],
    ["the same number of another domain", dialog({ from_uri: "sip:972@pbx.example.org" }), false],
    ["a contact at another port", dialog({ calleeContact: "sip:6f1c@10.0.0.5:5070" }), false],
    ["its call is over", dialog({ from_uri: "sip:972@pbx.example", state: 5 }), false],
  ])("by its dialogs: %s", async (_what, only, expected) => {
    const { ask } = await kamailio({ locations, dialogs: [dialog({}), only] });
    expect(await ask()).toBe(expected);
  });

  it("and that nobody is, where there is no dialog", async () => {
    expect(await (await kamailio({ locations, dialogs: [] })).ask()).toBe(false);
  });

  it("to many phones with one list", async () => {
    const { ask, server } = await kamailio({ dialogs: [dialog({ to_uri: "sip:972@pbx.example" })] });
    const users = Array.from({ length: 40 }, (_, at) => String(960 + at));
    const answers = await Promise.all(users.map((user) => ask({ ...desk, user })));
    expect(users.filter((_, at) => answers[at])).toEqual(["972"]);
    expect(server.methods.filter((method) => method === "dlg.list")).toHaveLength(1);
  });

  it.each<[string, KamailioCase]>([
    ["without the module dialog", {}],
    ["where there are more dialogs than fit", { dialogs: [dialog({})], dialogCount: 5_000 }],
  ])("and can't tell %s", async (_what, given) => {
    const { ask, server } = await kamailio(given);
    expect(await ask()).toBeUndefined();
    expect(server.methods).not.toContain("dlg.list");
  });

  it("or can't be asked, when it does not answer", async () => {
    await expect((await kamailio({ deafTo: ["dlg.stats_active"] })).ask()).rejects.toMatchObject({ trouble: "silent" });
  });
});
