import Type from "typebox";

/**
 * What no free text may hold: control characters, halves of surrogate pairs and the two non-characters. XML 1.0 (2.2)
 * forbids nearly all of them, and a line break would end a line of a text configuration.
 */
const forbidden = "\\u0000-\\u001F\\u007F\\uFFFE\\uFFFF\\p{Cs}";

/** Text that every format can carry, `max` characters at most. */
export function plainText(max: number, options: { min?: number; description?: string } = {}) {
  return Type.String({
    minLength: options.min ?? 0,
    maxLength: max,
    pattern: `^[^${forbidden}]*$`,
    ...(options.description === undefined ? {} : { description: options.description }),
  });
}

/** The length a person would count: code points, so that an emoji of one code point is 1. */
export function lengthOf(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? [...text].length : text.length;
}
