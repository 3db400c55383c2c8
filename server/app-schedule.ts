import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { ulid } from "ulid";
import { makeBackup } from "./app-backup.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import type { Config } from "./config.ts";
import type { Clock, Store } from "./domain/ports.ts";
import type { Presence } from "./journal/presence.ts";
import type { Desks } from "./office/desk/desk.ts";
import type { PushRecords } from "./office/push/records.ts";
import type { Revisions } from "./office/revisions/revisions.ts";
import type { Backlogs } from "./outbox/backlog.ts";
import type { Outbox } from "./outbox/outbox.ts";
import { lateNews } from "./outbox/sources.ts";
import { gather } from "./schedule/gathering.ts";
import type { Job } from "./schedule/job.ts";
import { type DriftCheckParts, driftCheckJob } from "./schedule/jobs/drift-check.ts";
import { expiredWindowsJob } from "./schedule/jobs/expired-windows.ts";
import { latePhonesJob } from "./schedule/jobs/late-phones.ts";
import { pushJobs, type StartCampaign } from "./schedule/jobs/pushes.ts";
import { upkeepJobs } from "./schedule/jobs/upkeep.ts";
import { webHooksJob } from "./schedule/jobs/web-hooks.ts";
import { createSchedules } from "./schedule/schedules.ts";
import { createWaiting } from "./schedule/waiting.ts";
import { createWake } from "./schedule/wake.ts";

export interface SchedulePlace {
  readonly config: Config;
  readonly store: Store;
  readonly presence: Presence;
  readonly revisions: Revisions;
  readonly records: PushRecords;
  readonly desks: Desks;
  readonly catalogue: Catalogue;
  readonly campaigns: StartCampaign & DriftCheckParts["campaigns"];
  readonly outbox: Outbox;
  readonly backlogs: Backlogs;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of Offhook. */
  readonly version: string;
  /** What other parts do again and again. */
  readonly jobs?: readonly Job[];
  /** How long what people save is gathered before it is pushed. */
  readonly gathering?: { readonly quietMs: number; readonly mostMs: number };
}

/** Everything that Offhook does of itself; nothing until `start`. */
export function openSchedule(place: SchedulePlace) {
  const { backlogs, clock, gathering = { quietMs: 3000, mostMs: 15_000 }, log, outbox, store } = place;
  const waiting = createWaiting(place);
  const late = latePhonesJob({
    ...place,
    tell: async (phone) => await outbox.tell(await lateNews(store, clock, phone)),
  });
  const jobs = [
    ...pushJobs({ ...place, waiting }),
    late,
    webHooksJob(outbox),
    expiredWindowsJob(place),
    driftCheckJob(place),
    ...upkeepJobs(upkeepOf(place)),
    ...(place.jobs ?? []),
  ];
  const schedules = createSchedules({ store, clock, log, jobs, node: ulid() });
  const saved = gather(() => schedules.hurry("push-changes"), gathering);
  const wake = createWake({ clock, nextAt: backlogs.nextAt, act: () => schedules.hurry("web-hooks") });
  return {
    ...schedules,
    start() {
      waiting.watch(saved.note);
      backlogs.watch(wake.look);
      schedules.start();
      wake.look();
    },
    async close() {
      saved.stop();
      wake.stop();
      waiting.close();
      late.close();
      await schedules.close();
    },
  };
}

const monthMs = 30 * 24 * 3_600_000;
const mostBackups = 7;

function upkeepOf({ clock, config, version }: SchedulePlace) {
  return {
    backsUp: config.databaseUrl === undefined,
    async backUp() {
      const folder = join(config.data, "backups");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const path = join(folder, `offhook-${new Date(clock()).toISOString().replaceAll(/[:.]/g, "-")}.backup.gz`);
      await makeBackup(config, path, { version, withKey: false });
      const all = (await readdir(folder)).filter((name) => /^offhook-.*\.backup\.gz$/.test(name)).sort();
      for (const name of all.slice(0, -mostBackups)) await rm(join(folder, name), { force: true });
      return path;
    },
    async cleanJournal() {
      const path = join(config.data, "journal", "exchanges.jsonl.1");
      const found = await stat(path).catch(() => undefined);
      if (!found || clock() - found.mtimeMs < monthMs) return 0;
      await rm(path, { force: true });
      return 1;
    },
  };
}
