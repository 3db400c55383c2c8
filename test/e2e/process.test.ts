import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import { compiled } from "../support/compiled.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { fetchTftp } from "../support/tftp-phone.ts";

const token = "a-token-for-this-test";

function offhook(parameters: readonly string[], env: Record<string, string> = {}): ChildProcess {
  const { PATH = "" } = process.env;
  return spawn(process.execPath, [compiled("server/main.ts"), ...parameters], {
    env: { PATH, ...env },
    stdio: "pipe",
  });
}

/** Runs a command to its end. */
async function run(parameters: readonly string[], env: Record<string, string> = {}) {
  const child = offhook(parameters, env);
  const text = { out: "", err: "" };
  child.stdout?.on("data", (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    text.err += chunk;
  });
  const [code] = await once(child, "close");
  return { ...text, code };
}

async function onFreePorts(): Promise<Record<string, string>> {
  const folder = await temporaryFolder();
  return {
    OFFHOOK_HOST: "127.0.0.1",
    OFFHOOK_TFTP_PORT: "0",
    OFFHOOK_PHONE_HTTP_PORT: "0,0",
    OFFHOOK_ADMIN_PORT: "0",
    OFFHOOK_DATA: join(folder, "data"),
    OFFHOOK_FIRMWARE: join(folder, "firmware"),
    OFFHOOK_API_TOKEN: token,
  };
}

interface Started {
  readonly child: ChildProcess;
  readonly tftp: number;
  readonly phoneHttp: readonly number[];
  readonly admin: number;
}

/** Starts the server and waits for the line that says what listens where. */
async function start(env: Record<string, string>): Promise<Started> {
  const child = offhook(["serve"], env);
  if (!child.stdout) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { event?: string } & Omit<Started, "child">;
    if (entry.event === "listening") return { ...entry, child };
  }
  throw new Error("the server ended before it listened");
}

async function api(
  { admin }: Started,
  path: string,
  body?: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  const reply = await fetch(`http://127.0.0.1:${admin}${path}`, {
    method: body ? "POST" : "GET",
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: reply.status, json: (await reply.json()) as Record<string, unknown> };
}

// Each test starts processes, which takes seconds on a busy machine.
describe("the process", { timeout: 60_000 }, () => {
  it("takes an admin from an empty folder to a phone's file by TFTP, stops at SIGTERM and knows it all afterwards", async () => {
    const env = await onFreePorts();
    const first = await start(env);
    expect(first.phoneHttp).toHaveLength(2);
    expect((await api(first, "/api/v1/lines", { id: "9721", extension: "9721", displayName: "Nova 1" })).status).toBe(
      201,
    );
    expect(
      (await api(first, "/api/v1/devices", { mac: "00:17:21:82:05:42", model: "cisco/8851", lines: ["9721"] })).status,
    ).toBe(201);
    expect((await api(first, "/api/v1/enrolment-windows", { all: true, minutes: 5 })).status).toBe(201);
    const name = "SEP001721820542.cnf.xml";
    const { body } = await fetchTftp({ host: "127.0.0.1", port: first.tftp, path: name });
    expect(body.toString()).toContain("<name>9721</name>");

    first.child.kill("SIGTERM");
    expect(await once(first.child, "close")).toEqual([0, null]);

    const second = await start(env);
    const device = await api(second, "/api/v1/devices/001721820542");
    expect(device.json).toMatchObject({ state: "ready", sync: { state: "up-to-date" }, revision: { n: 1 } });
    const again = await fetch(`http://127.0.0.1:${second.phoneHttp[1]}/${name}`);
    expect(await again.text()).toBe(body.toString());
    second.child.kill("SIGINT");
    expect(await once(second.child, "close")).toEqual([0, null]);

    const rendered = await run(["render", "00:17:21:82:05:42", name], env);
    expect([rendered.code, rendered.err]).toEqual([0, ""]);
    expect(rendered.out).toContain("<authPassword>********</authPassword>");
    const open = await run(["render", "00:17:21:82:05:42", name, "--with-secrets"], env);
    expect(open.out).toBe(body.toString());
    const checked = await run(["check"], env);
    expect([checked.code, checked.out]).toEqual([
      0,
      expect.stringMatching(/1 devices[\s\S]*own templates: 0 in force/),
    ]);
  });

  it("loses nothing that was answered when it is killed", async () => {
    const env = await onFreePorts();
    const first = await start(env);
    const answered: string[] = [];
    for (let index = 0; index < 20; index++) {
      const { status } = await api(first, "/api/v1/lines", { id: `l${index}`, extension: String(1000 + index) });
      if (status === 201) answered.push(`l${index}`);
    }
    first.child.kill("SIGKILL");
    await once(first.child, "close");
    const second = await start(env);
    const { json } = await api(second, "/api/v1/lines?limit=500");
    expect((json["items"] as { id: string }[]).map(({ id }) => id).sort()).toEqual(answered.sort());
    second.child.kill("SIGKILL");
    await once(second.child, "close");
  });

  it("ends with 2 and one clear line when it is called wrongly", async () => {
    expect(await run(["serve", "--fast"])).toEqual({ code: 2, out: "", err: "error: unknown option '--fast'\n" });
  });

  it("names every bad variable and ends with 1", async () => {
    const ended = await run(["serve"], { OFFHOOK_ADMIN_PORT: "x", OFFHOOK_HOST: "a b" });
    expect(ended.code).toBe(1);
    expect(ended.err).toMatch(/OFFHOOK_HOST: must be[\s\S]*OFFHOOK_ADMIN_PORT: must be/);
  });

  it("names the variable of a port that is taken, and the file that a restore can't find", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const env = { ...(await onFreePorts()), OFFHOOK_ADMIN_PORT: String(port) };
    expect(await run(["serve"], env)).toMatchObject({
      code: 1,
      err: `offhook: OFFHOOK_ADMIN_PORT: port ${port} is in use\n`,
    });
    const restored = await run(["restore", "/nowhere/offhook.backup.gz"], env);
    expect([restored.code, restored.err]).toEqual([1, "offhook: there is no file /nowhere/offhook.backup.gz\n"]);
  });

  it("finds a broken profile and a broken template in one check", async () => {
    const { cp, writeFile } = await import("node:fs/promises");
    const folder = await temporaryFolder();
    await cp("profiles", join(folder, "profiles"), { recursive: true });
    await cp("templates", join(folder, "templates"), { recursive: true });
    await writeFile(join(folder, "templates/cisco/mpp/flat-profile.hbs"), "{{#each parameters}}");
    await writeFile(join(folder, "profiles/cisco/7960.json"), JSON.stringify({ id: "cisco/7960", has: {} }));
    const ended = await run(["check"], {
      OFFHOOK_DATA: join(folder, "data"),
      OFFHOOK_PROFILES: join(folder, "profiles"),
      OFFHOOK_TEMPLATES: join(folder, "templates"),
    });
    expect(ended.code).toBe(1);
    expect(ended.out).toMatch(/wrong {2}profiles: [\s\S]*7960\.json: \/title is missing/);
    expect(ended.out).toMatch(/wrong {2}templates: cisco\/mpp\/flat-profile\.hbs: /);
  });

  it("runs the demo to its end: every phone of six families gets its file", async () => {
    const ended = await run(["demo"]);
    expect([ended.code, ended.err]).toEqual([0, ""]);
    expect(ended.out).toMatch(/11 of 11 phones were provisioned/);
    for (const model of ["8851-3pcc", "9861", "8851", "7960", "spa504g", "ata192"])
      expect(ended.out).toContain(`cisco/${model}`);
  });
});
