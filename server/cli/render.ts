import { type Command, InvalidArgumentError } from "commander";
import { pino } from "pino";
import { type Office, openOffice } from "../app-office.ts";
import { readConfig } from "../config.ts";
import type { Device } from "../domain/device.ts";
import { Failure } from "../domain/failures.ts";
import { normaliseName } from "../domain/identify.ts";
import { type Mac, parseMac } from "../domain/mac.ts";
import type { StoredDocument } from "../domain/ports.ts";
import type { CommandLine } from "./command-line.ts";

interface RenderOptions {
  readonly withSecrets?: boolean;
}

export function addRenderCommand(program: Command, line: CommandLine): void {
  program
    .command("render")
    .description("print a file as a device would get it, secrets masked")
    .argument("<mac>", "the device, in any usual form", readMac)
    .argument("<file>", "the name it asks for, such as SEP001721820542.cnf.xml")
    .option("--with-secrets", "print the secrets too")
    .addHelpText("after", "\nExample:\n  offhook render 00:17:21:82:05:42 001721820542.xml\n")
    .action((mac: Mac, file: string, options: RenderOptions) => render(line, mac, file, options));
}

function readMac(text: string): Mac {
  const mac = parseMac(text);
  if (!mac) throw new InvalidArgumentError("It is not a MAC of twelve hex digits.");
  return mac;
}

async function render(
  { env, out }: CommandLine,
  mac: Mac,
  file: string,
  { withSecrets }: RenderOptions,
): Promise<void> {
  const office = await openOffice(readConfig(env), pino({ level: "silent" }), Date.now);
  try {
    const device = await office.stores.config.holder<Device>(`mac:${mac}`);
    if (!device) throw new Failure("NOT_FOUND", `there is no device ${mac}`);
    const desk = await office.desks.read(office.stores.config, device);
    const { candidates } = office.catalogue.names.find(normaliseName(file));
    const match = candidates.find((each) => each.family === desk.family.id && each.file.serves === "device");
    if (!match)
      throw new Failure("NOT_FOUND", `phones of ${desk.family.title} do not ask for their own file as ${file}`);
    if (withSecrets) await auditReading(office, device, file);
    const { body } = await office.files.forDevice(match.file, withSecrets ? desk : office.desks.masked(desk));
    out(body.toString("utf8"));
  } finally {
    await office.close();
  }
}

/** Secrets that people read are in the audit, as changes are. */
async function auditReading(
  { stores }: Office,
  { organization, id }: StoredDocument<Device>,
  file: string,
): Promise<void> {
  const at = new Date().toISOString();
  const entry = {
    at,
    organization,
    actor: "command-line",
    action: "secrets.read",
    kind: "device",
    id,
    detail: { file },
  };
  await stores.config.transaction(async (transaction) => transaction.audit(entry));
}
