import Type from "typebox";
import { Country } from "../../domain/country.ts";
import { PbxKind } from "../../domain/pbx.ts";
import type { AdminParts, AdminServer } from "./parts.ts";

const tags = ["catalogue"];

/** What a site chooses from: countries and kinds of PBX, each with what it brings. Few and fixed, so they are not paged. */
export function choiceRoutes(server: AdminServer, { catalogue }: AdminParts): void {
  const countries = Type.Object({ items: Type.Array(Country) });
  const ofCountries = { tags, summary: "Countries, and what each decides", response: { 200: countries } };
  server.get("/countries", { schema: ofCountries }, () => ({ items: [...catalogue.countries.values()] }));

  const kinds = Type.Object({ items: Type.Array(PbxKind) });
  const ofKinds = { tags, summary: "Kinds of PBX, and what each decides", response: { 200: kinds } };
  server.get("/pbx-kinds", { schema: ofKinds }, () => ({ items: [...catalogue.pbxKinds.values()] }));
}
