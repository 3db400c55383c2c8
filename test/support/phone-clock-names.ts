const none = "";
const northAmerica = " start=3/8/7/02:00;end=11/1/7/02:00;save=1:00";
const european = (start: number) => ` start=3/-1/7/0${start}:00;end=10/-1/7/0${start + 1}:00;save=1:00`;
const australian = " start=10/1/7/02:00;end=4/1/7/03:00;save=1:00";

/**
 * Cisco's closed list for `timeZone` (reference C.1) with the clock that the name usually stands for: the zone of CLDR 48,
 * windowsZones, territory 001, under its rules of 2026, save for Samoa, which is -11:00 in the list. "Standard Time" of a
 * zone that has daylight time is read as the zone.
 */
export const cldrMeanings: Readonly<Record<string, string>> = {
  "Dateline Standard Time": `-12:00${none}`,
  "Samoa Standard Time": `-11:00${none}`,
  "Hawaiian Standard Time": `-10:00${none}`,
  "Alaskan Standard/Daylight Time": `-09:00${northAmerica}`,
  "Pacific Standard/Daylight Time": `-08:00${northAmerica}`,
  "Mountain Standard/Daylight Time": `-07:00${northAmerica}`,
  "US Mountain Standard Time": `-07:00${none}`,
  "Central Standard/Daylight Time": `-06:00${northAmerica}`,
  "Mexico Standard/Daylight Time": `-06:00${none}`,
  "Canada Central Standard Time": `-06:00${none}`,
  "SA Pacific Standard Time": `-05:00${none}`,
  "Eastern Standard/Daylight Time": `-05:00${northAmerica}`,
  "US Eastern Standard Time": `-05:00${northAmerica}`,
  "Atlantic Standard/Daylight Time": `-04:00${northAmerica}`,
  "SA Western Standard Time": `-04:00${none}`,
  "Pacific SA Standard Time": "-04:00 start=9/2/7/00:00;end=4/2/7/00:00;save=1:00",
  "Newfoundland Standard/Daylight Time": `-03:30${northAmerica}`,
  "E. South America Standard/Daylight Time": `-03:00${none}`,
  "SA Eastern Standard Time": `-03:00${none}`,
  "Pacific SA Daylight Time": `-03:00${none}`,
  "Mid-Atlantic Standard/Daylight Time": `-02:00${none}`,
  "Azores Standard/Daylight Time": `-01:00${european(0)}`,
  "GMT Standard/Daylight Time": `+00:00${european(1)}`,
  "Greenwich Standard Time": `+00:00${none}`,
  "W. Europe Standard/Daylight Time": `+01:00${european(2)}`,
  "GTB Standard/Daylight Time": `+02:00${european(3)}`,
  "Egypt Standard/Daylight Time": "+02:00 start=4/-1/5/00:00;end=10/-1/4/23:59:59;save=1:00",
  "E. Europe Standard/Daylight Time": `+02:00${european(3)}`,
  "Romance Standard/Daylight Time": `+01:00${european(2)}`,
  "Central Europe Standard/Daylight Time": `+01:00${european(2)}`,
  "South Africa Standard Time": `+02:00${none}`,
  "Jerusalem Standard/Daylight Time": "+02:00 start=3/23/5/02:00;end=10/-1/7/02:00;save=1:00",
  "Saudi Arabia Standard Time": `+03:00${none}`,
  "Russian Standard/Daylight Time": `+03:00${none}`,
  "Iran Standard/Daylight Time": `+03:30${none}`,
  "Caucasus Standard/Daylight Time": `+04:00${none}`,
  "Arabian Standard Time": `+04:00${none}`,
  "Afghanistan Standard Time": `+04:30${none}`,
  "West Asia Standard Time": `+05:00${none}`,
  "Ekaterinburg Standard Time": `+05:00${none}`,
  "India Standard Time": `+05:30${none}`,
  "Central Asia Standard Time": `+06:00${none}`,
  "SE Asia Standard Time": `+07:00${none}`,
  "China Standard/Daylight Time": `+08:00${none}`,
  "Taipei Standard Time": `+08:00${none}`,
  "Tokyo Standard Time": `+09:00${none}`,
  "Cen. Australia Standard/Daylight Time": `+09:30${australian}`,
  "AUS Central Standard Time": `+09:30${none}`,
  "E. Australia Standard Time": `+10:00${none}`,
  "AUS Eastern Standard/Daylight Time": `+10:00${australian}`,
  "West Pacific Standard Time": `+10:00${none}`,
  "Tasmania Standard/Daylight Time": `+10:00${australian}`,
  "Central Pacific Standard Time": `+11:00${none}`,
  "Fiji Standard Time": `+12:00${none}`,
  "New Zealand Standard/Daylight Time": "+12:00 start=9/-1/7/02:00;end=4/1/7/03:00;save=1:00",
};

/** Names whose country has changed its rule since 2010, so that a load of that age reads them otherwise. */
export const changedSince2010 = [
  "Egypt Standard/Daylight Time", // no summer time in 2011 to 2022, other dates before
  "Iran Standard/Daylight Time", // summer time until 2022
  "Jerusalem Standard/Daylight Time", // other dates until 2013
  "Mid-Atlantic Standard/Daylight Time", // Windows gave it a summer time that no country has
  "Newfoundland Standard/Daylight Time", // changed at 0:01 until 2011
  "Pacific SA Standard Time", // Chile: other dates until 2022
];
