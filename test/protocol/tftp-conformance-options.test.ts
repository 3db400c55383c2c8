import { describe, test } from "vitest";
import { someBytes, startTftp } from "../support/tftp-server.ts";
import { type Row, talk } from "../support/tftp-talk.ts";

/** What the RFCs of the options ask of a server, each as the conversation that shows it; `talk` tells how to read the lines. */

/** 1124 bytes: of 512, blocks 1 and 2 are full and block 3 has 100. */
const files = { file: someBytes(1124), even: someBytes(1024), empty: "", windows: someBytes(3000) };
const toTheEnd = ["> ACK 1", "< DATA 2 512", "> ACK 2", "< DATA 3 100", "> ACK 3", "= completed 1124"];

const rfcs: Readonly<Record<string, readonly Row[]>> = {
  "RFC 2347": [
    [
      "the name of an option is in any case",
      [
        "> RRQ file octet TSIZE 0 BlkSize 1428",
        "< OACK TSIZE 1124 BlkSize 1428",
        "> ACK 0",
        "< DATA 1 1124",
        "> ACK 1",
        "= completed 1124",
      ],
    ],
    [
      "an option that is not known is left out",
      ["> RRQ file octet multicast x tsize 0", "< OACK tsize 1124", "> ACK 0", "< DATA 1 512", ...toTheEnd],
    ],
    [
      "a request whose options all are left out is answered as if it had none",
      ["> RRQ file octet blksize big", "< DATA 1 512", ...toTheEnd],
    ],
    [
      "the OACK is confirmed by ACK 0 and nothing else",
      [
        "> RRQ file octet tsize 0",
        "< OACK tsize 1124",
        "> ACK 1",
        "> ACK 65535",
        "> ACK 0",
        "< DATA 1 512",
        ...toTheEnd,
      ],
    ],
    [
      "a lost OACK is sent again",
      ["> RRQ file octet tsize 0", "< OACK tsize 1124", "< OACK tsize 1124", "> ACK 0", "< DATA 1 512", ...toTheEnd],
    ],
    [
      "a phone that does not accept the OACK ends the transfer with error 8",
      ["> RRQ file octet tsize 0", "< OACK tsize 1124", "> ERROR 8 no", "= broken 0"],
    ],
    ["a request may be answered with an error in place of an OACK", ["> RRQ nothing octet tsize 0", "< ERROR 1"]],
  ],
  "RFC 2348": [
    [
      "blocks from 8 bytes",
      [
        "> RRQ file octet blksize 8",
        "< OACK blksize 8",
        "> ACK 0",
        "< DATA 1 8",
        "> ACK 1",
        "< DATA 2 8",
        "> ERROR 0 enough",
        "= broken 8",
      ],
    ],
    ["not of 7", ["> RRQ file octet blksize 7", "< DATA 1 512", ...toTheEnd]],
    ["not of 65465", ["> RRQ file octet blksize 65465", "< DATA 1 512", ...toTheEnd]],
    [
      "less than was asked for may be granted",
      [
        "> RRQ file octet blksize 65464",
        "< OACK blksize 1468",
        "> ACK 0",
        "< DATA 1 1124",
        "> ACK 1",
        "= completed 1124",
      ],
    ],
    [
      "a file that fills its last block ends with an empty one",
      [
        "> RRQ even octet blksize 1024",
        "< OACK blksize 1024",
        "> ACK 0",
        "< DATA 1 1024",
        "> ACK 1",
        "< DATA 2 0",
        "> ACK 2",
        "= completed 1024",
      ],
    ],
  ],
  "RFC 2349": [
    [
      "a timeout is the same one or none: 1 to 255",
      ["> RRQ empty octet timeout 255", "< OACK timeout 255", "> ACK 0", "< DATA 1 0", "> ACK 1", "= completed 0"],
    ],
    ["not 0", ["> RRQ empty octet timeout 0", "< DATA 1 0", "> ACK 1", "= completed 0"]],
    ["not 256", ["> RRQ empty octet timeout 256", "< DATA 1 0", "> ACK 1", "= completed 0"]],
    [
      "tsize 0 is answered with the size, also of nothing",
      ["> RRQ empty octet tsize 0", "< OACK tsize 0", "> ACK 0", "< DATA 1 0", "> ACK 1", "= completed 0"],
    ],
  ],
  "RFC 7440": [
    ["section 3: a windowsize of 0 is out of range", ["> RRQ file octet windowsize 0", "< DATA 1 512", ...toTheEnd]],
    ["section 3: one of 65536 too", ["> RRQ file octet windowsize 65536", "< DATA 1 512", ...toTheEnd]],
    [
      "section 3: less than was asked for may be granted",
      [
        "> RRQ empty octet windowsize 65535",
        "< OACK windowsize 64",
        "> ACK 0",
        "< DATA 1 0",
        "> ACK 1",
        "= completed 0",
      ],
    ],
    [
      "section 4: a window is sent without an ACK between, and the last one may be shorter",
      [
        "> RRQ windows octet windowsize 4",
        "< OACK windowsize 4",
        "> ACK 0",
        "< DATA 1 512",
        "< DATA 2 512",
        "< DATA 3 512",
        "< DATA 4 512",
        "> ACK 4",
        "< DATA 5 512",
        "< DATA 6 440",
        "> ACK 6",
        "= completed 3000",
      ],
    ],
    [
      "section 4: after a gap the window starts behind the last block in order",
      [
        "> RRQ windows octet windowsize 3",
        "< OACK windowsize 3",
        "> ACK 0",
        "< DATA 1 512",
        "< DATA 2 512",
        "< DATA 3 512",
        "> ACK 1",
        "< DATA 2 512",
        "< DATA 3 512",
        "< DATA 4 512",
        "> ACK 4",
        "< DATA 5 512",
        "< DATA 6 440",
        "> ACK 6",
        "= completed 3000",
      ],
    ],
    [
      "section 4: a window that nobody acknowledges is sent again whole",
      [
        "> RRQ file octet windowsize 2",
        "< OACK windowsize 2",
        "> ACK 0",
        "< DATA 1 512",
        "< DATA 2 512",
        "< DATA 1 512",
        "< DATA 2 512",
        "> ACK 2",
        "< DATA 3 100",
        "> ACK 3",
        "= completed 1124",
      ],
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
