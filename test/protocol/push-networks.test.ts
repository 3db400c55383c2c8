import { describe, expect, it, onTestFinished } from "vitest";
import type { OpenPbxConnection } from "../../server/domain/push.ts";
import { createAmiTransport } from "../../server/push/ami/ami-transport.ts";
import { createEslTransport } from "../../server/push/esl/esl-transport.ts";
import { type AmiCase, startAmi } from "../support/ami-server.ts";
import { type EslCase, type SofiaRow, startEsl } from "../support/esl-server.ts";
import { collectLog, pbxConnection, pushTarget, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
const inOffice = (address: string) => address === "127.0.0.1" || address.startsWith("10.0.0.");

async function freeswitch(given: EslCase, connection: Partial<OpenPbxConnection> = {}, allows = inOffice) {
  const server = await startEsl(given);
  const esl = createEslTransport({ allows, log: collectLog().log }, quickTimes);
  onTestFinished(() => esl.close());
  const to = pbxConnection({ kind: "freeswitch-esl", port: server.port, user: "", ...connection });
  return { server, esl, to, send: () => esl.send(pushTarget(to), soon()) };
}

async function asterisk(given: AmiCase) {
  const server = await startAmi(given);
  const ami = createAmiTransport({ allows: inOffice, log: collectLog().log }, quickTimes);
  onTestFinished(() => ami.close());
  return { server, send: () => ami.send(pushTarget(pbxConnection({ port: server.port })), soon()) };
}

const agent = "Cisco-CP-8841-3PCC/11.0.1 (00562b043615)";
const desk: SofiaRow = {
  ...{ callId: "reg-1@10.0.0.5", user: "1001", host: "pbx.example", ip: "10.0.0.5", agent },
  contact: "sip:1001@10.0.0.5:5060",
};
const namesNoPhone = { agent: "some phone", ip: "192.0.2.1" };

describe("FreeSWITCH", () => {
  it.each(["127.0.0.1", "localhost"])("is never connected to where Offhook may not send to (%s)", async (host) => {
    const asked: string[] = [];
    const { server, esl, to, send } = await freeswitch({ rows: [desk] }, { host }, (address) => {
      asked.push(address);
      return false;
    });
    expect(await send()).toMatchObject({ result: "unable", reason: expect.stringMatching(/may not send to/) });
    expect(await esl.pbx?.test(to, soon())).toMatchObject([{ works: false, what: expect.stringMatching(/may not/) }]);
    expect(asked).toContain("127.0.0.1");
    expect([server.connections(), server.commands]).toEqual([0, []]);
  });

  const elsewhere = { ...desk, contact: "sip:1001@198.51.100.7:5060" };
  it.each<[string, SofiaRow[], RegExp]>([
    ["the phone's own contact", [elsewhere], /198\.51\.100\.7:5060, where Offhook may not send to/],
    ["one by a name", [{ ...desk, contact: "sip:1001@phone.example" }], /phone\.example, where Offhook may not/],
    [
      "one of several that are told together",
      [
        { ...desk, ...namesNoPhone, contact: "sip:1001@10.0.0.7" },
        { ...elsewhere, ...namesNoPhone, callId: "reg-2" },
      ],
      /198\.51\.100\.7:5060, where Offhook may not send to/,
    ],
  ])("is never led elsewhere by a contact: %s", async (_what, rows, reason) => {
    const { server, send } = await freeswitch({ rows });
    expect(await send()).toEqual({ result: "unable", reason: expect.stringMatching(reason) });
    expect(server.notifies).toEqual([]);
    expect(server.commands.filter((command) => command.startsWith("sendevent"))).toEqual([]);
  });
});

describe("Asterisk", () => {
  it.each(["sip:1001@198.51.100.7:5060", "sip:1001@phone.example"])(
    "is never led elsewhere by a contact: %s",
    async (URI) => {
      const { server, send } = await asterisk({ endpoints: { "1001": [{ URI, UserAgent: agent }] } });
      expect(await send()).toEqual({
        result: "unable",
        reason: `registered at the PBX is ${URI}, where Offhook may not send to`,
      });
      expect(server.notifies).toEqual([]);
    },
  );
});
