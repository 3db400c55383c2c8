import { join } from "node:path";
import { pino } from "pino";
import { type Office, openOffice } from "../../server/app-office.ts";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { type Config, readConfig } from "../../server/config.ts";
import { createRenderer } from "../../server/render/renderer.ts";
import { createTemporaryFolder } from "./temporary-folder.ts";

export const edit = { organization: "default", actor: "test" };

const known = new Map<string, NonNullable<Parameters<typeof openOffice>[3]>>();

/** Profiles and templates never change while they are read from the same folders; to read them takes a tenth of a second. */
function readOnce({ profiles, templates }: Config) {
  const key = `${profiles} ${templates}`;
  const read = known.get(key) ?? { catalogue: createCatalogue(profiles), renderer: createRenderer(templates) };
  known.set(key, read);
  return read;
}

/** A whole Offhook without sockets, on an empty embedded store in a folder of its own that goes when it is closed. */
export async function openTestOffice(env: Record<string, string> = {}, clock = Date.now): Promise<Office> {
  const { path, remove } = await createTemporaryFolder();
  const config = readConfig({ OFFHOOK_DATA: join(path, "data"), OFFHOOK_FIRMWARE: join(path, "firmware"), ...env });
  const office = await openOffice(config, pino({ level: "silent" }), clock, { ...readOnce(config), version: "1.2.3" });
  return {
    ...office,
    async close() {
      await office.close();
      await remove();
    },
  };
}
