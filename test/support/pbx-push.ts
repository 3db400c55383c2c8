import type { Mac } from "../../server/domain/mac.ts";
import type { OpenPbxConnection, PushTarget } from "../../server/domain/push.ts";
import type { PbxTimes } from "../../server/push/connection/times.ts";

/** Short enough that a test of a silent PBX ends soon. */
export const quickTimes: PbxTimes = {
  connectMs: 2_000,
  answerMs: 400,
  aliveMs: 60_000,
  idleMs: 60_000,
  pauseMs: 60_000,
};

export function pbxConnection(given: Partial<OpenPbxConnection> & { port: number }): OpenPbxConnection {
  return {
    id: "pbx-1",
    organization: "o-1",
    version: 1,
    kind: "asterisk-ami",
    host: "127.0.0.1",
    user: "offhook",
    secret: "ami-secret",
    ...given,
  };
}

/** An MPP phone at 10.0.0.5 that is to resync. */
export function pushTarget(connection: OpenPbxConnection, given: Partial<PushTarget> = {}): PushTarget {
  return {
    organization: "o-1",
    mac: "00562b043615" as Mac,
    family: "cisco-mpp",
    destination: { address: "10.0.0.5", port: 5060 },
    signalling: "udp",
    line: { user: "1001", authUser: "1001", domain: "pbx.example" },
    secrets: [],
    web: [],
    notice: { event: "resync" },
    connection,
    ...given,
  };
}

/** Collects what is logged, to prove what is not. */
export function collectLog() {
  const logged: string[] = [];
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  return { logged, log: { debug: note, info: note, warn: note, error: note } };
}
