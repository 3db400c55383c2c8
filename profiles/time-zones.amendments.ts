import type { TimeZoneEntry } from "../server/domain/time-zone.ts";

/**
 * What the tz database has changed since the release inside Node, from the NEWS of its releases 2026a to 2026f. An entry goes
 * once Node's own release knows it.
 */
export const amendedTo = "2026f";

const europeanSummer = {
  start: { month: 3, weekday: 7, day: -1, time: "03:00" },
  end: { month: 10, weekday: 7, day: -1, time: "04:00" },
  save: 60,
} as const;

export const amendments: Readonly<Record<string, TimeZoneEntry>> = {
  "Africa/Casablanca": { offset: 0 }, // 2026c: from 20 September 2026
  "Africa/El_Aaiun": { offset: 0 }, // 2026c, as Casablanca
  "America/Edmonton": { offset: -360 }, // 2026c: from 18 June 2026
  "America/Havana": {
    offset: -240,
    inexact: "Cuba stays on summer time until 7 November 2027, and its yearly changes come back then",
  }, // 2026f
  "America/Inuvik": { offset: -360 }, // 2026d: from 21 August 2026
  "America/Vancouver": { offset: -420 }, // 2026b: from 9 March 2026
  "America/Winnipeg": { offset: -300 }, // 2026e: from 31 October 2026
  "Europe/Chisinau": { offset: 120, dst: europeanSummer }, // 2026a: Europe's hours of change, since 2022
};

/**
 * Phones keep the tz database of their firmware; 2018c is what was seen on one (cisco-sep-elements.tsv, `tzolsonversion`).
 * For zones made or changed since: a zone of the same clock today whose rules were the same in 2018 already (2018d, as
 * moment-timezone 0.5.15 carries it, gives the same clock for the years of the table). Cairo, Easter, Godthab, Norfolk,
 * Santiago, Scoresbysund and Tehran have none, and Havana none for both sides of 2027.
 */
export const standIns: Readonly<Record<string, string>> = {
  "Africa/Abidjan": "Africa/Casablanca Africa/El_Aaiun Africa/Sao_Tome",
  "Africa/Maputo": "Africa/Juba",
  "America/Cayenne": "America/Asuncion America/Coyhaique America/Sao_Paulo",
  "America/Chicago": "America/Ojinaga",
  "America/Denver": "America/Ciudad_Juarez",
  "America/La_Paz": "America/Campo_Grande America/Cuiaba",
  "America/Panama": "America/Winnipeg",
  "America/Phoenix": "America/Dawson America/Mazatlan America/Vancouver America/Whitehorse",
  "America/Regina":
    "America/Bahia_Banderas America/Chihuahua America/Edmonton America/Inuvik America/Merida America/Mexico_City " +
    "America/Monterrey",
  "Asia/Riyadh": "Asia/Amman Asia/Damascus",
  "Asia/Tashkent": "Antarctica/Vostok Asia/Almaty Asia/Qostanay Asia/Qyzylorda",
  "Asia/Tokyo": "Asia/Pyongyang",
  "Australia/Hobart": "Antarctica/Macquarie",
  "Europe/Athens": "Europe/Chisinau",
  "Pacific/Fakaofo": "Pacific/Apia",
  "Pacific/Wake": "Pacific/Fiji",
};
