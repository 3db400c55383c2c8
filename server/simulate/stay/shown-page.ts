import { readXml, walk } from "../xml-tree.ts";
import type { Errand, ErrandParts } from "./errands.ts";
import { ownHttp } from "./own-http.ts";
import { pathAtOwnServer } from "./own-server.ts";

/** Far more than any screen holds. */
const mostBytes = 64 * 1024;
const mostMs = 10_000;
const pages = ["CiscoIPPhoneText", "CiscoIPPhoneExecute"];

/**
 * Executes what it is told, as far as that is a page to fetch. Details name no address: that of a page is known to the
 * phone alone.
 */
export async function show(document: string, parts: ErrandParts): Promise<Errand> {
  // An SPA takes an address alone, without a line end, and no XML (profiles/cisco/spa.family.json, push.show).
  const isByAddress = parts.phone.family.push.show?.page === "url";
  const urls = isByAddress ? (/^https?:\S+$/i.test(document) ? [document] : undefined) : urlsOf(document);
  if (urls === undefined)
    return { end: "failed", detail: `told ${isByAddress ? "no address" : "no CiscoIPPhoneExecute"}` };
  // At most one of the items is an address over HTTP, the others are the phone's own (cisco.md E.5).
  const address = urls.find((url) => /^https?:/i.test(url));
  if (address === undefined) return { end: "shown", detail: `${urls.length} items of its own` };
  return await fetchPage(address, parts);
}

function urlsOf(document: string): readonly string[] | undefined {
  const { root } = readXml(Buffer.from(document), ["CiscoIPPhoneExecute"]);
  if (!root) return undefined;
  const urls: string[] = [];
  walk(root, "", ({ name, attributes: { URL: url } }) => {
    if (name === "ExecuteItem" && url !== undefined) urls.push(url);
  });
  return urls;
}

async function fetchPage(address: string, parts: ErrandParts): Promise<Errand> {
  const place = await pathAtOwnServer(address, parts.server);
  if ("objection" in place) return { end: "failed", detail: `the page: ${place.objection}` };
  const http = ownHttp(parts, place.port, { mostBytes });
  try {
    const { body, status } = await http.get(place.path, AbortSignal.any([parts.signal, AbortSignal.timeout(mostMs)]));
    if (status !== 200) return { end: "failed", detail: `the page: status ${status}` };
    const { problems, root } = readXml(body, pages);
    if (!root) return { end: "failed", detail: `the page: ${problems.join("; ")}` };
    return { end: "shown", detail: `${root.name}, ${body.length} bytes` };
  } catch (error) {
    return { end: "failed", detail: `the page: ${(error as Error).message}` };
  } finally {
    http.close();
  }
}
