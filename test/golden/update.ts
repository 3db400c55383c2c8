import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { goldenFiles, goldenFolder, readGolden, renderCase, writeGolden } from "./cases.ts";

// `npm run golden`: writes what is rendered now; the difference is reviewed before it is committed.
for (const name of goldenFiles()) {
  const { input, expected } = readGolden(name);
  const files = await renderCase(input);
  if (files !== expected) console.log(`${name} changed`);
  writeFileSync(join(goldenFolder, name), writeGolden(input, files));
}
