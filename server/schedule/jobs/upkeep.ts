import type { Job } from "../job.ts";

export interface UpkeepParts {
  /** Removes what is older than a month from the journal on disk; how many files that were. */
  readonly cleanJournal: () => Promise<number>;
  /** Writes a backup and removes the oldest; the path of the new one. */
  readonly backUp: () => Promise<string>;
  /** Data in a database is backed up where the database is. */
  readonly backsUp: boolean;
}

/** What keeps an installation in order. */
export function upkeepJobs({ backsUp, backUp, cleanJournal }: UpkeepParts): readonly Job[] {
  return [
    {
      name: "backup",
      text: "Writes a backup without the master key into the folder backups of the data, and keeps the last seven.",
      cron: "0 3 * * *",
      enabled: backsUp,
      run: async () => `${await backUp()} written`,
    },
    {
      name: "journal",
      text: "Removes the older file of the journal when nothing in it is younger than 30 days.",
      cron: "40 3 * * *",
      enabled: true,
      run: async () => `${await cleanJournal()} files removed`,
    },
  ];
}
