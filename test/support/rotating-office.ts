import { expect, onTestFinished } from "vitest";
import { type AdminOffice, type Json, openAdminOffice, type ProblemBody } from "./admin-office.ts";
import type { SipPhone } from "./sip-phone.ts";

export const mac = "00562b043615";
export const other = "00562b043616";
export const oldSecret = "first-secret";

export interface RotationAnswer {
  readonly id: string;
  readonly state: string;
  readonly reason?: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly lines: readonly {
    readonly line: string;
    readonly extension: string;
    readonly state: string;
    readonly reason?: string;
    readonly devices: readonly { readonly mac: string; readonly state: string; readonly reason?: string }[];
  }[];
}

/** An office with lines 9721 and 9722; a multiplatform phone has the first, and its file. */
export async function openRotatingOffice(settings: Json = {}): Promise<AdminOffice> {
  const admin = await openAloneOffice(settings);
  onTestFinished(() => admin.close());
  return admin;
}

/** The same, to be closed by whoever opened it. */
export async function openAloneOffice(settings: Json = {}): Promise<AdminOffice> {
  const admin = await openAdminOffice();
  await admin.ok("PATCH", "/organizations/default/settings", { settings: { "sip.server": "pbx.example" } });
  await admin.ok("POST", "/lines", { id: "9721", extension: "9721", secret: oldSecret });
  await admin.ok("POST", "/lines", { id: "9722", extension: "9722", authId: '+385 1, "x"' });
  await admin.ok("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["9721"], settings });
  await admin.ok("POST", "/enrolment-windows", { all: true, minutes: 10 });
  await fetchFile(admin);
  return admin;
}

export function listensAt(phone: SipPhone): Json {
  const { address, port } = phone.destination("udp");
  return { "push.address": address, "push.port": port, "push.transport": "sip-notify", "sip.onlyProxy": false };
}

/** As the phone does, to its last byte. */
export async function fetchFile({ provision }: AdminOffice, of = mac): Promise<string> {
  const reply = await provision({ via: "http", path: `/${of}.xml`, address: "127.0.0.1" });
  reply.done({ completed: true, bytes: 1 });
  return "body" in reply ? reply.body.toString() : "";
}

export const start = (admin: AdminOffice, select: Json = { lines: ["9721"] }, through = "export") =>
  admin.ok<RotationAnswer>("POST", "/rotations", { select, through });
export const read = (admin: AdminOffice, id: string) => admin.ok<RotationAnswer>("GET", `/rotations/${id}`);
export const exported = (admin: AdminOffice, id: string, format = "csv") =>
  admin.call<ProblemBody>("GET", `/rotations/${id}/export?format=${format}`);
export const order = (admin: AdminOffice, id: string, what: string, body?: Json) =>
  admin.call<ProblemBody>("POST", `/rotations/${id}/${what}`, body ?? (what === "confirm" ? {} : undefined));

/** Of line 9721, as the PBX gets it. */
export async function newSecretOf(admin: AdminOffice, id: string): Promise<string> {
  const { text } = await exported(admin, id);
  return /^9721,9721,9721,9721,(\w{24})\r$/m.exec(text)?.[1] ?? "";
}

/** What goes on by itself, with a deadline that a busy machine keeps. */
export const until = <Value>(look: () => Value) => expect.poll(look, { timeout: 5000 });
