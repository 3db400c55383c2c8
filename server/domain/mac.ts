/** Twelve lower-case hex digits; the form that is stored and sent. */
export type Mac = string & { readonly __brand: "Mac" };

const forms = [
  /^[0-9a-f]{12}$/i,
  /^[0-9a-f]{2}(?::[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{2}(?:-[0-9a-f]{2}){5}$/i,
  /^[0-9a-f]{4}(?:\.[0-9a-f]{4}){2}$/i,
];

/** A MAC as people write it (`00:17:21:82:05:42`, `0017.2182.0542`, `00-17-21…`, bare, either case), or undefined. */
export function parseMac(text: string): Mac | undefined {
  const trimmed = text.trim();
  if (!forms.some((form) => form.test(trimmed))) return undefined;
  return trimmed.replace(/[:.-]/g, "").toLowerCase() as Mac;
}

/** A MAC as people read it: `00:17:21:82:05:42`. */
export function formatMac(mac: Mac): string {
  return mac.replace(/..(?!$)/g, "$&:");
}
