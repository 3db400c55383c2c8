import Type, { type Static } from "typebox";
import type { Mac } from "./mac.ts";
import type { OneTimeLogins } from "./one-time-logins.ts";
import type { LookOutcome } from "./phone-screen.ts";
import type { FileStamps } from "./stamps.ts";

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });

/** What a phone can be told to do; `resync`: fetch its file and take what changed. */
export const pushActions = ["resync", "reboot", "restart", "report"] as const;
export type PushAction = (typeof pushActions)[number];

/** A request to the phone's own web server. */
export const WebSpec = Type.Object(
  {
    method: Type.Enum(["GET", "POST"]),
    path: Text,
    form: Type.Optional(Type.Record(Type.String(), Text)),
    source: Text,
  },
  strict,
);
export type WebSpec = Static<typeof WebSpec>;

export const signallings = ["udp", "tcp", "tls"] as const;
export type Signalling = (typeof signallings)[number];

/** A NOTIFY as it is to be sent; `body` still holds the placeholders of NotifySpec. */
export interface Notice {
  readonly event: string;
  /** The event for a phone that does not know that one. */
  readonly otherwise?: string;
  readonly contentType?: string;
  readonly subscriptionState?: string;
  readonly body?: string;
  /** Absent where the body has no placeholders for them. */
  readonly stamps?: FileStamps;
}

/** The line that a phone is addressed by. */
export interface PushLine {
  /** User of the address of record; the name of a PBX's endpoint where nothing else is said. */
  readonly user: string;
  readonly authUser: string;
  /** Registrar, as the phone is told; a phone may take no NOTIFY from elsewhere. */
  readonly domain: string;
}

/** A phone as a transport is told of it. Holds secrets in the clear: never log or send it. */
export interface PushTarget {
  readonly organization: string;
  readonly mac: Mac;
  readonly family: string;
  readonly userAgent?: string;
  /** Where the phone listens for SIP, in the allowed networks. `forSipOnly`: its router's, or known from a PBX alone. */
  readonly destination?: { readonly address: string; readonly port: number; readonly forSipOnly?: true };
  readonly signalling: Signalling;
  readonly line?: PushLine;
  /** The phone drops SIP that does not come from its server; the address of that, as the phone is told it. */
  readonly onlyFrom?: string;
  /** Of the phone's own registration, where a PBX tells it and the notice asks for it. */
  readonly callId?: string;
  /** Of the line, in the order to try: what the phone has completed a fetch of, then what it shall have. */
  readonly secrets: readonly string[];
  /** The phone's own web server; port 80 or 443 when absent. */
  readonly webServer?: { readonly scheme: "http" | "https"; readonly port?: number };
  /** Who may use it, in the order to try. */
  readonly web: readonly { readonly user: string; readonly password: string }[];
  readonly notice?: Notice;
  readonly request?: WebSpec;
  readonly connection?: OpenPbxConnection;
}

/** What became of one attempt. Reasons are for people and hold no secret. */
export type PushOutcome =
  /** The phone (or the PBX in its name) took it. `others`: phones that the same message reached as well. */
  | { readonly result: "answered"; readonly detail?: string; readonly others?: readonly string[] }
  | { readonly result: "refused"; readonly reason: string; readonly status?: number }
  /** Nothing came back: the phone may be off. */
  | { readonly result: "silent"; readonly reason: string }
  /** Nothing was sent. */
  | { readonly result: "unable"; readonly reason: string }
  /** There is nothing to send: the phone comes by itself. */
  | { readonly result: "waiting"; readonly detail: string };

export const pbxConnectionKinds = ["asterisk-ami", "freeswitch-esl", "kamailio-rpc"] as const;
export type PbxConnectionKind = (typeof pbxConnectionKinds)[number];

