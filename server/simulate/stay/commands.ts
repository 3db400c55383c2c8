import { formatMac, parseMac } from "../../domain/mac.ts";
import { nearest } from "../../domain/nearest.ts";
import { secretParameters } from "../../domain/secret-parameters.ts";
import type { Answer, CommandText } from "./answer.ts";
import { isKnownInCall } from "./call-wait.ts";
import { neverTold } from "./state-report.ts";
import type { StayingPhone } from "./staying-phone.ts";

type Phones = readonly StayingPhone[];

interface Command extends CommandText {
  /** `rest`: what stands behind its name. Throws an Error that says what is possible instead. */
  carryOut(rest: string, phones: Phones, usage: string): Answer | Promise<Answer>;
}

const commands: Readonly<Record<string, Command>> = {
  set: {
    usage: "set <mac|all> <parameter> [value]",
    does: "changes a setting as somebody does on the phone; without a value it is emptied",
    carryOut: set,
  },
  call: {
    usage: "call <mac|all> on|off",
    does: "somebody speaks: a fetch waits for the end of the call, or for Forced_Resync_Delay",
    carryOut: call,
  },
  off: {
    usage: "off <mac|all>",
    does: "pulls the plug; what the phone holds stays",
    carryOut: (rest, phones, usage) => power("off", wordsOf(rest, 1, usage), phones),
  },
  on: {
    usage: "on <mac|all>",
    does: "gives it power again: it boots",
    carryOut: (rest, phones, usage) => power("on", wordsOf(rest, 1, usage), phones),
  },
  show: {
    usage: "show <mac> [part of a name]",
    does: "what the phone holds, secrets masked",
    carryOut: show,
  },
  list: { usage: "list", does: "all phones: where they listen for SIP, and how they are", carryOut: list },
  help: { usage: "help", does: "these commands", carryOut: help },
};

/** Carries out one line. Never rejects: what can't be done is told, and then nothing was changed. */
export async function carryOutLine(line: string, phones: Phones): Promise<Answer> {
  const [, name = "", rest = ""] = /^\s*(\S+)\s*(.*)$/s.exec(line) ?? [];
  try {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (!command) throw new Error(`there is no command ${quoted(name)}${meant(name, Object.keys(commands))}; try help`);
    return await command.carryOut(rest, phones, command.usage);
  } catch (error) {
    return { answer: "wrong", detail: (error as Error).message };
  }
}

function set(rest: string, phones: Phones, usage: string): Answer {
  // The value is all that follows one blank: it may begin and end with blanks.
  const [, whose, parameter, value = ""] = /^(\S+)\s+(\S+)(?:\s(.*))?$/s.exec(rest) ?? [];
  if (whose === undefined || parameter === undefined) throw new Error(usage);
  const has = ({ family, values }: StayingPhone) => values.has(parameter) || family.vocabularyTable.has(parameter);
  return atEach("set", phonesOf(whose, phones), has, {
    act: (phone) => phone.set(parameter, value),
    whyNot: ({ family, model }) => {
      const near = family.vocabularyTable.nearest(parameter);
      return `a ${model} has no ${quoted(parameter)}${near === undefined ? "" : `; did you mean ${near}?`}`;
    },
  });
}

function call(rest: string, phones: Phones, usage: string): Answer {
  const [whose = "", state = ""] = wordsOf(rest, 2, usage);
  if (state !== "on" && state !== "off") throw new Error(usage);
  return atEach("call", phonesOf(whose, phones), ({ family }) => isKnownInCall(family), {
    act: (phone) => phone.call(state === "on"),
    whyNot: ({ model }) => `nobody has written down what a ${model} does in a call`,
  });
}

interface Doing {
  act(phone: StayingPhone): void;
  whyNot(phone: StayingPhone): string;
}

/** At those that have power and can; throws when there is none. */
function atEach(
  answer: "set" | "call",
  phones: Phones,
  can: (phone: StayingPhone) => boolean,
  { act, whyNot }: Doing,
): Answer {
  const able = phones.filter(can);
  const [first] = phones;
  if (able.length === 0 && first) throw new Error(whyNot(first));
  const ready = able.filter(({ place }) => place !== undefined);
  if (ready.length === 0) throw new Error(phones.length === 1 ? "it is off" : "all of them are off");
  for (const phone of ready) act(phone);
  return { answer, phones: ready.length, of: phones.length };
}

async function power(answer: "on" | "off", [whose = ""]: readonly string[], phones: Phones): Promise<Answer> {
  const meantPhones = phonesOf(whose, phones);
  for (const phone of meantPhones) await (answer === "on" ? phone.switchOn() : phone.switchOff());
  return { answer, phones: meantPhones.length, of: meantPhones.length };
}

function show(rest: string, phones: Phones, usage: string): Answer {
  const [, whose, part = ""] = /^(\S+)(?:\s+(\S+))?\s*$/.exec(rest) ?? [];
  if (whose === undefined) throw new Error(usage);
  const [phone] = whose === "all" ? [] : phonesOf(whose, phones);
  if (!phone) throw new Error(usage);
  const isSecret = secretParameters(phone.family);
  const chosen = [...phone.values].filter(([name]) => name.toLowerCase().includes(part.toLowerCase()));
  const values = chosen.map(([name, value]): [string, string] => {
    return [name, value !== "" && (isSecret(name) || neverTold.test(name)) ? mask : withoutKeys(value)];
  });
  return { answer: "show", mac: phone.mac, model: phone.model, values: Object.fromEntries(values) };
}

const mask = "********";

/** Rules carry keys and passwords of their own, as options or within an address (cisco.md B.3, rule grammar). */
function withoutKeys(value: string): string {
  return value.replace(/(--(?:key|pwd)\s+)[^\s\]]+|(:\/\/[^/@\s:]*:)[^/@\s]+(?=@)/gi, (_, option, user) => {
    return `${option ?? user}${mask}`;
  });
}

function list(_: string, phones: Phones): Answer {
  return {
    answer: "list",
    phones: phones.map(({ isInCall, mac, model, place, role }) => {
      const at = place ? `${place.address}:${place.port}` : null;
      return { mac, model, character: role.character, place: at, isInCall };
    }),
  };
}

function help(): Answer {
  return { answer: "help", commands: commandTexts() };
}

/** For people, one a line. */
export function commandTexts(): readonly CommandText[] {
  return Object.values(commands).map(({ does, usage }) => ({ usage, does }));
}

function wordsOf(rest: string, count: number, usage: string): readonly string[] {
  const words = rest.trim().split(/\s+/);
  if (words.length !== count || words[0] === "") throw new Error(usage);
  return words;
}

const mostNamed = 3;

function phonesOf(whose: string, phones: Phones): Phones {
  if (whose === "all") return phones;
  const mac = parseMac(whose);
  const phone = phones.find((each) => each.mac === mac);
  if (phone) return [phone];
  const some = phones.slice(0, mostNamed).map((each) => formatMac(each.mac));
  const more = phones.length > mostNamed ? ` and ${phones.length - mostNamed} more (try list)` : "";
  throw new Error(`there is no phone ${quoted(whose)}; there are ${some.join(", ")}${more}`);
}

function meant(name: string, known: readonly string[]): string {
  const near = nearest(name.slice(0, mostQuoted), known);
  return near === undefined ? "" : `; did you mean ${near}?`;
}

const mostQuoted = 40;

function quoted(word: string): string {
  return JSON.stringify(word.length > mostQuoted ? `${word.slice(0, mostQuoted)}…` : word);
}
