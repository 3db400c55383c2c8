import { join } from "node:path";
import { pino } from "pino";
import { type Office, openOffice } from "../../server/app-office.ts";
import { readConfig } from "../../server/config.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

export const edit = { organization: "default", actor: "test" };

/** A whole Offhook without sockets, on an empty embedded store in a folder of its own that goes when it is closed. */
export async function openTestOffice(env: Record<string, string> = {}, clock = Date.now): Promise<Office> {
  const { path, remove } = await createTemporaryFolder();
  const config = readConfig({ OFFHOOK_DATA: join(path, "data"), OFFHOOK_FIRMWARE: join(path, "firmware"), ...env });
  const office = await openOffice(config, pino({ level: "silent" }), clock);
  return {
    ...office,
    async close() {
      await office.close();
      await remove();
    },
  };
}
