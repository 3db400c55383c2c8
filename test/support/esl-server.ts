import { type AddressInfo, createServer, type Socket } from "node:net";
import { onTestFinished } from "vitest";

/** A row of sip_registrations. */
export interface SofiaRow {
  readonly callId: string;
  readonly user: string;
  readonly host: string;
  readonly contact: string;
  readonly agent: string;
  readonly ip: string;
}

/** A row of the table channels, as `show channels as json` gives it; it has 40 fields and more. */
export interface FreeswitchChannel {
  readonly name: string;
  readonly state?: string;
  readonly presence_id?: string;
}

export interface EslCase {
  readonly channels?: readonly FreeswitchChannel[];
  /** How many it says there are, where that differs. */
  readonly channelCount?: number;
  readonly password?: string;
  readonly profile?: string;
  readonly rows?: readonly SofiaRow[];
  /** The address of the client is in no access list. */
  readonly isRude?: boolean;
  /** mod_sofia is not loaded. */
  readonly noSofia?: boolean;
  /** Commands that begin so are read and never answered. */
  readonly deafTo?: string;
  /** Commands that begin so are not allowed to the user. */
  readonly forbids?: string;
}

/** A SIP NOTIFY as mod_sofia makes it of the event: one for each registration that the event selects. */
export interface SofiaNotify {
  readonly to: string;
  readonly event: string;
  readonly contentType: string;
  readonly body?: string;
}

export interface EslServer {
  readonly port: number;
  readonly notifies: SofiaNotify[];
  /** First lines of all commands. */
  readonly commands: string[];
  readonly sockets: Set<Socket>;
  /** How many there were in all. */
  connections(): number;
  say(text: string): void;
  /** Resolves when nobody is connected. */
  empty(): Promise<void>;
}

