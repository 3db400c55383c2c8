/** The part of the npm package `tftp` 0.1.2 that the tests use; it ships no types. */
declare module "tftp" {
  import type { Readable } from "node:stream";

  export interface ClientOptions {
    readonly host: string;
    readonly port: number;
    readonly blockSize?: number;
    readonly windowSize?: number;
    readonly retries?: number;
    /** Milliseconds. */
    readonly timeout?: number;
  }

  export interface Client {
    createGetStream(remoteFile: string): Readable;
  }

  export function createClient(options: ClientOptions): Client;
}
