import type { LookOutcome } from "../../domain/phone-screen.ts";
import type { Visited } from "./phone-visit.ts";
import { visitInWords } from "./words.ts";

/** A screen of 1280 by 800 in three bytes a point, without compression, is 3 MB. */
export const mostPictureBytes = 4 * 1024 * 1024;

const reasons: Readonly<Record<number, string>> = {
  403: "The phone's web server forbids a picture of its screen (403).",
  404: "The phone's web server knows no picture of its screen, or the address is another phone's (404).",
};

/** What came of asking a phone's web server for a picture. SVG is none: it can act. */
export function pictureInWords(visited: Visited): LookOutcome {
  const { bytes, status, type } = visited.answer;
  const known = reasons[status];
  if (known !== undefined) return { result: "refused", reason: known };
  if (status === 200 && bytes.length > 0 && /^image\/(?!svg)[a-z0-9][a-z0-9.+-]{0,63}$/.test(type)) {
    return { result: "seen", contentType: type, picture: bytes };
  }
  const outcome = visitInWords(visited);
  if (outcome.result === "refused") return { result: "refused", reason: outcome.reason };
  return { result: "refused", reason: "The phone's web server answered, but not with a picture." };
}
