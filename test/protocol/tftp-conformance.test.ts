import { describe, test } from "vitest";
import { someBytes, startTftp } from "../support/tftp-server.ts";
import { type Row, talk } from "../support/tftp-talk.ts";

/**
 * What the RFCs ask of a server, each as the conversation that shows it; `talk` tells how to read the lines. What
 * lines can't show has its RFC in its title elsewhere: netascii over block borders (tftp-transfers), the roll-over of block
 * numbers (tftp-transfer), requests that are too long (tftp-requests).
 */

/** 1124 bytes: blocks 1 and 2 are full, block 3 has 100 bytes. 1024: the last block is empty. */
const files = { file: someBytes(1124), even: someBytes(1024), empty: "" };
const toTheEnd = ["> ACK 1", "< DATA 2 512", "> ACK 2", "< DATA 3 100", "> ACK 3", "= completed 1124"];

const rfcs: Readonly<Record<string, readonly Row[]>> = {
  "RFC 1350": [
    ["section 2: each block waits for the ACK of the one before it", ["> RRQ file octet", "< DATA 1 512", ...toTheEnd]],
    [
      "section 2: a block of less than 512 bytes ends the transfer, also one of none",
      [
        "> RRQ even octet",
        "< DATA 1 512",
        "> ACK 1",
        "< DATA 2 512",
        "> ACK 2",
        "< DATA 3 0",
        "> ACK 3",
        "= completed 1024",
      ],
    ],
    [
      "section 2: a file of no bytes is one empty block",
      ["> RRQ empty octet", "< DATA 1 0", "> ACK 1", "= completed 0"],
    ],
    [
      "section 2: a lost DATA or ACK is mended by the last packet sent again after a time-out",
      [
        "> RRQ file octet",
        "< DATA 1 512",
        "< DATA 1 512",
        "> ACK 1",
        "< DATA 2 512",
        "< DATA 2 512",
        ...toTheEnd.slice(2),
      ],
    ],
    [
      "section 2: an error ends the connection, and is neither acknowledged nor sent again",
      ["> RRQ file octet", "< DATA 1 512", "> ERROR 3 disk full", "= broken 0"],
    ],
    [
      "section 4: a packet from another port is answered with an error there and disturbs no transfer",
      ["> RRQ file octet", "< DATA 1 512", "!> ACK 1", "!< ERROR 5", ...toTheEnd],
    ],
    [
      "section 4: an error from another port is not answered and ends no transfer",
      ["> RRQ file octet", "< DATA 1 512", "!> ERROR 5 who are you", ...toTheEnd],
    ],
    [
      "section 4: of two requests doubled on the way one is a transfer",
      ["> RRQ file octet", "> RRQ file octet", "< DATA 1 512", ...toTheEnd],
    ],
    ["section 5: the mode is in any case", ["> RRQ file OcTeT", "< DATA 1 512", ...toTheEnd]],
    ["section 5: mail is no mode to read in", ["> RRQ file mail", "< ERROR 4"]],
    [
      "section 5: what follows the block number of an ACK means nothing",
      ["> RRQ file octet", "< DATA 1 512", "> HEX 0004 0001 ffff 0000", ...toTheEnd.slice(1)],
    ],
    [
      "section 5: an ACK cut off and an operation that does not exist mean nothing",
      [
        "> RRQ file octet",
        "< DATA 1 512",
        "> HEX 0004 00",
        "> HEX 00",
        "> HEX 0009 0001",
        "> HEX 0003 0001",
        ...toTheEnd,
      ],
    ],
    [
      "section 6: late packets of a transfer that has just ended are not answered",
      ["> RRQ file octet", "< DATA 1 512", ...toTheEnd, "> ACK 3", "> ACK 2", "> RRQ nothing octet", "< ERROR 1"],
    ],
  ],
  "RFC 1123": [
    [
      "section 4.2.3.1: a doubled ACK, or one of the past, sends no block again",
      [
        "> RRQ file octet",
        "< DATA 1 512",
        "> ACK 1",
        "> ACK 1",
        "> ACK 0",
        "< DATA 2 512",
        "> ACK 1",
        ...toTheEnd.slice(2),
      ],
    ],
    [
      "section 4.2.3.1: an ACK of a block that was not sent yet is none",
      ["> RRQ file octet", "< DATA 1 512", "> ACK 2", "> ACK 3", "> ACK 65535", "> ACK 0", ...toTheEnd],
    ],
  ],
};

for (const [rfc, rows] of Object.entries(rfcs)) {
  describe(rfc, () => {
    for (const [sentence, lines] of rows) {
      test(sentence, async () => {
        await talk(await startTftp({ files, limits: { firstTimeoutMs: 250 } }), lines);
      });
    }
  });
}
