import type { Mac } from "./mac.ts";

/** A phone that is asked by CGI/Execute asks us about the name and password, which exist for that one request. */
export interface OneTimeLogins {
  issue(phone: AskedPhone): { readonly user: string; readonly password: string };
  /** Once, and for a minute only; of the same phone, from the address that was told. */
  accepts(login: AskedPhone & { readonly user: string; readonly password: string }): boolean;
}

export interface AskedPhone {
  readonly mac: Mac;
  readonly address: string;
}
