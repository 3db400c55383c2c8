import { Failure } from "../../domain/failures.ts";
import type { Showings } from "../../office/push/showings.ts";
import type { PhoneUpload } from "./uploads.ts";

/** 128 bits. */
const path = /^\/show\/([\w-]{22})$/;

/**
 * Where a phone finds the page that it was asked to show. It is among the addresses that take something, since no file
 * is here and the journal, which names what was asked for, must not know it. Whoever asks without right is told the same
 * for any reason.
 */
export function showPage(showings: Pick<Showings, "take">): PhoneUpload {
  return {
    methods: ["GET", "HEAD"],
    path: /^\/show\//,
    mostBytes: 0,
    async take({ request: { address, path: asked } }) {
      const [, token = ""] = path.exec(asked) ?? [];
      const page = showings.take({ token, address });
      if (!page) throw new Failure("NOT_FOUND");
      // Without a charset a phone takes that of its user's locale; -1 keeps the page out of its history (cisco.md F).
      const headers = ["content-type", "text/xml; charset=utf-8", "cache-control", "no-store", "expires", "-1"];
      return { text: page.text, headers, done: page.done };
    },
  };
}
