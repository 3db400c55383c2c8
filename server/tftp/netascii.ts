const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * RFC 764 netascii as RFC 1350 uses it: LF becomes CR LF and CR becomes CR NUL, so that a phone gets back exactly the
 * bytes of the file. Each byte stands for itself, so a text may be encoded in pieces.
 */
export function encodeNetascii(plain: Buffer): Buffer {
  const extra = countLineBytes(plain);
  if (extra === 0) return plain;
  const encoded = Buffer.allocUnsafe(plain.length + extra);
  let end = 0;
  for (const byte of plain) {
    if (byte === lineFeed) encoded[end++] = carriageReturn;
    encoded[end++] = byte;
    if (byte === carriageReturn) encoded[end++] = 0;
  }
  return encoded;
}

function countLineBytes(plain: Buffer): number {
  let count = 0;
  for (const byte of plain) if (byte === lineFeed || byte === carriageReturn) count += 1;
  return count;
}
