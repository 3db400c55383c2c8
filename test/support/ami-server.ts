import { createHash } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";
import { type AmiFiles, answerConfig } from "./ami-config.ts";
import { createMixer, type MixedAnswers } from "./ami-mixer.ts";

/** A contact as ContactStatusDetail tells it. */
export interface AmiContact {
  readonly URI: string;
  readonly UserAgent?: string;
  readonly ViaAddress?: string;
  readonly CallID?: string;
  readonly RegExpire?: string;
  readonly Status?: string;
}

export interface AmiCase {
  readonly secret?: string;
  /** Classes of the write line of manager.conf. */
  readonly write?: readonly string[];
  readonly endpoints?: Readonly<Record<string, readonly AmiContact[]>>;
  /** In the global section of pjsip.conf; the usual name otherwise. */
  readonly defaultOutbound?: string;
  /** Actions that no loaded module has. */
  readonly missing?: readonly string[];
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly greeting?: string;
  /** Actions that are read and never answered. */
  readonly deafTo?: readonly string[];
  readonly mixed?: MixedAnswers;
  /** Configuration files by name; they change as they are written. */
  readonly files?: AmiFiles;
  /** What an action answers instead, as Error. */
  readonly failing?: Readonly<Record<string, string>>;
  /** What DEVICE_STATE says, as `PJSIP/1001`; INVALID of all others. */
  readonly devices?: Readonly<Record<string, string>>;
  /** Functions of the dialplan that no loaded module has: their value is empty. */
  readonly missingFunctions?: readonly string[];
}

/** A NOTIFY as Asterisk makes it of PJSIPNotify or SIPnotify. */
export interface AmiNotify {
  readonly by: string;
  readonly to: string;
  readonly headers: [string, string][];
  readonly body?: string;
}

