import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { DeviceFile } from "./device-files.ts";

/** tftpd-hpa, the server that most people use today, serving the same bytes. */
export interface Tftpd {
  readonly port: number;
  close(): Promise<void>;
}

/** The server, or in one line why it does not run beside and how to have it. */
export async function startTftpd(files: readonly DeviceFile[]): Promise<Tftpd | string> {
  const program = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"]
    .map((folder) => join(folder, "in.tftpd"))
    .find((path) => existsSync(path));
  if (program === undefined) return "Not beside it: tftpd-hpa; to have it: sudo apt-get install tftpd-hpa";
  if (process.getuid?.() !== 0) return "Not beside it: tftpd-hpa changes its user and must be started by root";
  const folder = await mkdtemp(join(tmpdir(), "offhook-tftpd-"));
  // It serves only what everybody may read, as the user nobody.
  await chmod(folder, 0o755);
  for (const { path, base64 } of files) await writeFile(join(folder, path), Buffer.from(base64, "base64"));
  const port = await freePort();
  const options = ["--foreground", "--address", `127.0.0.1:${port}`, "--user", "nobody", "--secure", folder];
  const child = spawn(program, options, { stdio: "ignore" });
  const ended = once(child, "exit");
  return {
    port,
    async close() {
      child.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const socket = createSocket("udp4");
  const bound = once(socket, "listening");
  socket.bind(0, "127.0.0.1");
  await bound;
  const { port } = socket.address();
  const closed = once(socket, "close");
  socket.close();
  await closed;
  return port;
}
