/** A name of Cisco's closed list for `timeZone`, and what the table's generator takes it for. */
interface CiscoName {
  readonly cisco: string;
  /** The zone that this name stands for: CLDR 48, windowsZones, territory 001, since the list is Windows' of about 2005. */
  readonly like: string;
  /** Zones that take this name although another has the same clock. */
  readonly also?: string;
  /** The country has changed its rule since 2010: a load of that age has the old one. */
  readonly doubted?: true;
}

/**
 * The enterprise loads' zone names (reference C.1, from usecallmanager.nz), exactly as a phone must get them. Of names with
 * the same clock the first is taken, where no `also` says otherwise.
 *
 * - For +01:00 with Europe's summer: Paris and its CLDR group go to Central Europe, as Wazo does, since Romance is not seen
 *   in any published file; Berlin's group keeps W. Europe, the only one of the three that no source puts at +02:00.
 * - For +02:00 with Europe's summer GTB (Greece, Turkey, Bulgaria; CLDR: Athens, Bucharest), Chisinau too, and never
 *   E. Europe, which Wazo gives Athens: CLDR keeps that one for Chisinau, whose changes came an hour earlier until 2022.
 * - Left out are names whose country dropped daylight time (Mexico, Brazil, Russia, the Caucasus, Ekaterinburg) and Indiana,
 *   which took it up: a plain name of the same offset shows the right time on every load.
 * - Samoa means -11:00 here, as the list prints and Windows meant before 2011; Pago Pago is still there.
 */
export const ciscoNames: readonly CiscoName[] = [
  { cisco: "Dateline Standard Time", like: "Etc/GMT+12" },
  { cisco: "Samoa Standard Time", like: "Pacific/Pago_Pago" },
  { cisco: "Hawaiian Standard Time", like: "Pacific/Honolulu" },
  { cisco: "Alaskan Standard/Daylight Time", like: "America/Anchorage" },
  { cisco: "Pacific Standard/Daylight Time", like: "America/Los_Angeles" },
  { cisco: "Mountain Standard/Daylight Time", like: "America/Denver" },
  { cisco: "US Mountain Standard Time", like: "America/Phoenix" },
  { cisco: "Central Standard/Daylight Time", like: "America/Chicago" },
  { cisco: "Canada Central Standard Time", like: "America/Regina" },
  { cisco: "SA Pacific Standard Time", like: "America/Bogota" },
  { cisco: "Eastern Standard/Daylight Time", like: "America/New_York" },
  { cisco: "Atlantic Standard/Daylight Time", like: "America/Halifax" },
  { cisco: "SA Western Standard Time", like: "America/La_Paz" },
  { cisco: "Pacific SA Standard Time", like: "America/Santiago", doubted: true },
  { cisco: "Newfoundland Standard/Daylight Time", like: "America/St_Johns", doubted: true },
  { cisco: "SA Eastern Standard Time", like: "America/Cayenne" },
  { cisco: "Mid-Atlantic Standard/Daylight Time", like: "Etc/GMT+2", doubted: true },
  { cisco: "Azores Standard/Daylight Time", like: "Atlantic/Azores" },
  { cisco: "GMT Standard/Daylight Time", like: "Europe/London" },
  { cisco: "Greenwich Standard Time", like: "Africa/Abidjan" },
  { cisco: "W. Europe Standard/Daylight Time", like: "Europe/Berlin" },
  {
    cisco: "Central Europe Standard/Daylight Time",
    like: "Europe/Budapest",
    also:
      "Europe/Tirane Europe/Prague Europe/Podgorica Europe/Belgrade Europe/Ljubljana Europe/Bratislava Europe/Warsaw " +
      "Europe/Sarajevo Europe/Zagreb Europe/Skopje Europe/Paris Europe/Brussels Europe/Copenhagen Europe/Madrid Africa/Ceuta",
  },
  { cisco: "GTB Standard/Daylight Time", like: "Europe/Bucharest" },
  { cisco: "Egypt Standard/Daylight Time", like: "Africa/Cairo", doubted: true },
  { cisco: "South Africa Standard Time", like: "Africa/Johannesburg" },
  { cisco: "Jerusalem Standard/Daylight Time", like: "Asia/Jerusalem", doubted: true },
  { cisco: "Saudi Arabia Standard Time", like: "Asia/Riyadh" },
  { cisco: "Iran Standard/Daylight Time", like: "Asia/Tehran", doubted: true },
  { cisco: "Arabian Standard Time", like: "Asia/Dubai" },
  { cisco: "Afghanistan Standard Time", like: "Asia/Kabul" },
  { cisco: "West Asia Standard Time", like: "Asia/Tashkent" },
  { cisco: "India Standard Time", like: "Asia/Kolkata" },
  { cisco: "Central Asia Standard Time", like: "Asia/Bishkek" },
  { cisco: "SE Asia Standard Time", like: "Asia/Bangkok" },
  { cisco: "Taipei Standard Time", like: "Asia/Taipei" },
  // No Windows has ever known daylight time for this name, whatever Cisco calls it.
  { cisco: "China Standard/Daylight Time", like: "Asia/Shanghai", also: "Asia/Hong_Kong Asia/Macau" },
  { cisco: "Tokyo Standard Time", like: "Asia/Tokyo" },
  { cisco: "Cen. Australia Standard/Daylight Time", like: "Australia/Adelaide" },
  { cisco: "AUS Central Standard Time", like: "Australia/Darwin" },
  { cisco: "AUS Eastern Standard/Daylight Time", like: "Australia/Sydney" },
  { cisco: "West Pacific Standard Time", like: "Pacific/Port_Moresby" },
  { cisco: "E. Australia Standard Time", like: "Australia/Brisbane", also: "Australia/Lindeman" },
  { cisco: "Tasmania Standard/Daylight Time", like: "Australia/Hobart", also: "Antarctica/Macquarie" },
  { cisco: "Central Pacific Standard Time", like: "Pacific/Guadalcanal" },
  { cisco: "Fiji Standard Time", like: "Pacific/Fiji" },
  { cisco: "New Zealand Standard/Daylight Time", like: "Pacific/Auckland" },
];
