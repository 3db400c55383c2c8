import type { Readable } from "node:stream";
import { type Command, InvalidArgumentError } from "commander";
import { createCatalogue } from "../catalogue/catalogue.ts";
import { type Mac, parseMac } from "../domain/mac.ts";
import type { BootServer } from "../simulate/asking.ts";
import { bootFleet, type FleetOptions, type FleetReport, SimulationFailed } from "../simulate/fleet.ts";
import { makePhones, parseModelCounts, phoneOf, type SimulatedPhone } from "../simulate/phones.ts";
import { reportFleet, reportJson } from "../simulate/report.ts";
import type { Answer } from "../simulate/stay/answer.ts";
import type { Shares } from "../simulate/stay/cast.ts";
import { commandTexts } from "../simulate/stay/commands.ts";
import { hearHand } from "../simulate/stay/hand.ts";
import { answerJson, answerLines, columns, eventJson, eventLine } from "../simulate/stay/stay-report.ts";
import { stayFleet } from "../simulate/stay/staying-fleet.ts";

export interface SimulateIo {
  /** Commands to phones that stay; absent: nobody gives any. */
  readonly input?: () => Readable;
  out(text: string): void;
  /** Folder of the profiles. */
  readonly profiles: string;
  /** Resolves when somebody asks the process to end. */
  untilSignal(): Promise<string>;
}

interface SimulateOptions extends Shares {
  readonly model: readonly string[];
  readonly count: number;
  readonly mac?: readonly Mac[];
  readonly server: string;
  readonly tftpPort: number;
  readonly httpPort: number;
  readonly concurrency: number;
  readonly ownAddresses?: true;
  readonly timeout?: number;
  readonly json?: true;
  readonly stay?: true;
  readonly seed: number;
}

const example = `
Example: fifty multiplatform phones and one 7960 boot from a server on this machine
  $ offhook simulate --model cisco/8851-3pcc=50 --model cisco/7960 --server 127.0.0.1 --tftp-port 6969

Example: an office that can be told to come, where some do not hear everything; Ctrl-C ends it
  $ offhook simulate --stay --own-addresses --lossy 0.05 --dead 0.02 --model cisco/8851-3pcc=100 --server 127.0.0.1

Each phone asks for the files its family asks for, in that order, over TFTP or HTTP, reads them and checks them.
Ends with 0 when every phone got its own file and all of it was right, else with 1.

With --stay they then listen for SIP NOTIFY over UDP and TCP: with --own-addresses at the port that their files name, else
each at a port of its own, which is printed. Every event is one line (--json: one object). As in the field, a phone whose
file says so (setting sip.onlyProxy) hears nobody but its proxy, and one whose file says so asks for its line's password.
What they are to show they fetch from --http-port of the server, and from nobody else. Enterprise phones are told that at
their web server, which each has with --own-addresses, at port 80.

Whoever has such a phone in hand types, or pipes, one command a line (where a shell runs it in the background: < /dev/null):
${columns(commandTexts().map(({ does, usage }) => [`  ${usage}`, does]))}
Each is answered on a line (--json: an object with "answer"). They stay when there is nothing more to read.`;

/**
 * Adds `offhook simulate`. Its action throws a SimulationFailed after printing the report, when a phone was not
 * provisioned; wrong arguments, a model that is not known among them, end in one line on commander's error output.
 */
export function addSimulateCommand(program: Command, io: SimulateIo): void {
  program
    .command("simulate")
    .summary("boot simulated phones from a provisioning server")
    .description("Boots simulated phones from a provisioning server and reports what they got.")
    .requiredOption("--model <id[=count]>", "model of the phones; may be given several times", collectModel)
    .option("--count <n>", "phones of each model without a count of its own", wholeNumber(1, 100_000), 1)
    .option("--mac <mac>", "MAC of the first phone; given several times: exactly these phones", collectMac)
    .requiredOption("--server <host>", "name or address of the server")
    .option("--tftp-port <port>", "port of TFTP; 0: TFTP is not used", wholeNumber(0, 65_535), 69)
    .option("--http-port <port>", "port of HTTP for phones; 0: HTTP is not used", wholeNumber(0, 65_535), 6970)
    .option("--concurrency <n>", "phones that boot at the same time", wholeNumber(1, 10_000), 50)
    .option(
      "--own-addresses",
      "each phone asks from its own address in 127.64.0.0/10, if the server is on loopback (Linux)",
    )
    .option("--timeout <seconds>", "phones that are not up by then have failed", wholeNumber(1, 86_400))
    .option("--json", "print the report as JSON")
    .option("--stay", "they stay up and do what they are told by SIP, until Ctrl-C")
    .option("--digest <share>", "with --stay, 0 to 1: so many ask for a password, whatever their files say", share)
    .option("--lossy <share>", "with --stay, 0 to 1: so many lose 30 % of the packets of SIP and TFTP", share)
    .option("--dead <share>", "with --stay, 0 to 1: so many are gone after they booted", share)
    .option("--deaf <share>", "with --stay, 0 to 1: so many answer 200 and do nothing", share)
    .option("--wrong <share>", "with --stay, 0 to 1: so many want another password, or know no event", share)
    .option("--seed <n>", "with --stay: another number, other phones are lossy, dead, …", wholeNumber(1, 999_999), 1)
    .addHelpText("after", example)
    .action((options: SimulateOptions, command: Command) => simulate(options, io, command));
}

