import { describe, expect, test } from "vitest";
import type { Device } from "../../server/domain/device.ts";
import type { StoredDocument } from "../../server/domain/ports.ts";
import type { OpenPbxConnection, PbxConnectionKind, PbxSide, PushTransport } from "../../server/domain/push.ts";
import { createCalls } from "../../server/office/push/calls.ts";

type Answers = Readonly<Record<string, boolean | undefined | Error | "never">>;

const device = { organization: "default", id: "00562b049001" } as StoredDocument<Device>;

/** A PBX that knows lines by their users; a transport without `answers` can't tell of calls. */
function pbx(kind: PbxConnectionKind, asked: string[], answers?: Answers): PushTransport {
  const isInCall: PbxSide["isInCall"] = async (_connection, { domain, user }) => {
    asked.push(`${kind} ${user}@${domain}`);
    const answer = answers?.[user];
    if (answer === "never") return await new Promise(() => undefined);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const side = { kind, test: async () => [], registration: async () => undefined, ...(answers && { isInCall }) };
  return { name: kind, pbx: side } as unknown as PushTransport;
}

function callsOf(users: readonly string[], transports: readonly PushTransport[], patienceMs = 3000) {
  const settings = new Map([["sip.server", { value: "pbx.example" }]]);
  const lines = users.map((userId) => ({ userId, authId: userId, settings }));
  return createCalls({
    patienceMs,
    store: {} as never,
    desks: { read: async () => ({ lines }) } as never,
    transports,
    connections: { of: async (_device, kind) => ({ kind }) as OpenPbxConnection },
  });
}

describe("whether a phone is in a call", () => {
  test.each<[string, string[], Answers, boolean | undefined]>([
    ["its line is", ["9001"], { 9001: true }, true],
    ["none of its lines is", ["9001", "9002"], { 9001: false, 9002: false }, false],
    ["its second line is", ["9001", "9002"], { 9001: false, 9002: true }, true],
    ["its second line is, and the first can't be asked", ["9001", "9002"], { 9001: new Error("no"), 9002: true }, true],
    ["of one line the PBX tells that it is not", ["9001", "9002"], { 9001: undefined, 9002: false }, false],
    ["the PBX can't tell", ["9001"], { 9001: undefined }, undefined],
    ["the PBX can't be asked", ["9001"], { 9001: new Error("no") }, undefined],
    ["it has no line", [], {}, undefined],
  ])("%s", async (_what, users, answers, expected) => {
    expect(await callsOf(users, [pbx("asterisk-ami", [], answers)]).isInCall(device)).toBe(expected);
  });

  test("is told by the first connection that can tell", async () => {
    const asked: string[] = [];
    const transports = [
      pbx("asterisk-ami", asked),
      pbx("freeswitch-esl", asked, { 9001: undefined }),
      pbx("kamailio-rpc", asked, { 9001: true }),
    ];
    expect(await callsOf(["9001"], transports).isInCall(device)).toBe(true);
    expect(asked).toEqual(["freeswitch-esl 9001@pbx.example", "kamailio-rpc 9001@pbx.example"]);
  });

  test("is asked of eight lines at most", async () => {
    const asked: string[] = [];
    const users = Array.from({ length: 20 }, (_, at) => String(9001 + at));
    await callsOf(users, [pbx("asterisk-ami", asked, {})]).isInCall(device);
    expect(asked).toHaveLength(8);
  });
});
