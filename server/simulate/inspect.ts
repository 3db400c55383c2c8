import {
  inspectApplicationDialRules,
  inspectDialTemplate,
  inspectFeaturePolicy,
  inspectRingList,
  inspectRingListText,
  inspectSoftKeys,
  inspectSyncInfo,
  inspectWallpaperList,
  inspectXmlDefault,
} from "./inspect-companions.ts";
import { inspectFlatBootstrap, inspectFlatDevice } from "./inspect-flat.ts";
import { inspectSep } from "./inspect-sep.ts";
import { inspectTextDefault, inspectTextDevice } from "./inspect-text.ts";
import { concluded, type Inspection, type Subject } from "./inspection.ts";

/** By the end of the name; phones know by the name what they asked for. */
const byName: readonly (readonly [RegExp, (subject: Subject) => Inspection])[] = [
  [/^dialplan.*\.xml$/i, inspectDialTemplate],
  [/^ringlist.*\.xml$/i, inspectRingList],
  [/^ringlist\.dat$/i, inspectRingListText],
  [/^appdialrules\.xml$/i, inspectApplicationDialRules],
  [/^softkeys.*\.xml$/i, inspectSoftKeys],
  [/^featurepolicy.*\.xml$/i, inspectFeaturePolicy],
  [/^list\.xml$/i, inspectWallpaperList],
  [/^xmldefault\.cnf\.xml$/i, inspectXmlDefault],
  [/^syncinfo\.xml$/i, inspectSyncInfo],
  [/^sipdefault\.cnf$/i, inspectTextDefault],
];

/** Parses a file as the phone that asked for it would, and tells everything that is wrong with it. Never throws. */
export function inspect(subject: Subject): Inspection {
  const { body, expect, family, name } = subject;
  if (expect === "nothing") return inspectUnexpected(name);
  const end = name.slice(name.lastIndexOf("/") + 1);
  const reader = byName.find(([pattern]) => pattern.test(end))?.[1];
  if (reader) return reader(subject);
  if (expect === "common") return concluded(undefined, body.length === 0 ? ["is empty"] : []);
  if (family.format === "flat-xml") {
    return expect === "bootstrap" ? inspectFlatBootstrap(subject) : inspectFlatDevice(subject);
  }
  return family.format === "text" ? inspectTextDevice(subject) : inspectSep(subject);
}

/**
 * A language or an image may come from the shelf; a trust list would bind the phone to another server's certificates
 * (cisco.md D.4), and nobody here makes one.
 */
function inspectUnexpected(name: string): Inspection {
  return concluded(undefined, /\.tlv$/i.test(name) ? ["is a trust list, which must not be served"] : []);
}
