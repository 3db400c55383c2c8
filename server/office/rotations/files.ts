import type { ExportFormat } from "../../domain/rotation.ts";

/** A line with its new secret, in the clear: never log it. */
export interface ExportedLine {
  readonly id: string;
  readonly extension: string;
  readonly userId: string;
  readonly authId: string;
  readonly secret: string;
}

/** The new secrets as a file for the PBX, for people to carry there. */
export function writeExport(format: ExportFormat, rotation: string, lines: readonly ExportedLine[]): string {
  return format === "csv" ? csv(lines) : pjsip(rotation, lines);
}

const columns = ["id", "extension", "userId", "authId", "secret"] as const;

/** RFC 4180: CRLF after each record, the last one too. */
function csv(lines: readonly ExportedLine[]): string {
  const records = [columns, ...lines.map((line) => columns.map((column) => line[column]))];
  return records.map((record) => `${record.map(csvField).join(",")}\r\n`).join("");
}

/** What a spreadsheet would take for a formula begins with an apostrophe, as OWASP has it (CSV Injection). */
function csvField(text: string): string {
  const plain = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n']/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Sections of type auth, as pjsip.conf of Asterisk has them (res_pjsip, auth: auth_type, username, password). */
function pjsip(rotation: string, lines: readonly ExportedLine[]): string {
  const sections = lines.map((line) => {
    const values = [`username = ${confValue(line.authId)}`, `password = ${confValue(line.secret)}`];
    return [`[${sectionOf(line)}]`, "type = auth", "auth_type = userpass", ...values, ""].join("\n");
  });
  const note = `; Offhook, rotation ${rotation}: put each password into the auth section that you have for its username\n`;
  return [note, ...sections].join("\n");
}

/** As endpoints are usually named; a name that could end the brackets is not used. */
function sectionOf({ extension, userId }: ExportedLine): string {
  return /^[\w.+-]+$/.test(userId) ? userId : extension;
}

/** A semicolon begins a comment unless a backslash stands before it (main/config.c). */
function confValue(text: string): string {
  return text.replaceAll(";", "\\;");
}
