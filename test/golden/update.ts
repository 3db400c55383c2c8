import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Country } from "../../server/domain/country.ts";
import { FamilyProfile, ModelProfile } from "../../server/domain/model.ts";
import { PbxKind } from "../../server/domain/pbx.ts";
import { goldenFiles, goldenFolder, readGolden, renderCase, writeGolden } from "./cases.ts";

// `npm run golden`: writes what is rendered now, and the schemas that profiles name for editors; the difference is
// reviewed before it is committed.
writeFileSync("profiles/model.schema.json", `${JSON.stringify(ModelProfile, null, 2)}\n`);
writeFileSync("profiles/family.schema.json", `${JSON.stringify(FamilyProfile, null, 2)}\n`);
writeFileSync("profiles/pbx.schema.json", `${JSON.stringify(PbxKind, null, 2)}\n`);
writeFileSync("profiles/country.schema.json", `${JSON.stringify(Country, null, 2)}\n`);
for (const name of goldenFiles()) {
  const { input, expected } = readGolden(name);
  const files = await renderCase(input);
  if (files !== expected) console.log(`${name} changed`);
  writeFileSync(join(goldenFolder, name), writeGolden(input, files));
}
