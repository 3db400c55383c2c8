import { expect, onTestFinished } from "vitest";
import type { TransferOutcome } from "../../server/tftp/server.ts";
import { openTftpPhone, type TftpPacket, type TftpPhone } from "./tftp-datagrams.ts";
import type { RunningTftp } from "./tftp-server.ts";

/** A sentence of an RFC, and the conversation that shows it. */
export type Row = readonly [sentence: string, lines: readonly string[]];

/**
 * Plays a conversation written down line by line, and expects nothing else to have come at its end. The phone sends
 * `> RRQ file octet blksize 8`, `> ACK 1`, `> ERROR 4 text` or bytes, `> HEX 0004`; `!` before it says that another port
 * sends it. It hears `< DATA 1 512` (the number of bytes), `< OACK blksize 8`, `< ERROR 5` (`!<` at the other port).
 * `= completed 1124` and `= broken 0` say how a transfer ended, with the bytes that were acknowledged.
 */
export async function talk(tftp: RunningTftp, lines: readonly string[]): Promise<void> {
  const phones = { "": await openTftpPhone(), "!": await openTftpPhone() };
  onTestFinished(() => Object.values(phones).forEach((each) => void each.close()));
  let dataPort = tftp.port;
  let ended = 0;
  for (const line of lines) {
    const phone = phones[line.startsWith("!") ? "!" : ""];
    const words = line.split(" ").slice(1);
    if (line.includes("> ")) {
      phone.send(datagramOf(words), words[0] === "RRQ" ? tftp.port : dataPort);
    } else if (line.includes("< ")) {
      const packet = await nextOf(phone, line);
      dataPort = packet.port;
      expect(written(packet), line).toBe(words.join(" "));
    } else {
      ended += 1;
      expect(writtenOutcome((await tftp.told(ended))[ended - 1]), line).toBe(words.join(" "));
    }
  }
  expect([phones[""].waiting(), phones["!"].waiting()]).toEqual([0, 0]);
}

async function nextOf(phone: TftpPhone, line: string): Promise<TftpPacket> {
  try {
    return await phone.next();
  } catch (cause) {
    throw new Error(`waiting for "${line}"`, { cause });
  }
}

function datagramOf([kind, ...words]: readonly string[]): Buffer {
  if (kind === "RRQ") return Buffer.from(`\0\x01${words.map((word) => `${word}\0`).join("")}`, "latin1");
  if (kind === "HEX") return Buffer.from(words.join(""), "hex");
  const [number = "", ...text] = words;
  const head = Buffer.from([0, kind === "ACK" ? 4 : 5, Number(number) >> 8, Number(number) & 0xff]);
  return kind === "ACK" ? head : Buffer.concat([head, Buffer.from(`${text.join(" ")}\0`, "latin1")]);
}

function written(packet: TftpPacket): string {
  if (packet.kind === "data") return `DATA ${packet.block} ${packet.data.length}`;
  if (packet.kind === "error") return `ERROR ${packet.code}`;
  return ["OACK", ...Object.entries(packet.options).flat()].join(" ");
}

function writtenOutcome(outcome: TransferOutcome | undefined): string {
  return `${outcome?.completed ? "completed" : "broken"} ${outcome?.bytes}`;
}
