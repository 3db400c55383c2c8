import type { Notice } from "../../domain/push.ts";

/** With `{callId}` replaced by the Call-ID of the phone's registration, or by nothing (NotifySpec). */
export function forRegistration(notice: Notice, callId = ""): Notice {
  if (notice.body === undefined) return notice;
  return { ...notice, body: notice.body.replaceAll("{callId}", () => callId) };
}
