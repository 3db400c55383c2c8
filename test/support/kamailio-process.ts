import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { freePort } from "./postgres.ts";
import { startProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** A real Kamailio that takes every registration, lets calls through, and takes commands of `offhook` over HTTP. */
export interface RunningKamailio {
  readonly sip: number;
  readonly rpc: number;
}

const modules = "tm sl pv textops siputils usrloc registrar rr dialog xhttp jsonrpcs xlog".split(" ");

function configuration(sip: number, rpc: number): string {
  return `#!KAMAILIO
debug=1
log_stderror=yes
children=2
tcp_children=2
auto_aliases=no
enable_tls=no
listen=udp:127.0.0.1:${sip}
listen=tcp:127.0.0.1:${rpc}
${modules.map((name) => `loadmodule "${name}.so"`).join("\n")}
modparam("jsonrpcs", "transport", 1)
modparam("usrloc", "db_mode", 0)
modparam("tm", "fr_timer", 3000)

request_route {
  if (is_method("REGISTER")) { save("location"); exit; }
  if (has_totag() && loose_route()) { t_relay(); exit; }
  if (is_method("INVITE") && lookup("location")) { record_route(); dlg_manage(); t_relay(); exit; }
  sl_send_reply("404", "Not Found");
}

event_route[xhttp:request] {
  if ($hu != "/RPC") { xhttp_reply("404", "Not Found", "text/plain", "no"); exit; }
  if ($hdr(Authorization) != "Basic ${btoa("offhook:ami-secret")}") {
    append_to_reply("WWW-Authenticate: Basic realm=\\"rpc\\"\\r\\n");
    xhttp_reply("401", "Unauthorized", "text/plain", "no");
    exit;
  }
  jsonrpc_dispatch();
}

event_route[core:worker-one-init] { xlog("L_ALERT", "kamailio is ready\\n"); }
`;
}

/** On 127.0.0.1 and free ports; ended with the test. */
export async function startRealKamailio(): Promise<RunningKamailio> {
  const folder = await temporaryFolder();
  const [sip, rpc] = [await freePort(), await freePort()];
  const file = join(folder, "kamailio.cfg");
  await writeFile(file, configuration(sip, rpc));
  const memory = ["-m", "32", "-M", "4"];
  const program = startProgram("kamailio", ["-f", file, "-DD", "-E", "-w", folder, "-Y", folder, ...memory]);
  await program.says("kamailio is ready");
  return { sip, rpc };
}
