import type { PushOutcome } from "../../domain/push.ts";
import { quoted } from "../connection/pbx-error.ts";
import { hostOfPlace } from "./phone-socket.ts";
import type { Visited } from "./phone-visit.ts";

/** What came of a request to a phone's web server, for people: what happened, and what can be done about it. */
export function visitInWords(visited: Visited): PushOutcome {
  const { answer, isLedAway, place } = visited;
  const { body, status } = answer;
  if (isLedAway) {
    return refused(status, "The phone leads to another page or place, most likely to its login: that is not followed.");
  }
  if (status === 401) return refused(status, whyNotLetIn(visited));
  const known = reasons[status];
  if (known !== undefined) return refused(status, known);
  if (status < 200 || status >= 300) return refused(status, "The phone's web server does not do it.");
  const reason = errorIn(body);
  return reason === undefined
    ? { result: "answered", detail: `the phone's web server at ${hostOfPlace(place)} took it` }
    : { result: "refused", reason };
}

/** With these it would refuse what it shall do as well; whatever else it answers, it is there and hears us. */
const refusals = new Set([401, 403]);

/** What came of asking whether the phone's web server is there. */
export function reachInWords(visited: Visited): PushOutcome {
  const { status } = visited.answer;
  if (refusals.has(status)) return visitInWords(visited);
  return { result: "answered", detail: `its web server answered with ${status}` };
}

const reasons: Readonly<Record<number, string>> = {
  400: "The phone's web server took the request for malformed.",
  403: "The phone's web server forbids it: its administration in the browser may be off, or the address of this server not allowed.",
  404: "The phone's web server knows no such page: action URLs may be off (Enable_Direct_Action_Url, CISCO_XML_EXE_Enable), or the address is another phone's.",
  503: "The phone is busy, most likely in a call. Try again later.",
};

function whyNotLetIn({ scheme, tried }: Visited): string {
  if (scheme === "other")
    return "The phone asks for a password in a way that is not known here (known: Digest, Basic).";
  if (tried === 0) return "The phone asks for the password of its administrator, and phone.adminPassword is not set.";
  return (
    "The phone's web server did not take the password. It may not have fetched its file since the password or the " +
    "address of this server changed: restart it, then try again."
  );
}

/** Numbers of CiscoIPPhoneError (Unified IP Phone Services XML; reference, E.5). */
const phoneErrors: Readonly<Record<string, string>> = {
  "1": "The phone could not read the XML of the request (error 1).",
  "2": "The phone could not read the response's framing (error 2).",
  "3": "The phone had trouble with a file of its own (error 3).",
  "4": "The phone did not accept name and password: it asks an address (authenticationURL) whether it may, and was told no, or nothing (error 4).",
};

/** What a phone says in a page that came with 200; undefined where it did what it was asked. */
function errorIn(page: string): string | undefined {
  const body = page.slice(0, 20_000);
  const [error, number = ""] = /<CiscoIPPhoneError\b[^>]*?\bNumber="(\d{1,3})"/i.exec(body) ?? [];
  if (error !== undefined) return phoneErrors[number] ?? `The phone answers with error ${number}.`;
  const items = [...body.matchAll(/<ResponseItem\b[^>]*>/gi)].map(([item]) => item);
  const failed = items.find((item) => (attribute(item, "Status") ?? "0") !== "0");
  if (failed !== undefined) {
    return `The phone could not do ${itemInWords(attribute(failed, "URL") ?? "")}: status ${quoted(attribute(failed, "Status") ?? "")}.`;
  }
  if (/<input\b[^>]*\btype=["']?password/i.test(body)) return "The phone shows its login page and did nothing.";
  return undefined;
}

/** The address of a page is good for whoever knows it. */
function itemInWords(url: string): string {
  return /^https?:/i.test(url.trim()) ? "what it was to show" : quoted(url);
}

function attribute(element: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`, "i").exec(element)?.[1];
}

function refused(status: number, reason: string): PushOutcome {
  return { result: "refused", reason: `${reason} (${status})`, status };
}
