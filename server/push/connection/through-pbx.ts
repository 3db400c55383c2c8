import type {
  Notice,
  OpenPbxConnection,
  PbxConnectionKind,
  PushLine,
  PushOutcome,
  PushTarget,
  PushTransport,
} from "../../domain/push.ts";
import { unable } from "./outcome.ts";
import { asPbxError } from "./pbx-error.ts";

/** All of a target that is told through a PBX. */
export interface PbxPush {
  readonly target: PushTarget;
  readonly connection: OpenPbxConnection;
  readonly line: PushLine;
  readonly notice: Notice;
}

interface Parts<Link> {
  readonly kind: PbxConnectionKind;
  /** As people call it, with its article: `an Asterisk`. */
  readonly title: string;
  readonly keeper: { use(connection: OpenPbxConnection, signal: AbortSignal): Promise<Link>; close(): void };
  push(link: Link, push: PbxPush, signal: AbortSignal): Promise<PushOutcome>;
}

/** What transports through a PBX have in common: what they need, and that trouble on the way means nothing was sent. */
export function throughPbx<Link>({
  keeper,
  kind,
  push,
  title,
}: Parts<Link>): Pick<PushTransport, "name" | "objection" | "send" | "close"> {
  return {
    name: kind,
    objection({ connection, line, notice }) {
      if (connection?.kind !== kind) return `its site has no connection to ${title}`;
      if (!line) return "it has no line that the PBX would know it by";
      return notice ? undefined : "its family has no NOTIFY for this";
    },
    async send(target, signal) {
      const { connection, line, notice } = target;
      if (!connection || !line || !notice) return unable("connection, line or NOTIFY is missing");
      try {
        return await push(await keeper.use(connection, signal), { target, connection, line, notice }, signal);
      } catch (error) {
        return unable(`through ${title.replace(/^an? /, "")}: ${asPbxError(error).message}`);
      }
    },
    async close() {
      keeper.close();
    },
  };
}
