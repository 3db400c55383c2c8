import type { Readable } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** The lines of what somebody types or pipes; in the place of one with more characters than `most` undefined. */
export async function* typedLines(input: Readable, most: number): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  let isTooLong = false;
  const whole = (line: string) => (isTooLong || line.length > most ? undefined : line.replace(/\r$/, ""));
  for await (const chunk of input) {
    const lines = (rest + decoder.write(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      yield whole(line);
      isTooLong = false;
    }
    if (rest.length <= most) continue;
    isTooLong = true;
    rest = "";
  }
  if (rest !== "" || isTooLong) yield whole(rest);
}
