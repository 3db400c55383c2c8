/** What the TFTP server is given and what it gives back; the words that its files share. */

export interface TftpRequest {
  /** The name as the phone sent it. */
  readonly path: string;
  readonly mode: TransferMode;
  /** The phone's address; IPv4 in dotted form also when it came mapped into IPv6. */
  readonly address: string;
  readonly port: number;
}

export type TransferMode = "octet" | "netascii";

/** How a transfer ended. `completed`: the last block was acknowledged. `bytes` on the wire that were acknowledged. */
export interface TransferOutcome {
  readonly completed: boolean;
  readonly bytes: number;
  readonly reason?: string;
}

/** What a phone gets: bytes, or a file by its absolute path. `done` is called exactly once, whatever happens. */
export type TftpContent = TftpBody | TftpFile;

interface TftpBody {
  readonly body: Buffer;
  done(outcome: TransferOutcome): void;
}

interface TftpFile {
  readonly file: string;
  /** Bytes, as the caller knows it; the size of the file once it is open is what counts. */
  readonly size: number;
  done(outcome: TransferOutcome): void;
}

/** `any` free ports, a range (both ends included), or `single`: everything runs over the listening port. */
export type DataPorts = "any" | "single" | { readonly from: number; readonly to: number };

export interface TftpLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface TftpLimits {
  /** Requests and transfers at once, in all and for one address; above it a request gets silence. */
  readonly maxTransfers: number;
  readonly maxPerAddress: number;
  /**
   * At a limit, a phone that has not answered the first packet for so long makes way for the next request: a flood of
   * requests that nobody follows up shall not shut out the phones behind the same address.
   */
  readonly silentPlaceMs: number;
  /** A longer request is malformed. RFC 2347 allows 512 bytes; phones pad. */
  readonly maxRequestBytes: number;
  /** Sockets that all transfers share. */
  readonly dataSockets: number;
  /** The largest RFC 7440 window that is granted, in blocks. */
  readonly maxWindowsize: number;
  /** Wait before the first repeat; doubled with each further one up to `maxTimeoutMs`. */
  readonly firstTimeoutMs: number;
  readonly maxTimeoutMs: number;
  /** How often one packet is sent to an address that stays silent. */
  readonly maxSends: number;
  /** How long late packets of an ended transfer are ignored rather than answered with error 5. */
  readonly dallyMs: number;
  /** Error 5 answers in one second, in all. */
  readonly maxStrayReplies: number;
  /** Bytes read from a file at a time. */
  readonly fileChunkBytes: number;
  /** Descriptors for files at once, whatever the number of transfers. */
  readonly maxOpenFiles: number;
}

export const defaultLimits: TftpLimits = {
  maxTransfers: 4096,
  maxPerAddress: 2560,
  silentPlaceMs: 500,
  maxRequestBytes: 1024,
  dataSockets: 8,
  maxWindowsize: 64,
  firstTimeoutMs: 1000,
  maxTimeoutMs: 8000,
  maxSends: 5,
  dallyMs: 10_000,
  maxStrayReplies: 200,
  fileChunkBytes: 32 * 1024,
  maxOpenFiles: 64,
};

export interface TftpStats {
  /** Requests being read and transfers under way. */
  readonly active: number;
  readonly started: number;
  readonly completed: number;
  /** Transfers that ended before the last acknowledgement. */
  readonly broken: number;
  /** Requests that were answered with a failure, be it an ERROR packet or silence. */
  readonly failed: number;
  /** Requests over a limit. */
  readonly refused: number;
  /** Packets that belong to no transfer. */
  readonly strays: number;
}
