/** Escaping belongs to the format of a file, not to the template's author. */
export interface Format {
  readonly contentType: string;
  escape(value: unknown): string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escapeXml(value: unknown): string {
  const text = String(value ?? "");
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => entities[character] ?? character) : text;
}

function escapeFlatXml(value: unknown): string {
  const text = String(value ?? "");
  // Nearly every name and value is as it is, and there are over a thousand in a file.
  if (!/[&<>"']|[^\x20-\x7e]/.test(text)) return text;
  return escapeXml(text).replace(/[^\x20-\x7e]/gu, (character) => `&#${character.codePointAt(0)};`);
}

export const formats: Readonly<Record<"xml" | "flat-xml" | "text", Format>> = {
  /** The five named entities and nothing else; UTF-8 otherwise. */
  xml: { contentType: "text/xml; charset=utf-8", escape: escapeXml },
  /** Flat profiles: non-ASCII as numeric references, since documents disagree on UTF-8 (cisco.md C.2, encoding). */
  "flat-xml": { contentType: "text/xml; charset=utf-8", escape: escapeFlatXml },
  /** Lines of `key: value`; what the format can't carry was refused before (limits of the family). */
  text: { contentType: "text/plain; charset=utf-8", escape: (value) => String(value ?? "") },
};
