/** One line of the result. Times are milliseconds; a cell without a value stays empty. */
export interface Row {
  readonly what: string;
  /** Who served: "Offhook" or what runs beside it. */
  readonly who: string;
  /** How many `unit` in a second, or how many milliseconds. */
  readonly result: number;
  readonly unit: string;
  readonly p50?: number;
  readonly p99?: number;
  readonly loopP99?: number;
  readonly loopMax?: number;
  /** Percent of one core, of the process that serves and of the one that asks. */
  readonly serverCpu?: number;
  readonly clientCpu?: number;
  /** What the mean (or the p50, for times) must stay below, and the event loop's lateness. */
  readonly most?: number;
  readonly mostLate?: number;
  /** Something in words, such as how many times faster Offhook is. */
  readonly note?: string;
}

const heads = ["", "who", "result", "", "p50 ms", "p99 ms", "loop p99", "loop max", "CPU %", "client %", ""];
const namesAt = new Set([0, 1, 3, 10]);

/** Names to the left, numbers to the right. What is measured is named once. */
export function formatTable(rows: readonly Row[]): string {
  const body = rows.map((row, index) => cells(row, rows[index - 1]));
  const widths = heads.map((head, column) => Math.max(head.length, ...body.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        namesAt.has(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd();
  return [heads, ...body].map(line).join("\n");
}

/** What took longer than it may. */
export function brokenLaws(rows: readonly Row[]): string[] {
  return rows.flatMap(({ what, result, unit, most, loopMax, mostLate }) => [
    ...(most !== undefined && result >= most ? [`${what}: ${figure(result)} ${unit}, not below ${most}`] : []),
    ...(mostLate !== undefined && (loopMax ?? 0) >= mostLate
      ? [`${what}: the event loop was late by ${figure(loopMax ?? 0)} ms, not below ${mostLate}`]
      : []),
  ]);
}

function cells(row: Row, above: Row | undefined): string[] {
  const { p50, p99, loopP99, loopMax, serverCpu, clientCpu } = row;
  return [
    row.what === above?.what ? "" : row.what,
    row.who,
    figure(row.result),
    row.unit,
    ...[p50, p99, loopP99, loopMax].map((value) => (value === undefined ? "" : figure(value))),
    ...[serverCpu, clientCpu].map((value) => (value === undefined ? "" : String(Math.round(value)))),
    row.note ?? "",
  ];
}

/** Three digits that mean something, thousands apart: 2,134 and 12.3 and 0.162. */
export function figure(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString("en-GB");
  if (value >= 10) return value.toFixed(1);
  return value.toFixed(value >= 1 ? 2 : 3);
}
