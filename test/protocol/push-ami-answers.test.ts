import { expect, onTestFinished, test } from "vitest";
import { createAmiTransport } from "../../server/push/ami/ami-transport.ts";
import { type AmiContact, startAmi } from "../support/ami-server.ts";
import { collectLog, pbxConnection, quickTimes } from "../support/pbx-push.ts";

const soon = () => AbortSignal.timeout(4_000);
const lineOf = (user: string) => ({ user, authUser: user, domain: "pbx.example" });
const contactOf = (user: string): AmiContact => ({ URI: `sip:${user}@10.0.0.5:5060`, CallID: `reg-${user}` });

async function office(given: Parameters<typeof startAmi>[0]) {
  const server = await startAmi(given);
  const ami = createAmiTransport({ allows: () => true, log: collectLog().log }, quickTimes);
  onTestFinished(() => ami.close());
  const to = pbxConnection({ port: server.port });
  const ask = (user: string) => ami.pbx?.registration(to, lineOf(user), soon());
  return { server, ask };
}

test("answers of Asterisk that come in another order, and mixed, each reach who asked", async () => {
  const users = ["1001", "1002", "1003"];
  const endpoints = Object.fromEntries(users.map((user) => [user, [contactOf(user)]]));
  const { ask, server } = await office({ endpoints, mixed: { action: "PJSIPShowEndpoint", count: 3 } });
  const found = await Promise.all(users.map(ask));
  expect(found).toEqual(
    users.map((user) => ({ state: "registered", contact: `sip:${user}@10.0.0.5:5060`, callId: `reg-${user}` })),
  );
  expect(server.logins()).toBe(1);
});
