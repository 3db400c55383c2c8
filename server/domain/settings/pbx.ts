import Type from "typebox";
import { plainText } from "../text.ts";
import { inGroup } from "./definition.ts";

/** What a whole site has in common. The files in profiles/pbx and profiles/countries say what each choice brings. */
export const siteSettings = inGroup("Site", [
  {
    name: "pbx.kind",
    title: "PBX",
    text: "The kind of PBX that the phones register with. It decides how busy lamps, pickup, park and voice mail are told to a phone, and which keys it can serve.",
    schema: Type.Enum(["asterisk", "freepbx", "freeswitch", "fusionpbx", "kamailio", "broadworks", "3cx", "generic"]),
    layers: ["organization", "site"],
    own: true,
  },
  {
    name: "country",
    title: "Country",
    text: "Two letters, for example GR. It decides tones, emergency numbers, the dial plan, language and date format, where no layer says otherwise.",
    schema: Type.String({ pattern: "^[A-Z]{2}$" }),
    layers: ["organization", "site"],
    own: true,
  },
]);

export const locationSettings = inGroup("Location", [
  {
    name: "location.companyId",
    title: "Company at the location service",
    text: "The identifier that a location service knows the company by; the phone asks it where it is for emergency calls (HELD).",
    schema: Type.String({ pattern: "^[A-Za-z0-9-]{1,64}$" }),
  },
  {
    name: "location.server",
    title: "Location service",
    text: "Where the phone asks for its place.",
    schema: Type.String({ pattern: "^https://[^\\s@]{1,240}$" }),
  },
  {
    name: "location.assetId",
    title: "Asset tag",
    text: "An inventory number that the phone shows and tells the switch.",
    schema: plainText(32),
  },
]);
