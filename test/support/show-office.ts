import { onTestFinished } from "vitest";
import { Failure } from "../../server/domain/failures.ts";
import { authenticationUpload } from "../../server/http/phones/authentication.ts";
import { createPhoneHttp } from "../../server/http/phones/listener.ts";
import { showPage } from "../../server/http/phones/show-page.ts";
import { SmallFiles } from "../../server/lib/small-files.ts";
import { type AdminOffice, type Json, openAdminOffice } from "./admin-office.ts";
import { startWebPhone, type WebPhone } from "./phone-web-server.ts";
import { openSipPhone } from "./sip-phone.ts";

export const mac = "00562b043615";

interface ShowAnswer {
  readonly state: string;
  readonly reason: string;
  readonly action: string;
  readonly shown?: boolean;
}

export interface ShowOffice extends AdminOffice {
  /** What phones asked that is in the journal. */
  readonly provisioned: string[];
  show(body?: Json): Promise<ShowAnswer>;
}

interface Wanted {
  readonly model?: string;
  readonly lines?: readonly string[];
  readonly settings?: Json;
  readonly showMs?: number;
  readonly clock?: () => number;
}

/** An office with one phone that listens, and the listener that it finds pages at. */
export async function openOffice(wanted: Wanted): Promise<ShowOffice> {
  const { clock, lines = ["9721", "9722"], model = "cisco/8851-3pcc", settings, showMs } = wanted;
  const admin = await openAdminOffice(showMs === undefined ? {} : { showMs }, clock);
  onTestFinished(() => admin.close());
  const { office } = admin;
  const provisioned: string[] = [];
  const phones = createPhoneHttp({
    host: "127.0.0.1",
    ports: [0],
    trustedProxies: ["127.0.0.1/32"],
    smallFiles: new SmallFiles(),
    uploads: [showPage(office.showings), authenticationUpload(office.logins)],
    log: { warn: () => {} },
    provision: async ({ path }) => {
      provisioned.push(path);
      throw new Failure("UNKNOWN_FILE");
    },
  });
  onTestFinished(() => phones.close());
  office.advertised.base = `http://127.0.0.1:${(await phones.listen()).ports[0]}`;
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example" } });
  await admin.ok("PATCH", "/sites/main", { name: "Bakery & <Café>" });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", displayName: `Ελένη "Lenka" O'Neil <&>` });
  await admin.ok("POST", "/lines", { id: "9722", extension: "9722" });
  await admin.ok("POST", "/devices", { mac, model, label: "Front desk", lines, settings });
  const show = (body?: Json) => admin.ok<ShowAnswer>("POST", `/devices/${mac}/show`, body);
  return { ...admin, provisioned, show };
}

/** A phone that is told by SIP, and what it does with what it is told. */
export async function openTold(wanted: Wanted, hear: (body: string) => void) {
  const phone = await openSipPhone(({ body }) => {
    hear(body.toString());
    return { status: 200, reason: "OK" };
  });
  const { address, port } = phone.destination("udp");
  const settings = { "push.address": address, "push.port": port, ...(wanted.settings ?? { "sip.onlyProxy": false }) };
  return { phone, office: await openOffice({ ...wanted, settings }) };
}

export const addressIn = (body: string) => /http:[^"]+/.exec(body)?.[0] ?? "";

/** Resolves with what the phone found at the address that it was told. */
export function fetches(): { hear(body: string): void; readonly page: Promise<Response> } {
  let hear = (_body: string): void => undefined;
  const page = new Promise<Response>((resolve) => {
    hear = (body) => resolve(fetch(addressIn(body)));
  });
  return { hear: (body) => hear(body), page };
}

/** An office with an enterprise phone; those listen at port 80 only, which a test can't have. */
export async function openEnterprise(phone: WebPhone) {
  const offices: ShowOffice[] = [];
  const mayDo = async (user: string, password: string) => {
    const form = new URLSearchParams({ UserID: user, Password: password, devicename: "SEP00562B043615" });
    const answer = await fetch(`${offices[0]?.office.advertised.base}/authentication?${form}`);
    return (await answer.text()) === "AUTHORIZED";
  };
  const server = await startWebPhone(Object.assign(phone, { login: "basic", mayDo } as const));
  const office = await openOffice({ model: "cisco/8851", settings: { "push.address": "127.0.0.1" } });
  offices.push(office);
  const way = office.office.transports.find(({ name }) => name === "phone-http");
  if (!way) throw new Error("there is no phone-http");
  const webServer = { scheme: "http", port: server.port } as const;
  const { send } = way;
  way.send = (target, signal) => send({ ...target, webServer }, signal);
  return { office, server };
}
