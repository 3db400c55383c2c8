import type { Campaign } from "../domain/campaign.ts";
import type { Device } from "../domain/device.ts";
import type { Clock, StoreReader } from "../domain/ports.ts";
import type { PresenceFacts } from "../journal/presence.ts";
import type { StoredNotPushed, StoredPush } from "../office/push/records.ts";
import type { Revision } from "../office/revisions/revisions.ts";
import type { StoredSchedule } from "../schedule/records.ts";
import type { News } from "./entries.ts";
import type { Change, Sources } from "./telling-store.ts";

/** What is told of changes to what people configure. */
export function configSources(clock: Clock): Sources {
  return {
    device: ({ key, before, after }) => {
      if (before !== undefined && after !== undefined) return [];
      const type = before === undefined ? "device.added" : "device.removed";
      const { organization } = key;
      return [{ organization, type, at: clock(), ...about((after ?? before) as Device) }];
    },
    async push({ key, before, after, reader }) {
      const [last, push] = [before, after] as readonly (StoredPush | StoredNotPushed | undefined)[];
      if (push === undefined || push.result === "sent" || isToldAlready(last, push)) return [];
      const more = { reason: push.reason, revision: push.revision };
      return await phoneAlert(reader, key, clock(), `device-${push.result}`, more);
    },
    campaign: (change) => campaignNews(change, clock()),
    schedule({ key, before, after }) {
      const last = (after as StoredSchedule | undefined)?.last;
      const isNews = last?.outcome === "failed" && last.at !== (before as StoredSchedule | undefined)?.last?.at;
      if (!isNews) return [];
      const { organization, id } = key;
      const data = { alert: "schedule-failed", schedule: id, reason: last.detail };
      return [{ organization, type: "alert.raised", at: clock(), data }];
    },
  };
}

/** A device that is left out is told of once for each revision, and not while it is only put off. */
function isToldAlready(last: StoredPush | StoredNotPushed | undefined, push: StoredPush | StoredNotPushed): boolean {
  if (push.result !== "not-pushed") return false;
  return push.again === true || (last?.result === "not-pushed" && !last.again && last.revision === push.revision);
}

/** What is told of what is seen of phones; `config` is the store of what people configure. */
export function presenceSources(clock: Clock, config: StoreReader): Sources {
  return {
    async presence({ key, before, after }) {
      const then = (before ?? {}) as PresenceFacts;
      const now = (after ?? {}) as PresenceFacts;
      const { isFirst, isServed } = difference(then, now);
      const device = isFirst || isServed ? await config.get<Device>({ ...key, kind: "device" }) : undefined;
      if (!device) return [];
      const common = { organization: key.organization, at: clock(), ...about(device.body) };
      const { address, firmware } = now;
      const seen: News = { ...common, type: "device.seen", data: { ...common.data, address, firmware } };
      return [...(isFirst ? [seen] : []), ...(isServed ? await fetched(config, key, now, common) : [])];
    },
  };
}

function difference(then: PresenceFacts, now: PresenceFacts) {
  return {
    isFirst: then.lastSeen === undefined && now.lastSeen !== undefined,
    isServed: now.served !== undefined && now.served.digest !== then.served?.digest,
  };
}

/** Nothing when what the phone fetched is not what it should have. */
async function fetched(
  config: StoreReader,
  key: Change["key"],
  { served }: PresenceFacts,
  common: Omit<News, "type">,
): Promise<readonly News[]> {
  const { body } = (await config.get<Revision>({ ...key, kind: "revision" })) ?? {};
  if (!body || body.digest !== served?.digest) return [];
  return [{ ...common, type: "device.up-to-date", data: { ...common.data, revision: body.n } }];
}

/** What is told of a phone that did not come; the same push is told of once. */
export async function lateNews(
  reader: StoreReader,
  clock: Clock,
  { organization, id, push }: { readonly organization: string; readonly id: string; readonly push: StoredPush },
): Promise<readonly News[]> {
  const more = { reason: push.reason, revision: push.revision };
  const [alert] = await phoneAlert(reader, { organization, id }, clock(), "device-late", more);
  if (!alert) return [];
  const { alert: _name, ...data } = alert.data;
  const name = `late.${id}.${push.at}`;
  return [
    { ...alert, name },
    { ...alert, name, type: "device.late", data },
  ];
}

async function phoneAlert(
  reader: StoreReader,
  { organization, id }: Pick<Change["key"], "organization" | "id">,
  at: number,
  alert: string,
  more: object,
): Promise<readonly News[]> {
  const device = await reader.get<Device>({ organization, kind: "device", id });
  if (!device) return [];
  const { site, data } = about(device.body);
  return [{ organization, type: "alert.raised", at, site, data: { alert, ...data, ...more } }];
}

function campaignNews({ key, before, after }: Change, at: number): readonly News[] {
  const [then, now] = [before, after] as readonly (Campaign | undefined)[];
  if (!now) return [];
  const { organization, id } = key;
  const { by, counts, reason, select, state, total } = now;
  const data = { campaign: id, state, by, total, counts, ...(reason !== undefined && { reason }) };
  const common = { organization, at, ...(select?.site !== undefined && { site: select.site }) };
  const news: News[] = [];
  if (state === "stopped" && then?.state !== "stopped")
    news.push({ ...common, type: "alert.raised", data: { alert: "campaign-stopped", ...data } });
  if (now.endedAt !== undefined && then?.endedAt === undefined) news.push({ ...common, type: "campaign.done", data });
  return news;
}

function about({ label, mac, model, site }: Device) {
  return { site, data: { mac, model, site, ...(label !== undefined && { label }) } };
}
