import { formatMac, type Mac } from "../../domain/mac.ts";
import type { Answer, ListedPhone } from "./answer.ts";
import type { StayEvent } from "./stay-event.ts";

/** `08:15:00.250  02:0f:f0:00:00:01  told       resync: 200 OK`, by UTC. */
export function eventLine({ at, detail, event, mac }: StayEvent): string {
  return `${new Date(at).toISOString().slice(11, 23)}  ${formatMac(mac)}  ${event.padEnd(9)}  ${detail}`;
}

/** One object on one line; `at` is RFC 3339. */
export function eventJson({ at, ...event }: StayEvent): string {
  return JSON.stringify({ at: new Date(at).toISOString(), ...event });
}

/** For who typed the line: one line or several. */
export function answerLines(answer: Answer): string {
  switch (answer.answer) {
    case "wrong":
      return `wrong: ${answer.detail}`;
    case "help":
      return columns(answer.commands.map(({ does, usage }) => [usage, does]));
    case "list":
      return columns(answer.phones.map(listed));
    case "show": {
      const values = Object.entries(answer.values).map(([name, value]) => [`  ${name}`, value.replace(/\r?\n/g, "⏎")]);
      return `${formatMac(answer.mac as Mac)}  ${answer.model}\n${columns(values)}`.trimEnd();
    }
    default: {
      const { answer: name, of, phones } = answer;
      return `${name}: ${phones === of ? phones : `${phones} of ${of}`} ${of === 1 ? "phone" : "phones"}`;
    }
  }
}

/** As an event, with `answer` in the place of `event`. */
export function answerJson(answer: Answer, at: number): string {
  return JSON.stringify({ at: new Date(at).toISOString(), ...answer });
}

function listed({ character, isInCall, mac, model, place }: ListedPhone): readonly string[] {
  const call = isInCall ? ", in a call" : "";
  return [formatMac(mac as Mac), model, place ?? "off", `${character}${call}`];
}

/** Words in columns, the last one as long as it is. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}
