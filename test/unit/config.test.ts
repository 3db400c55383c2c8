import { describe, expect, it } from "vitest";
import { readConfig } from "../../server/config.ts";

describe("the configuration", () => {
  it("works with an empty environment", () => {
    expect(readConfig({})).toMatchObject({
      phoneHttpPort: [6970, 80],
      adminPort: 8080,
      tftpDataPorts: "any",
      data: "data",
    });
  });

  it("is read of text", () => {
    const config = readConfig({
      OFFHOOK_PHONE_HTTP_PORT: "7000, 7001",
      OFFHOOK_TFTP_DATA_PORTS: "40000-40010",
      OFFHOOK_PHONE_NETWORKS: "10.0.0.0/8,192.0.2.7",
      OFFHOOK_ADVERTISE: "prov.example.com",
    });
    expect(config).toMatchObject({
      phoneHttpPort: [7000, 7001],
      tftpDataPorts: { from: 40000, to: 40010 },
      phoneNetworks: ["10.0.0.0/8", "192.0.2.7/32"],
      advertise: "prov.example.com",
    });
  });

  it("reports every bad variable at once, and those that do not exist", () => {
    const bad = {
      OFFHOOK_ADMIN_PORT: "eighty",
      OFFHOOK_TFTP_PORT: "70000",
      OFFHOOK_TFTP_DATA_PORTS: "9-1",
      OFFHOOK_TFTP_MTU: "20",
      OFFHOOK_PHONE_NETWORKS: "everywhere",
      OFFHOOK_DATABASE_URL: "mysql://x",
      OFFHOOK_API_TOKEN: "short",
      OFFHOOK_LOG_LEVEL: "loud",
      OFFHOOK_ADVERTISE: "a b",
      OFFHOOK_PROT: "1",
    };
    expect(() => readConfig(bad)).toThrow(
      new RegExp(
        Object.keys(bad)
          .sort()
          .map((name) => `(?=[^]*${name}: )`)
          .join(""),
      ),
    );
  });

  it("can't be changed once it is read", () => {
    expect(Object.isFrozen(readConfig({}))).toBe(true);
  });
});
