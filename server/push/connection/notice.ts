import type { Notice } from "../../domain/push.ts";

/**
 * The notice with what its placeholders stand for (NotifySpec): `{callId}` for the Call-ID of the phone's registration,
 * or for nothing, and `{stamp:…}` for the stamp of a file.
 */
export function filledIn(notice: Notice, callId = ""): Notice {
  const { stamps, ...plain } = notice;
  if (plain.body === undefined) return plain;
  const body = stamps ? withStamps(plain.body, stamps) : plain.body;
  return { ...plain, body: body.replaceAll("{callId}", () => callId) };
}

/** Lines that are said only of a file which the phone is given are left out for others. */
function withStamps(body: string, { given, other }: NonNullable<Notice["stamps"]>): string {
  return body
    .replace(/^.*\{stamp:([\w-]+)\?\}.*\r\n/gm, (line, file: string) => (file in given ? line : ""))
    .replace(/\{stamp:([\w-]+)\??\}/g, (_, file: string) => given[file] ?? other);
}
