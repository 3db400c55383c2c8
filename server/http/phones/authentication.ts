import { parseMac } from "../../domain/mac.ts";
import type { OneTimeLogins } from "../../domain/one-time-logins.ts";
import type { PhoneSent, PhoneUpload } from "./uploads.ts";

/** A name, a password and a device. */
const mostBytes = 4096;

/**
 * Where an enterprise phone asks whether it may obey a request to its web server (authenticationURL): with `UserID`,
 * `Password` and `devicename`, in a query (usecallmanager.nz) or a form (older texts of Cisco). It reads the answer byte
 * by byte, so no line end follows.
 */
export function authenticationUpload(logins: Pick<OneTimeLogins, "accepts">) {
  return {
    methods: ["GET", "POST"],
    path: /^\/authentication$/,
    mostBytes,
    async take({ request: { address }, query, body }: PhoneSent): Promise<string> {
      const [asked, form] = [new URLSearchParams(query.slice(0, mostBytes)), new URLSearchParams(body.toString())];
      const of = (name: string) => asked.get(name) ?? form.get(name) ?? "";
      const [, digits = ""] = /^SEP([0-9A-F]{12})$/i.exec(of("devicename")) ?? [];
      const mac = parseMac(digits);
      const isOurs =
        mac !== undefined && logins.accepts({ mac, address, user: of("UserID"), password: of("Password") });
      return isOurs ? "AUTHORIZED" : "UN-AUTHORIZED";
    },
  } satisfies PhoneUpload;
}
