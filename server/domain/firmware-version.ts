/** Which release a load is. Comparable within one kind of firmware; see `compareFirmware`. */
export interface FirmwareVersion {
  /** Three numbers, the absent ones 0: 12.0.1 of `sip88xx.12-0-1MPP0001-245`. */
  readonly release: readonly number[];
  /** Service release (`SR3`) or letter (`7.4.8a` is 1); 0 for neither. */
  readonly service: number;
  /** What stands behind: 1, 245. Empty where a name or a user agent leaves it out. */
  readonly build: readonly number[];
}

/**
 * The version in the name of a load, in a user agent, or alone: `SIP42.9-4-2SR3-1S`, `sip88xx.14-2-1-0101-10`,
 * `sip88xx.11-3-1MSR1-1`, `spa50x-30x-7-6-2f`, `P0S3-08-12-00`, `PHONEOS.4-1-1-0101-76`, `7.4.8a` (cisco.md A.0, A.4).
 * Undefined when there is none: one number alone is none, nor is one with a number of more than nine digits.
 */
export function parseFirmwareVersion(text: string): FirmwareVersion | undefined {
  const old = oldImage.exec(text);
  if (old) return versionOf(old.slice(1), 0);
  const [, numbers, service, letter, rest = ""] = current.exec(text) ?? [];
  if (numbers === undefined) return undefined;
  const own = service === undefined ? letterValue(letter) : Number(service);
  return versionOf([...numbers.split(/[.-]/), ...(rest.match(/\d+/g) ?? [])], own);
}

/**
 * Negative when `a` is older than `b`, 0 when they are the same as far as both say it. User agents leave the build out:
 * then builds do not count.
 */
export function compareFirmware(a: FirmwareVersion, b: FirmwareVersion): number {
  const known = Math.min(a.build.length, b.build.length);
  const left = [...a.release, a.service, ...a.build.slice(0, known)];
  const right = [...b.release, b.service, ...b.build.slice(0, known)];
  return left.map((number, index) => number - (right[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}

/** `P0S30203` and `P00307050000`: two digits each (CME installation guide, firmware naming). */
const oldImage = /^P0[0S]3(\d\d)(\d\d)(\d\d)?(?:\d\d)?$/i;

/**
 * The first run of numbers that begins with one or two digits: 42 of `SIP42.`, 65 of `sip8845_65.`, 30 of `-30x-` and 9861
 * of `PHONEOS-9861.` are the phone's. A final S is the mark of 79xx loads, not a letter of the version.
 */
const current =
  /(?<![0-9a-z_])(\d{1,2}(?:[.-]\d+)+)(?:(?:MPP|M)?-?SR(\d+)|\(?([a-rt-z])\)?(?![a-z]))?((?:[.-]|MPP)[0-9a-z.-]*)?/i;

function letterValue(letter: string | undefined): number {
  return letter === undefined ? 0 : letter.toLowerCase().charCodeAt(0) - 96;
}

const greatest = 999_999_999;

function versionOf(texts: readonly (string | undefined)[], service: number): FirmwareVersion | undefined {
  const numbers = texts.filter((text) => text !== undefined).map(Number);
  if ([...numbers, service].some((number) => number > greatest)) return undefined;
  return {
    release: [numbers[0] ?? 0, numbers[1] ?? 0, numbers[2] ?? 0],
    service,
    build: numbers.slice(3),
  };
}
