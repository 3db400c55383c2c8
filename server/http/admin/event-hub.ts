import { Readable } from "node:stream";
import type { Campaign, Target } from "../../domain/campaign.ts";
import { Failure } from "../../domain/failures.ts";
import type { StoreChange } from "../../domain/ports.ts";
import type { ListedExchange } from "../../journal/journal.ts";
import { exchangeView } from "./exchange-view.ts";
import type { AdminParts } from "./parts.ts";

/** Streams of server-sent events (WHATWG HTML, section 9.2), each for one organization. */
export interface EventHub {
  /** Fails with TOO_BUSY when too many are open. */
  open(organization: string): Readable;
  close(): void;
}

const mostClients = 100;
/** What Offhook keeps beside what people change: they hear of that itself. */
const unseen = new Set(["change", "change-image", "device-snapshot", "former-presence"]);
/** A client that lets more than this wait does not keep up, and is dropped: it may connect again. */
const mostWaiting = 256 * 1024;

export function createEventHub({
  journal,
  store,
  heartbeatMs = 15_000,
}: Pick<AdminParts, "journal" | "store" | "heartbeatMs">): EventHub {
  const clients = new Map<Readable, string>();
  const send = (text: string, organization?: string) => {
    for (const [client, of] of clients) if (organization === undefined || of === organization) write(client, text);
  };
  const unwatch = [
    // Nothing is put into words while nobody listens: a storm of phones is thousands of these a second.
    journal.watch((exchange) => {
      if (clients.size > 0) send(exchangeEvent(exchange), exchange.organization);
    }),
    store.watch((changes) => {
      if (clients.size === 0) return;
      for (const change of changes)
        if (!unseen.has(change.kind)) send(campaignEvent(change) ?? changeEvent(change), change.organization);
    }),
  ];
  const heartbeat = setInterval(() => send(": still here\n\n"), heartbeatMs);
  heartbeat.unref();

  return {
    open(organization) {
      if (clients.size >= mostClients) throw new Failure("TOO_BUSY", `${mostClients} event streams are open`);
      const client = new Readable({ read() {} });
      clients.set(client, organization);
      client.once("close", () => clients.delete(client));
      client.push(": connected\n\n");
      return client;
    },
    close() {
      clearInterval(heartbeat);
      for (const end of unwatch) end();
      for (const client of clients.keys()) client.push(null);
    },
  };
}

function write(client: Readable, text: string): void {
  if (text === "") return;
  if (client.destroyed || client.readableLength > mostWaiting) client.destroy();
  else client.push(text);
}

function exchangeEvent(exchange: ListedExchange): string {
  return `event: exchange\nid: ${exchange.id}\ndata: ${JSON.stringify(exchangeView(exchange))}\n\n`;
}

/** How a campaign goes, and what became of each phone; its counts are written at most twice a second. */
function campaignEvent({ body, id, kind, version }: StoreChange): string | undefined {
  if (body === undefined || (kind !== "campaign" && kind !== "push-target")) return undefined;
  if (kind === "campaign") {
    const { counts, isPreparing, reason, state, total } = body as Campaign;
    return isPreparing ? "" : `event: campaign\ndata: ${JSON.stringify({ id, state, reason, total, counts })}\n\n`;
  }
  const { attempts, mac, reason, state, transport } = body as Target;
  const data = { campaign: id.split(".")[0], mac, state, reason, transport, attempts };
  // The first version is only the plan.
  return version === 1 ? "" : `event: campaign-device\ndata: ${JSON.stringify(data)}\n\n`;
}

/** That something changed, never what: a body may hold what not everybody may see. */
function changeEvent({ kind, id, version, body }: StoreChange): string {
  return `event: change\ndata: ${JSON.stringify({ kind, id, version, deleted: body === undefined })}\n\n`;
}
