import { Failure } from "../../domain/failures.ts";
import { parseMac } from "../../domain/mac.ts";
import type { Reports } from "../../office/phones/reports.ts";
import type { PhoneUpload } from "./uploads.ts";

/** All parameters of a phone with three modules are 300 KB. */
const mostBytes = 1024 * 1024;
const path = /^\/report\/([0-9A-Fa-f]{12})\.xml$/;

/** Where the rule of multiplatform and SPA phones sends what they have set (Report_Rule; HTTP_Report_Method says how). */
export function reportUpload(reports: Pick<Reports, "take">): PhoneUpload {
  return {
    methods: ["POST", "PUT"],
    path,
    mostBytes,
    async take({ request, body }) {
      const mac = parseMac(path.exec(request.path)?.[1] ?? "");
      if (!mac) throw new Failure("BAD_PATH");
      const { address, userAgent } = request;
      await reports.take({ mac, address, path: request.path, body, ...(userAgent !== undefined && { userAgent }) });
      return "";
    },
  };
}