interface Command {
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * The event socket as mod_event_socket speaks it, and the event NOTIFY as mod_sofia takes it, on 127.0.0.1 and any
 * free port, closed when the test ends.
 */
export async function startEsl(given: EslCase = {}): Promise<EslServer> {
  const notifies: SofiaNotify[] = [];
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const events = new EventTarget();

  let connections = 0;

  function serve(socket: Socket) {
    connections += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      events.dispatchEvent(new Event("left"));
    });
    if (given.isRude) {
      socket.end("Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n");
      return;
    }
    const state = { isIn: false };
    socket.write("Content-Type: auth/request\n\n");
    const take = commandReader();
    socket.on("data", (chunk) => {
      for (const command of take(chunk)) {
        commands.push(command.line);
        if (given.deafTo !== undefined && command.line.startsWith(given.deafTo)) continue;
        socket.write(answer(command, state));
      }
    });
  }

  function answer(command: Command, state: { isIn: boolean }): string {
    const reply = (text: string) => `Content-Type: command/reply\nReply-Text: ${text}\n\n`;
    const { line } = command;
    if (!state.isIn) {
      state.isIn = isPassword(line);
      return reply(state.isIn ? "+OK accepted" : "-ERR invalid");
    }
    if (given.forbids !== undefined && line.startsWith(given.forbids)) return reply("-ERR permission denied");
    if (line === "sendevent NOTIFY") {
      notify(command);
      return reply("+OK 7f4de4bc-17d7-11dd-b7a0-db4edd065621");
    }
    return line.startsWith("api ") ? api(line) : reply("-ERR command not found");
  }

  function api(line: string): string {
    const text = line.startsWith("api show channels ") ? channels(line) : sofia(line);
    return `Content-Type: api/response\nContent-Length: ${Buffer.byteLength(text)}\n\n${text}`;
  }

  function isPassword(line: string): boolean {
    const password = given.password ?? "ami-secret";
    return line === `auth ${password}` || line === `userauth offhook@pbx.example:${password}`;
  }

  /** As mod_commands (show_function): the count as text, the list as JSON, which has no rows where there are none. */
  function channels(line: string): string {
    const all = given.channels ?? [];
    if (line === "api show channels count") return `\n${given.channelCount ?? all.length} total.\n`;
    if (line !== "api show channels as json") return "-USAGE: show <channels>\n";
    if (all.length === 0) return '{"row_count": 0}\n';
    const rows = all.map((each, at) => ({
      ...{ uuid: `7f4de4bc-${at}`, direction: "inbound", state: "CS_EXECUTE", callstate: "ACTIVE", presence_id: "" },
      ...each,
    }));
    return JSON.stringify({ row_count: rows.length, rows });
  }

  function sofia(line: string): string {
    if (given.noSofia) return "-ERR sofia Command not found!\n";
    const asked = /^api sofia xmlstatus profile (\S+) user ([^@\s]+)@(\S*)$/.exec(line);
    if (!asked) return "Invalid Syntax!\n";
    const [, profile, user, host] = asked;
    if (profile !== (given.profile ?? "internal")) return "Invalid Profile!\n";
    const rows = (given.rows ?? []).filter((row) => row.user === user && (host === "" || row.host === host));
    const header = '<?xml version="1.0" encoding="ISO-8859-1"?>';
    return `${header}\n<profile>\n  <registrations>\n${rows.map(rowXml).join("")}  </registrations>\n</profile>\n`;
  }

  /** Nothing is sent unless all five are there; `call-id` selects before user and host do. */
  function notify({ headers, body }: Command) {
    const { profile, "event-string": event, "content-type": contentType, user, host } = headers;
    if (!profile || !event || !contentType || !user || !host || profile !== (given.profile ?? "internal")) return;
    const callId = headers["call-id"];
    const rows = (given.rows ?? []).filter((row) =>
      callId === undefined ? row.user === user && row.host === host : row.callId === callId,
    );
    for (const { contact } of rows) notifies.push({ to: contact, event, contentType, ...(body !== "" && { body }) });
  }

  const server = createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return {
    port: (server.address() as AddressInfo).port,
    notifies,
    commands,
    sockets,
    connections: () => connections,
    say: (text) => {
      for (const socket of sockets) socket.write(text);
    },
    empty: () =>
      new Promise((resolve, reject) => {
        const late = setTimeout(() => reject(new Error("somebody is still connected")), 5_000);
        const look = () => {
          if (sockets.size > 0) return;
          clearTimeout(late);
          resolve();
        };
        events.addEventListener("left", look);
        look();
      }),
  };
}

function rowXml({ callId, user, host, contact, agent, ip }: SofiaRow): string {
  const plain = (text: string) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  return `    <registration>
        <call-id>${callId}</call-id>
        <user>${user}@${host}</user>
        <contact>&quot;&quot; ${plain(`<${contact}>`)}</contact>
        <agent>${plain(agent)}</agent>
        <status>Registered(UDP)(unknown) exp(2030-01-01 00:00:00) expsecs(600)</status>
        <network-ip>${ip}</network-ip>
        <network-port>5060</network-port>
    </registration>
`;
}

/** Commands end at an empty line; a body follows where Content-Length says so. */
function commandReader(): (chunk: Buffer) => Command[] {
  let held = Buffer.alloc(0);
  const next = (): Command | undefined => {
    const end = held.indexOf("\n\n");
    if (end < 0) return undefined;
    const [line = "", ...rest] = held.toString("utf8", 0, end).split("\n");
    const headers: Record<string, string> = {};
    for (const header of rest) {
      const colon = header.indexOf(":");
      headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trimStart();
    }
    const length = Number(headers["content-length"] ?? 0);
    if (held.length < end + 2 + length) return undefined;
    const body = held.toString("utf8", end + 2, end + 2 + length);
    held = held.subarray(end + 2 + length);
    return { line, headers, body };
  };
  return (chunk) => {
    held = Buffer.concat([held, chunk]);
    const found: Command[] = [];
    for (let command = next(); command; command = next()) found.push(command);
    return found;
  };
}
