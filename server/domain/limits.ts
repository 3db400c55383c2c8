import type { Limit } from "./model.ts";
import { lengthOf } from "./text.ts";

const printableAscii = /^[\x20-\x7e]*$/;

/** Why a text is beyond a limit, in words that name the limit and its source; undefined when it is not. */
export function beyond(limit: Limit, text: string): string | undefined {
  const why = tooLong(limit, text) ?? badCharacters(limit, text);
  return why === undefined ? undefined : `${why} (${limit.source})`;
}

function tooLong({ max, min, bytes }: Limit, text: string): string | undefined {
  const size = bytes ? Buffer.byteLength(text) : lengthOf(text);
  const unit = bytes ? "bytes" : "characters";
  if (max !== undefined && size > max) return `has ${size} ${unit}, at most ${max} fit`;
  if (min !== undefined && size < min) return `has ${size} ${unit}, at least ${min} are needed`;
  return undefined;
}

function badCharacters({ ascii, classes, digits, without, trimmed }: Limit, text: string): string | undefined {
  if (ascii && !printableAscii.test(text)) return "holds characters other than printable ASCII";
  if (digits && !/^[0-9*#]*$/.test(text)) return "holds other characters than 0-9 * #";
  if (classes !== undefined && classesOf(text) < classes) {
    return `needs ${classes} of small letters, capital letters, digits and other signs`;
  }
  const broken = [...(without ?? "")].find((each) => text.includes(each));
  if (broken !== undefined) return `holds ${JSON.stringify(broken)}, which this format can't carry`;
  if (trimmed && text !== text.trim()) return "begins or ends with a blank, which the phone drops";
  return undefined;
}

function classesOf(text: string): number {
  return [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/].filter((each) => each.test(text)).length;
}