/** How Offhook reaches a PBX. Its secret is sealed in the store. */
export interface PbxConnection {
  readonly id: string;
  readonly kind: PbxConnectionKind;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly secret: string;
  readonly tls?: boolean;
  /** SHA-256 of the one certificate to trust, in hex: for a PBX whose certificate no known authority signed. */
  readonly fingerprint?: string;
  /** The site whose phones register there; all of the organization when absent. */
  readonly site?: string;
  /** FreeSWITCH: the Sofia profile. Kamailio: the path of the RPC. */
  readonly profile?: string;
  readonly path?: string;
}

/** The same with its secret in the clear; `version` tells when it has to be opened anew. */
export interface OpenPbxConnection extends PbxConnection {
  readonly organization: string;
  readonly version: number;
}

/** What a PBX knows of a line; `since` RFC 3339. */
export interface Registration {
  readonly state: "registered" | "unregistered";
  readonly contact?: string;
  /** SIP URI that its packets come from, where the PBX tells that apart. */
  readonly receivedFrom?: string;
  readonly callId?: string;
  readonly userAgent?: string;
  readonly since?: string;
}

/** One thing that was tried with a connection, in words. */
export interface ConnectionFinding {
  readonly works: boolean;
  readonly what: string;
  /** What to do where it does not work. */
  readonly cure?: string;
}

/** A way to tell a phone; one file of push/transports, found by scanning. */
export interface PushTransport {
  readonly name: string;
  /** Why it can't be used for this phone and action; undefined when it can. Asks nobody. */
  objection(target: PushTarget): string | undefined;
  /** Never rejects for what the other side does; ends soon after the signal fires. */
  send(target: PushTarget, signal: AbortSignal): Promise<PushOutcome>;
  /** Only without a PBX between: asks the phone something that changes nothing; `answered` proves this way. */
  reach?(target: PushTarget, signal: AbortSignal): Promise<PushOutcome>;
  /** Only where the phone gives a picture of its screen; as `send`. */
  look?(target: PushTarget, signal: AbortSignal): Promise<LookOutcome>;
  /** Only where it goes through a PBX. */
  readonly pbx?: PbxSide;
  close(): Promise<void>;
}

/** What a line proves itself with at a PBX. Holds a secret in the clear: never log it. */
export interface PbxSecret {
  readonly authUser: string;
  readonly secret: string;
}

/** What became of a new secret; reasons hold none. `unknown`: the PBX may have it or not. */
export type SecretOutcome =
  | { readonly result: "written" }
  | { readonly result: "refused" | "unknown"; readonly reason: string };

export interface PbxSide {
  readonly kind: PbxConnectionKind;
  /** Tries it and says what works and what does not; never rejects. */
  test(connection: OpenPbxConnection, signal: AbortSignal): Promise<readonly ConnectionFinding[]>;
  /** Undefined where the PBX can't tell. Rejects when it can't be asked. */
  registration(connection: OpenPbxConnection, line: PushLine, signal: AbortSignal): Promise<Registration | undefined>;
  /**
   * Whether the line has a call: ringing, talking or on hold, at any of its phones. Undefined where the PBX can't tell.
   * Rejects when it can't be asked.
   */
  isInCall?(connection: OpenPbxConnection, line: PushLine, signal: AbortSignal): Promise<boolean | undefined>;
  /** Only where the PBX can be told: writes new secrets and makes them count; one outcome each. Never rejects. */
  writeSecrets?(
    connection: OpenPbxConnection,
    secrets: readonly PbxSecret[],
    signal: AbortSignal,
  ): Promise<readonly SecretOutcome[]>;
}

/** What every transport is made with. */
export interface PushTransportParts {
  /** Whether Offhook may send there at all: an IP address. */
  allows(address: string): boolean;
  /** Where its own SIP leaves from: an address and a port (0: any free one). */
  readonly sip: { readonly address?: string; readonly port: number };
  readonly log: Record<"debug" | "info" | "warn" | "error", (fields: object, message: string) => void>;
  /** Where phones find this server over HTTP; empty when none was configured. */
  phones(): string;
  readonly logins: Pick<OneTimeLogins, "issue">;
}

/** The default export of a file in push/transports. */
export type CreatePushTransport = (parts: PushTransportParts) => PushTransport;
