import { describe, expect, it } from "vitest";
import type { PhoneReport } from "../../server/simulate/boot.ts";
import type { FleetReport } from "../../server/simulate/fleet.ts";
import { reportFleet, reportJson } from "../../server/simulate/report.ts";

const model = "cisco/8851-3pcc";

function phone(mac: string, state: PhoneReport["state"], ...faults: PhoneReport["faults"]): PhoneReport {
  return { mac, model, state, faults, milliseconds: 12.345, steps: [] };
}

const good: FleetReport = {
  phones: [phone("00562b043615", "provisioned")],
  summary: [{ model, count: 1, provisioned: 1, bootstrapOnly: 0, failed: 0, p50: 12.3, p99: 12.3 }],
  milliseconds: 12.345,
};

const mixed: FleetReport = {
  phones: [
    phone("00562b043615", "provisioned"),
    phone("00562b043616", "bootstrap only", { file: "/00562b043616.xml", reason: "refused (status 403)" }),
    phone("00562b043617", "failed", { file: "/00562b043617.xml", reason: `Proxy_1_ ${"is wrong ".repeat(12)}` }),
  ],
  summary: [
    { model, count: 2, provisioned: 1, bootstrapOnly: 1, failed: 0, p50: 12.3, p99: 1234.5 },
    { model: "cisco/7960", count: 1, provisioned: 0, bootstrapOnly: 0, failed: 1, p50: undefined, p99: undefined },
  ],
  milliseconds: 2345,
};

describe("reportFleet", () => {
  it("is one table when all is well", () => {
    expect(reportFleet(good)).toBe(
      [
        "model            phones  provisioned  bootstrap only  failed  p50 ms  p99 ms",
        "cisco/8851-3pcc       1            1               0       0      13      13",
        "",
        "1 of 1 phones were provisioned in 0.0 s.",
      ].join("\n"),
    );
  });

  it("names below it what went wrong, within 100 columns", () => {
    expect(reportFleet(mixed)).toBe(
      [
        "model            phones  provisioned  bootstrap only  failed  p50 ms  p99 ms",
        "cisco/8851-3pcc       2            1               1       0      13    1235",
        "cisco/7960            1            0               0       1       -       -",
        "all                   3            1               1       1",
        "",
        "1 of 3 phones were provisioned in 2.3 s.",
        "",
        "00:56:2b:04:36:16  /00562b043616.xml  refused (status 403)",
        "00:56:2b:04:36:17  /00562b043617.xml  Proxy_1_ is wrong is wrong is wrong is wrong is wrong is wr...",
      ].join("\n"),
    );
  });

  it("names no more than 20 lines of it", () => {
    const faults = Array.from({ length: 30 }, (_, index) => ({ file: `f${index}`, reason: "silent" }));
    const lines = reportFleet({ ...good, phones: [phone("00562b043615", "failed", ...faults)] }).split("\n");
    expect(lines.slice(5)).toHaveLength(20);
    expect(lines.at(-1)).toBe("and 11 more");
  });
});

describe("reportJson", () => {
  it("tells programs the same, without any value of a file", () => {
    const step = {
      ask: "/00562b043615.xml",
      expect: "device" as const,
      protocol: "http" as const,
      outcome: "served" as const,
      bytes: 6,
      milliseconds: 1.26,
      problems: [],
      attempts: [
        {
          protocol: "http" as const,
          name: "/00562b043615.xml",
          outcome: "served" as const,
          bytes: 6,
          milliseconds: 1.26,
          body: Buffer.from("s3cret"),
        },
      ],
      inspection: { root: undefined, values: new Map([["Password_1_", "s3cret"]]), problems: [], needs: [] },
    };
    const text = reportJson({ ...good, phones: [{ ...phone("00562b043615", "provisioned"), steps: [step] }] });
    expect(JSON.parse(text)).toEqual({
      milliseconds: 12.3,
      models: [{ model, count: 1, provisioned: 1, bootstrapOnly: 0, failed: 0, p50: 12.3, p99: 12.3 }],
      phones: [
        {
          mac: "00562b043615",
          model,
          state: "provisioned",
          faults: [],
          milliseconds: 12.3,
          steps: [
            {
              ask: "/00562b043615.xml",
              expect: "device",
              protocol: "http",
              outcome: "served",
              bytes: 6,
              milliseconds: 1.3,
              problems: [],
            },
          ],
        },
      ],
    });
  });
});
