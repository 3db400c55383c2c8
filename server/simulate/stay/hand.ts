import type { Readable } from "node:stream";
import type { Answer } from "./answer.ts";
import { carryOutLine } from "./commands.ts";
import type { StayingPhone } from "./staying-phone.ts";
import { typedLines } from "./typed-lines.ts";

/** Characters of a line; a parameter's value is far below. */
const longestLine = 4096;

/** The hand at the phones: whoever types commands, one a line. */
export interface Hand {
  /** Hears no more, once the command that is being carried out is done. */
  close(): Promise<void>;
}

/**
 * Carries out line after line and tells what came of each. An input that ends, or was never there, changes nothing at
 * the phones: they stay.
 */
export function hearHand(input: Readable, phones: readonly StayingPhone[], tell: (answer: Answer) => void): Hand {
  let isClosing = false;

  async function hear(): Promise<void> {
    for await (const line of typedLines(input, longestLine)) {
      if (line === undefined) tell({ answer: "wrong", detail: `a line has ${longestLine} characters at most` });
      else if (line.trim() !== "") tell(await carryOutLine(line, phones));
    }
  }

  const heard = hear().catch((error: Error) => {
    if (!isClosing) tell({ answer: "wrong", detail: `nothing more can be read: ${error.message}` });
  });
  return {
    async close() {
      isClosing = true;
      input.destroy();
      await heard;
    },
  };
}
