import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { PushTarget } from "../../server/domain/push.ts";
import createTransport from "../../server/push/transports/sip-notify.ts";
import { collectLog, pbxConnection, pushTarget } from "../support/pbx-push.ts";
import { freePort } from "../support/postgres.ts";
import { hasPrograms, listensOverUdp, startProgram } from "../support/program.ts";

/** A phone played by SIPp; `ended` is 0 when all went as its scenario says. */
async function startPhone(scenario: string) {
  const port = await freePort();
  const file = join(import.meta.dirname, "sipp", `${scenario}.xml`);
  const phone = startProgram("sipp", [
    ...["-sf", file, "-i", "127.0.0.1", "-p", String(port), "-m", "1", "-nostdin", "-timeout", "15s", "-timeout_error"],
  ]);
  await listensOverUdp(port);
  return { ended: phone.ended, destination: { address: "127.0.0.1", port } };
}

function send(given: Partial<PushTarget>) {
  const transport = createTransport({
    allows: (address) => address === "127.0.0.1",
    sip: { address: "127.0.0.1", port: 0 },
    log: collectLog().log,
    phones: () => "",
    logins: { issue: () => ({ user: "", password: "" }) },
  });
  onTestFinished(() => transport.close());
  const { connection: _none, ...target } = pushTarget(pbxConnection({ port: 1 }), given);
  return transport.send(target, AbortSignal.timeout(15_000));
}

describe.skipIf(!hasPrograms("sipp"))("a NOTIFY to a phone that SIPp plays", () => {
  it("is taken by one that asks nobody for a password", async () => {
    const { destination, ended } = await startPhone("phone-without-digest");
    const notice = { event: "service-control", contentType: "text/plain", body: "action=restart\r\n" };
    expect(await send({ destination, notice })).toEqual({ result: "answered" });
    expect(await ended).toBe(0);
  });

  it("proves the line's password where the phone asks for it", async () => {
    const { destination, ended } = await startPhone("phone-with-digest");
    expect(await send({ destination, secrets: ["s3cret"] })).toEqual({ result: "answered" });
    expect(await ended).toBe(0);
  });

  it("is refused by the phone where the password is another", async () => {
    const { destination, ended } = await startPhone("phone-with-digest");
    const reason = expect.stringMatching(/forbids it/);
    expect(await send({ destination, secrets: ["wrong"] })).toEqual({ result: "refused", status: 403, reason });
    expect(await ended).toBe(0);
  });

  it("is told what the phone does not know", async () => {
    const { destination, ended } = await startPhone("phone-that-knows-no-event");
    const reason = expect.stringMatching(/does not know the event resync/);
    expect(await send({ destination })).toEqual({ result: "refused", status: 489, reason });
    expect(await ended).toBe(0);
  });
});
