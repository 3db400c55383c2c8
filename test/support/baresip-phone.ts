import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./postgres.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const mostTries = 5;

/**
 * A real softphone, registered as this user; ended with the test. It takes the port after its own as well, for TLS,
 * which somebody else may have: then it is given another.
 */
export async function startBaresip(user: string, registrar: string): Promise<{ readonly port: number }> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await startOnce(user, registrar);
    } catch (error) {
      if (tried === mostTries || !String(error).includes("Address already in use")) throw error;
    }
  }
}

async function startOnce(user: string, registrar: string): Promise<{ readonly port: number }> {
  const folder = await temporaryFolder();
  const port = await freePort();
  const config = [
    `sip_listen 127.0.0.1:${port}`,
    "module_path /usr/lib/baresip/modules",
    "module_app account.so",
    "module_app menu.so",
    "",
  ];
  await writeFile(join(folder, "config"), config.join("\n"));
  await writeFile(join(folder, "contacts"), "");
  await writeFile(join(folder, "accounts"), `<sip:${user}@${registrar};transport=udp>;regint=600;auth_pass=none\n`);
  const program = startProgram("baresip", ["-f", folder]);
  await program.says("[1 binding]");
  return { port };
}
