import { pino } from "pino";
import { openStore } from "../../server/store/open-store.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { describeStore } from "./store.contract.ts";

describeStore("the embedded store", async () => {
  const dataFolder = await temporaryFolder();
  return () => openStore({ dataFolder, log: pino({ level: "silent" }) });
});
