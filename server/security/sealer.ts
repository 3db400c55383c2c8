import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

const mark = "sealed:1:";

/** Keeps secrets at rest: AES-256-GCM. `place` binds a sealed text to where it stands, so it can't be moved. */
export interface Sealer {
  seal(plain: string, place: string): string;
  /** Throws when the text was sealed with another key, for another place, or was changed. */
  open(sealed: string, place: string): string;
  /** To see whether a text is the same as another: HMAC-SHA256, hex. Whoever lacks the master key can't try texts on it. */
  fingerprint(plain: string): string;
}

function isSealed(value: unknown): value is string {
  return typeof value === "string" && value.startsWith(mark);
}

export function createSealer(masterKey: Buffer): Sealer {
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "offhook seal 1", 32));
  const fingerprintKey = Buffer.from(hkdfSync("sha256", masterKey, "", "offhook fingerprint 1", 32));
  return {
    seal(plain, place) {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
      return mark + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
    },
    open(sealed, place) {
      if (!isSealed(sealed)) throw new Error(`what stands at ${place} is not sealed`);
      const bytes = Buffer.from(sealed.slice(mark.length), "base64");
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, 12)).setAAD(Buffer.from(place));
      decipher.setAuthTag(bytes.subarray(12, 28));
      return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString("utf8");
    },
    fingerprint: (plain) => createHmac("sha256", fingerprintKey).update(plain).digest("hex"),
  };
}
