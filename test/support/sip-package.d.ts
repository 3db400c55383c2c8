/** The part of the npm package `sip` 0.0.6 that the tests use; it ships no types. */
declare module "sip" {
  export interface Message {
    readonly method: string;
    readonly uri: string;
    readonly headers: Readonly<Record<string, unknown>>;
    readonly content?: string;
  }

  export interface Options {
    readonly address: string;
    readonly port: number;
    readonly udp?: boolean;
    readonly tcp?: boolean;
  }

  export interface Stack {
    send(message: unknown): void;
    destroy(): void;
  }

  export interface Remote {
    readonly protocol: "UDP" | "TCP";
    readonly address: string;
    readonly port: number;
  }

  export function create(options: Options, received: (request: Message, remote: Remote) => void): Stack;
  export function makeResponse(request: Message, status: number, reason: string): Message;
}

declare module "sip/digest.js" {
  import type { Message } from "sip";

  export interface Session {
    readonly realm: string;
    readonly qop?: string;
    nonce?: string;
  }

  /** Adds the challenge to a 401 or 407, and remembers its nonce in the session. */
  export function challenge(session: Session, response: Message): Message;
  export function authenticateRequest(
    session: Session,
    request: Message,
    credentials: { readonly user: string; readonly password: string },
  ): boolean;
}
