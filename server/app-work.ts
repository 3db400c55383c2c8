import { type CampaignPlace, openCampaigns } from "./app-campaigns.ts";
import { openRotations, type RotationPlace } from "./app-rotations.ts";
import { openSchedule, type SchedulePlace } from "./app-schedule.ts";
import type { Telling } from "./app-telling.ts";
import { generateSecret } from "./security/secrets.ts";

type WorkPlace = CampaignPlace &
  Omit<RotationPlace, "campaigns" | "newSecret"> &
  Omit<SchedulePlace, "campaigns" | "outbox" | "backlogs"> & { readonly telling: Telling };

/** What goes on for a long time, each resumable from the store; nothing begins before everything listens. */
export function openWork({ telling, ...place }: WorkPlace) {
  const campaigns = openCampaigns(place);
  const rotations = openRotations({ ...place, campaigns, newSecret: generateSecret });
  const schedules = openSchedule({ ...place, ...telling, campaigns });
  return { campaigns, rotations, schedules, inOrder: [schedules, rotations, campaigns] };
}
