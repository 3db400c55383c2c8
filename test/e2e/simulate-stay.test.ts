import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startOffhook, type TalkingProcess } from "../support/staying-process.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const mac = "00562b043615";
const token = "a-token-for-this-test";

interface Listening extends Record<string, unknown> {
  readonly tftp: number;
  readonly phoneHttp: readonly number[];
  readonly admin: number;
}

type Call = <Answer>(method: string, path: string, body?: object) => Promise<Answer>;

async function startServer(): Promise<{ readonly call: Call; readonly server: readonly string[] }> {
  const folder = await temporaryFolder();
  const process = startOffhook(["serve"], {
    OFFHOOK_HOST: "127.0.0.1",
    OFFHOOK_ADVERTISE: "127.0.0.1",
    OFFHOOK_TFTP_PORT: "0",
    OFFHOOK_PHONE_HTTP_PORT: "0",
    OFFHOOK_ADMIN_PORT: "0",
    OFFHOOK_DATA: join(folder, "data"),
    OFFHOOK_FIRMWARE: join(folder, "firmware"),
    OFFHOOK_API_TOKEN: token,
  });
  const { admin, phoneHttp, tftp } = await process.says<Listening>({ event: "listening" });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  return {
    server: ["--server", "127.0.0.1", "--tftp-port", `${tftp}`, "--http-port", `${phoneHttp[0]}`],
    async call<Answer>(method: string, path: string, body?: object) {
      const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
      const reply = await fetch(`http://127.0.0.1:${admin}/api/v1${path}`, init);
      const text = await reply.text();
      if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
      return JSON.parse(text) as Answer;
    },
  };
}

/** A server with one phone, and that phone, which stays; each a process. */
async function startOffice(): Promise<{ readonly call: Call; readonly phone: TalkingProcess }> {
  const { call, server } = await startServer();
  const settings = { "sip.server": "pbx.example", "sip.onlyProxy": false, country: "HR" };
  await call("PATCH", "/organizations/default/settings", { settings });
  await call("POST", "/lines", { id: "201", extension: "201", secret: "line-secret" });
  await call("POST", "/devices", { mac, model: "cisco/8851-3pcc", lines: ["201"] });
  await call("POST", "/enrolment-windows", { all: true, minutes: 10 });
  const model = ["--model", "cisco/8851-3pcc", "--mac", mac];
  const phone = startOffhook(["simulate", "--stay", "--json", ...model, ...server]);
  const { detail } = await phone.says<{ detail: string }>({ event: "up", mac });
  const [, port] = /^127\.0\.0\.1:(\d+) well, provisioned$/.exec(detail) ?? [];
  const way = { "push.address": "127.0.0.1", "push.port": Number(port) };
  await call("PATCH", `/devices/${mac}`, { settings: way });
  return { call, phone };
}

// Two processes, which takes seconds on a busy machine.
describe("a phone in somebody's hand", { timeout: 60_000 }, () => {
  it("shows its drift once it has reported, loses its power, and stays until the signal when nobody types any more", async () => {
    const { call, phone } = await startOffice();
    phone.child.stdin?.write(`set ${mac} Station_Display_Name My own desk\n`);
    await phone.says({ event: "set", detail: "Station_Display_Name" });
    await phone.says({ answer: "set", phones: 1, of: 1 });
    await call("POST", `/devices/${mac}/push`, { action: "report" });
    await phone.says({ event: "reported" });
    const { parameters } = await call<{ parameters: object[] }>("GET", `/devices/${mac}/drift`);
    expect(parameters).toEqual([{ name: "Station_Display_Name", given: expect.any(String), reported: "My own desk" }]);

    phone.child.stdin?.write(`off ${mac}\nlist\non ${mac}\n`);
    await phone.says({ event: "off" });
    const { phones } = await phone.says<{ phones: object[] }>({ answer: "list" });
    expect(phones).toEqual([{ mac, model: "cisco/8851-3pcc", character: "well", place: null, isInCall: false }]);
    await phone.says({ event: "rebooted", detail: "provisioned" });
    // The last line has no end.
    phone.child.stdin?.end(`show ${mac} Password_1_`);
    const { values } = await phone.says<{ values: object }>({ answer: "show", mac });
    expect(values).toEqual({ Password_1_: "********" });
    await call("POST", `/devices/${mac}/push`, { action: "report" });
    await phone.says({ event: "reported" });
    phone.child.kill("SIGTERM");
    expect(await once(phone.child, "close")).toEqual([0, null]);
    expect(JSON.stringify(phone.said)).not.toContain("line-secret");
  });
});
