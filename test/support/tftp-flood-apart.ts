import { type FloodParts, flood } from "./tftp-flood.ts";

/** The process of `floodApart`: floods, says so, and keeps the ports that listen until it is ended. */
await flood(JSON.parse(process.argv[2] ?? "") as FloodParts);
process.send?.("sent");
