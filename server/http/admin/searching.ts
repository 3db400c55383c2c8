/** A test for what somebody looks for: every text that holds the words, without regard to case and accents' form. */
export function searchFor(q: string | undefined): (texts: readonly (string | undefined)[]) => boolean {
  const wanted = fold(q ?? "");
  if (wanted === "") return () => true;
  return (texts) => texts.some((text) => text !== undefined && fold(text).includes(wanted));
}

/** The hex digits of something that looks like a MAC or a part of one, however it is written. */
export function macPart(q: string | undefined): string | undefined {
  const digits = (q ?? "").trim().replace(/[:.-]/g, "").toLowerCase();
  return /^[0-9a-f]{2,12}$/.test(digits) ? digits : undefined;
}

function fold(text: string): string {
  return text.normalize("NFC").trim().toLowerCase();
}