async function simulate(options: SimulateOptions, io: SimulateIo, command: Command): Promise<void> {
  const phones = choosePhones(options, io.profiles, command);
  const { server: host, tftpPort, httpPort, concurrency, ownAddresses = false, timeout } = options;
  const server = { host, ...(tftpPort > 0 && { tftpPort }), ...(httpPort > 0 && { httpPort }) };
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout * 1000);
  const boot = { concurrency, ownAddresses, ...(signal && { signal }) };
  const report = options.stay
    ? await stay(phones, server, { ...options, boot }, io)
    : await bootFleet(phones, server, boot);
  if (!options.stay) io.out(`${options.json ? reportJson(report) : reportFleet(report)}\n`);
  const wrong = report.phones.filter(({ state }) => state !== "provisioned").length;
  if (wrong > 0) throw new SimulationFailed(`${wrong} of ${phones.length} phones were not provisioned`);
}

/** Prints what happens until somebody ends it; the report of the boot, where it is not for programs, comes first. */
async function stay(
  phones: readonly SimulatedPhone[],
  server: BootServer,
  { boot, json, seed, digest, lossy, dead, deaf, wrong }: SimulateOptions & { readonly boot: FleetOptions },
  io: SimulateIo,
): Promise<FleetReport> {
  const ended = io.untilSignal();
  const shares = Object.entries({ digest, lossy, dead, deaf, wrong }).filter(([, share]) => share !== undefined);
  const fleet = await stayFleet(phones, server, {
    ...boot,
    seed,
    shares: Object.fromEntries(shares),
    onBoot: (report) => json || io.out(`${reportFleet(report)}\n\n`),
    onEvent: (event) => io.out(`${json ? eventJson(event) : eventLine(event)}\n`),
  });
  const tell = (answer: Answer) => io.out(`${json ? answerJson(answer, Date.now()) : answerLines(answer)}\n`);
  const hand = io.input && hearHand(io.input(), fleet.phones, tell);
  await ended;
  await hand?.close();
  await fleet.close();
  return fleet.report;
}

function choosePhones(options: SimulateOptions, profiles: string, command: Command): SimulatedPhone[] {
  const { model, count, mac = [] } = options;
  if (options.tftpPort === 0 && options.httpPort === 0) command.error("error: TFTP or HTTP needs a port");
  const counts = parseModelCounts(model, count) ?? [];
  const catalogue = createCatalogue(profiles);
  const exactly = mac.length > 1 ? counts[0]?.model : undefined;
  if (exactly !== undefined && counts.length > 1) command.error("error: several --mac need one --model");
  if (someShares(options) > 1) command.error("error: the shares come to more than all phones");
  try {
    if (exactly !== undefined) return mac.map((each) => phoneOf(catalogue, exactly, each));
    return makePhones(catalogue, counts, mac[0]);
  } catch (error) {
    return command.error(`error: ${(error as Error).message}`);
  }
}

function someShares({ lossy = 0, dead = 0, deaf = 0, wrong = 0 }: Shares): number {
  return lossy + dead + deaf + wrong;
}

function share(text: string): number {
  const number = /^[01](?:\.\d{1,4})?$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 0 && number <= 1) return number;
  throw new InvalidArgumentError("It must be a share from 0 to 1.");
}

function collectModel(text: string, before: readonly string[] = []): readonly string[] {
  if (!parseModelCounts([text])) throw new InvalidArgumentError("It must be a model, or a model=count.");
  return [...before, text];
}

function collectMac(text: string, before: readonly Mac[] = []): readonly Mac[] {
  const mac = parseMac(text);
  if (!mac) throw new InvalidArgumentError("It must be a MAC of twelve hex digits.");
  return [...before, mac];
}

function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}