export interface AmiServer {
  readonly port: number;
  readonly notifies: AmiNotify[];
  /** Names of all actions in the order they came. */
  readonly actions: string[];
  /** Every byte that came. */
  readonly received: () => string;
  readonly logins: () => number;
  readonly sockets: Set<Socket>;
  /** Sends to all that are connected. */
  say(text: string): void;
  /** Resolves when so many actions of this name came. */
  came(action: string, count?: number): Promise<void>;
  /** Resolves when nobody is connected. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

type Reply = (response: string, ...lines: string[]) => string;

/** Any of them lets a user in; none is needed where it is empty. */
const classes: Readonly<Record<string, string>> = {
  Getvar: "call,reporting",
  PJSIPNotify: "system",
  PJSIPShowEndpoint: "system",
  SIPnotify: "system",
  Command: "command",
  GetConfig: "config",
  UpdateConfig: "config",
  Reload: "config",
  Ping: "",
};

/**
 * The manager interface as docs.asterisk.org describes it (AMI actions Challenge, Login, PJSIPNotify,
 * PJSIPShowEndpoint, Command, Getvar; function DEVICE_STATE), on 127.0.0.1 and any free port, closed when the test ends.
 */
export async function startAmi(given: AmiCase = {}): Promise<AmiServer> {
  const notifies: AmiNotify[] = [];
  const actions: string[] = [];
  const sockets = new Set<Socket>();
  const events = new EventTarget();
  const changed = () => events.dispatchEvent(new Event("changed"));
  let received = "";
  let logins = 0;

  function serve(socket: Socket) {
    sockets.add(socket);
    let held = "";
    const state = { challenge: "", isIn: false };
    const mix = createMixer(given.mixed);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      changed();
    });
    socket.write(`${given.greeting ?? "Asterisk Call Manager/9.0.0"}\r\n`);
    socket.on("data", (chunk) => {
      received += chunk.toString();
      held += chunk.toString();
      for (let end = held.indexOf("\r\n\r\n"); end >= 0; end = held.indexOf("\r\n\r\n")) {
        const headers = held.slice(0, end).split("\r\n").map(headerOf);
        held = held.slice(end + 4);
        const action = headerValue(headers, "Action");
        actions.push(action);
        if (!given.deafTo?.includes(action)) socket.write(mix(action, answer(headers, action, state)));
        changed();
      }
    });
  }

  function answer(headers: [string, string][], action: string, state: { challenge: string; isIn: boolean }): string {
    const id = headerValue(headers, "ActionID");
    const reply: Reply = (response, ...more) =>
      [`Response: ${response}`, `ActionID: ${id}`, ...more, "", ""].join("\r\n");
    if (action === "Challenge") {
      state.challenge = String(100_000_000 + actions.length);
      return reply("Success", `Challenge: ${state.challenge}`);
    }
    if (action === "Login") return logIn(headers, state, reply);
    return objection(action, state.isIn, reply) ?? done(headers, action, reply);
  }

  function logIn(headers: [string, string][], state: { challenge: string; isIn: boolean }, reply: Reply): string {
    const key = createHash("md5")
      .update(`${state.challenge}${given.secret ?? "ami-secret"}`)
      .digest("hex");
    state.isIn = headerValue(headers, "Username") === "offhook" && headerValue(headers, "Key") === key;
    if (!state.isIn) return reply("Error", "Message: Authentication failed");
    logins += 1;
    const booted = "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n";
    return reply("Success", "Message: Authentication accepted") + booted;
  }

  function objection(action: string, isIn: boolean, reply: Reply): string | undefined {
    const needed = classes[action];
    if (!isIn || needed === undefined || given.missing?.includes(action)) {
      const cure = "Use Action: ListCommands to show available commands.";
      return reply("Error", `Message: Invalid/unknown command: ${action}. ${cure}`);
    }
    const may = given.write ?? ["system", "command", "reporting"];
    return needed === "" || needed.split(",").some((each) => may.includes(each))
      ? undefined
      : reply("Error", "Message: Permission denied");
  }

  function done(headers: [string, string][], action: string, reply: Reply): string {
    const failure = given.failing?.[action];
    if (failure !== undefined) return reply("Error", `Message: ${failure}`);
    if (classes[action] === "config") return reply(...answerConfig(given.files ?? {}, action, headers));
    if (action === "Ping") return reply("Success", "Ping: Pong", "Timestamp: 1700000000.000000");
    if (action === "Getvar") return variable(headerValue(headers, "Variable"), reply);
    if (action === "Command") return reply("Success", "Message: Command output follows", ...settings());
    return tell(headers, action, reply);
  }

  function tell(headers: [string, string][], action: string, reply: Reply): string {
    return action === "PJSIPShowEndpoint" ? show(headers, reply) : notify(headers, action, reply);
  }

  function variable(name: string, reply: Reply): string {
    const [, called = "", device = ""] = /^(\w+)\(([^()]*)\)$/.exec(name) ?? [];
    const isMissing = called !== "DEVICE_STATE" || given.missingFunctions?.includes(called);
    const value = isMissing ? "" : (given.devices?.[device] ?? "INVALID");
    return reply("Success", `Variable: ${name}`, `Value: ${value}`);
  }

  function settings(): string[] {
    return [
      "Output: Global Settings:",
      "Output:",
      "Output:  ParameterName                   : ParameterValue",
      `Output:  default_outbound_endpoint       : ${given.defaultOutbound ?? "default_outbound_endpoint"}`,
    ];
  }

  function show(headers: [string, string][], reply: Reply): string {
    const id = headerValue(headers, "ActionID");
    const name = headerValue(headers, "Endpoint");
    if (name === "") return reply("Error", "Message: PJSIPShowEndpoint requires an endpoint name\n");
    const contacts = given.endpoints?.[name];
    // The stray line end is Asterisk's own (pjsip_configuration.c).
    if (!contacts) return reply("Error", `Message: Unable to retrieve endpoint ${name}\n`);
    const event = (type: string, fields: object) =>
      `Event: ${type}\r\nActionID: ${id}\r\n${Object.entries(fields)
        .map(([field, value]) => `${field}: ${value}\r\n`)
        .join("")}\r\n`;
    const text = "Message: Following are Events for each object associated with the the Endpoint";
    return [
      reply("Success", "EventList: start", text),
      event("EndpointDetail", { ObjectType: "endpoint", ObjectName: name, Aors: name }),
      ...contacts.map((contact) =>
        event("ContactStatusDetail", { AOR: name, RegExpire: "1900000000", Status: "Reachable", ...contact }),
      ),
      event("EndpointDetailComplete", { EventList: "Complete", ListItems: contacts.length + 1 }),
    ].join("");
  }

  function notify(headers: [string, string][], action: string, reply: Reply): string {
    const to = headers.filter(([name]) => ["Endpoint", "URI", "Channel"].includes(name));
    const [first] = to;
    if (!first || to.length > 1) {
      const what = action === "SIPnotify" ? "a channel name" : "either an endpoint name, a SIP URI, or a channel.";
      return reply("Error", `Message: ${action} requires ${what}`);
    }
    const [by, name] = first;
    if (by === "Endpoint" && !given.endpoints?.[name]) {
      return reply("Error", `Message: Unable to retrieve endpoint ${name}`);
    }
    const variables = headers.filter(([header]) => header === "Variable").flatMap(([, value]) => variablesOf(value));
    const content = variables.filter(([variable]) => variable.toLowerCase() === "content").map(([, value]) => value);
    const kept = variables.filter(([variable]) => variable.toLowerCase() !== "content");
    notifies.push({ by, to: name, headers: kept, ...(content.length > 0 && { body: content.join("\r\n") }) });
    return reply("Success", "Message: NOTIFY sent");
  }

  const server = given.tls ? createTlsServer(given.tls, serve) : createServer(serve);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(close);

  async function until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`never: ${what}`)), 5_000);
      events.addEventListener("changed", () => {
        if (!holds()) return;
        clearTimeout(late);
        resolve();
      });
    });
  }

  return {
    port: (server.address() as AddressInfo).port,
    notifies,
    actions,
    received: () => received,
    logins: () => logins,
    sockets,
    say: (text) => {
      for (const socket of sockets) socket.write(text);
    },
    came: (action, count = 1) =>
      until(() => actions.filter((name) => name === action).length >= count, `${count} ${action}`),
    empty: () => until(() => sockets.size === 0, "nobody connected"),
    close,
  };
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trimStart()];
}

function headerValue(headers: readonly [string, string][], name: string): string {
  return headers.find(([known]) => known === name)?.[1] ?? "";
}

/** As AST_STANDARD_APP_ARGS reads a Variable header: split at commas, quotes and backslashes taken away. */
function variablesOf(text: string): [string, string][] {
  const parts = [""];
  let isQuoted = false;
  const add = (character = "") => parts.push((parts.pop() ?? "") + character);
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "\\") {
      at += 1;
      add(text[at]);
    } else if (text[at] === '"') isQuoted = !isQuoted;
    else if (text[at] === "," && !isQuoted) parts.push("");
    else add(text[at]);
  }
  return parts.flatMap((part) => {
    const [, name, value] = /^([^=]+)=(.*)$/.exec(part) ?? [];
    return name === undefined ? [] : [[name, value ?? ""]];
  });
}
