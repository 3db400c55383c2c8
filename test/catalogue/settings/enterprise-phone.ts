import type { Reading } from "./reading.ts";

const vendor = (name: string) => `device/vendorConfig/${name}`;
const clock = (name: string) => `device/devicePool/dateTimeSetting/${name}`;
const line = (name: string) => `device/sipProfile/sipLines/line[button=1]/${name}`;
const notThere = (...names: string[]) => Object.fromEntries(names.map((name) => [name, undefined]));

/** A switch of vendorConfig that takes 0 and 1; `on` is what on is called. */
function bits(setting: string, names: readonly string[], on: "0" | "1", model?: string): Reading[] {
  return [true, false].map((value) => ({
    setting,
    value,
    ...(model !== undefined && { model }),
    reads: Object.fromEntries(names.map((name) => [vendor(name), value === (on === "1") ? "1" : "0"])),
  }));
}

const folders: Readonly<Record<string, readonly [folder: string, code: string]>> = {
  en: ["English_United_States", "en_US"],
  bg: ["Bulgarian_Bulgaria", "bg_BG"],
  hr: ["Croatian_Croatia", "hr_HR"],
  cs: ["Czech_Czech_Republic", "cs_CZ"],
  da: ["Danish_Denmark", "da_DK"],
  nl: ["Dutch_Netherlands", "nl_NL"],
  et: ["Estonian_Estonia", "et_EE"],
  fi: ["Finnish_Finland", "fi_FI"],
  fr: ["French_France", "fr_FR"],
  de: ["German_Germany", "de_DE"],
  el: ["Greek_Greece", "el_GR"],
  hu: ["Hungarian_Hungary", "hu_HU"],
  it: ["Italian_Italy", "it_IT"],
  lv: ["Latvian_Latvia", "lv_LV"],
  lt: ["Lithuanian_Lithuania", "lt_LT"],
  no: ["Norwegian_Norway", "no_NO"],
  pl: ["Polish_Poland", "pl_PL"],
  pt: ["Portuguese_Portugal", "pt_PT"],
  ro: ["Romanian_Romania", "ro_RO"],
  sk: ["Slovak_Slovakia", "sk_SK"],
  sl: ["Slovenian_Slovenia", "sl_SI"],
  es: ["Spanish_Spain", "es_ES"],
  sv: ["Swedish_Sweden", "sv_SE"],
};

const lit = [
  ["1m", "1,2,3,4,5,6,7", "00:01"],
  ["5m", "1,2,3,4,5,6,7", "00:05"],
  ["30m", "1,2,3,4,5,6,7", "00:30"],
  ["always", "", "01:00"],
] as const;

/** A picture has the size of the screen. */
const pictures = [
  ["cisco/8851", "800x480x24"],
  ["cisco/9971", "640x480x24"],
  ["cisco/8821", "240x320x24"],
] as const;

const display: readonly Reading[] = [
  ...Object.entries(folders).map(
    ([value, [folder, code]]): Reading => ({
      setting: "phone.language",
      value,
      reads: { "device/userLocale/name": folder, "device/userLocale/langCode": code },
      without: { "device/userLocale/name": "English_United_States", "device/userLocale/langCode": "en_US" },
    }),
  ),
  {
    setting: "phone.label",
    value: "Lobby 2",
    reads: { "device/sipProfile/phoneLabel": "Lobby 2" },
    without: { "device/sipProfile/phoneLabel": "" },
  },
  ...lit.map(
    ([value, days, idle]): Reading => ({
      setting: "display.backlight",
      value,
      reads: {
        [vendor("daysDisplayNotActive")]: days,
        [vendor("displayOnTime")]: "00:00",
        [vendor("displayOnDuration")]: "24:00",
        [vendor("displayIdleTimeout")]: idle,
        [vendor("daysBacklightNotActive")]: days,
        [vendor("backlightOnTime")]: "00:00",
        [vendor("backlightOnDuration")]: "24:00",
        [vendor("backlightIdleTimeout")]: idle,
      },
    }),
  ),
  ...pictures.map(
    ([model, folder]): Reading => ({
      setting: "display.wallpaper",
      value: `http://prov.example.com/Desktops/${folder}/Lake.png`,
      model,
      reads: { [vendor("defaultWallpaperFile")]: "Lake.png", "device/commonProfile/backgroundImageAccess": "false" },
      without: notThere(vendor("defaultWallpaperFile"), "device/commonProfile/backgroundImageAccess"),
    }),
  ),
  {
    setting: "tones.folder",
    value: "Greece",
    reads: { "device/networkLocale": "Greece", "device/networkLocaleInfo/name": "Greece" },
    without: notThere("device/networkLocale", "device/networkLocaleInfo/name"),
  },
  { setting: "phone.defaultRing", value: 0, reads: { [line("ringSettingIdle")]: "1" } },
  { setting: "phone.defaultRing", value: 3, reads: { [line("ringSettingIdle")]: "4" } },
  {
    setting: "time.zone",
    value: "Europe/Zagreb",
    reads: { [clock("timeZone")]: "Central Europe Standard/Daylight Time", [clock("olsonTimeZone")]: "Europe/Zagreb" },
  },
  {
    setting: "time.ntp",
    value: "ntp.example.com",
    reads: { [clock("ntps/ntp[1]/name")]: "ntp.example.com", [clock("ntps/ntp[1]/ntpMode")]: "unicast" },
    without: notThere(clock("ntps/ntp[1]/name"), clock("ntps/ntp[1]/ntpMode")),
  },
  {
    setting: "time.ntpBackup",
    value: "two.example.com",
    also: { "time.ntp": "ntp.example.com" },
    reads: { [clock("ntps/ntp[2]/name")]: "two.example.com", [clock("ntps/ntp[2]/ntpMode")]: "unicast" },
  },
  { setting: "time.dateFormat", value: "day/month", reads: { [clock("dateTemplate")]: "D/M/Y" } },
  { setting: "time.dateFormat", value: "month/day", reads: { [clock("dateTemplate")]: "M/D/Y" } },
  { setting: "time.clock", value: "12h", reads: { [clock("dateTemplate")]: "D/M/YA" } },
  {
    setting: "time.clock",
    value: "12h",
    also: { "time.dateFormat": "month/day" },
    reads: { [clock("dateTemplate")]: "M/D/YA" },
  },
  ...bits("sound.headsetHook", ["ehookEnable"], "1"),
];

const access: readonly Reading[] = [
  {
    setting: "phone.adminPassword",
    value: "Wifi-4821",
    model: "cisco/8821",
    reads: { [vendor("adminPassword")]: "Wifi-4821" },
    without: notThere(vendor("adminPassword")),
  },
  {
    setting: "phone.userPassword",
    value: "4821",
    reads: { "device/commonProfile/phonePassword": "4821" },
    without: notThere("device/commonProfile/phonePassword"),
  },
  // Four switches whose 0 is on (cisco.md C.1).
  ...bits("phone.webAccess", ["webAccess"], "0"),
  ...bits("access.ssh", ["sshAccess"], "0"),
  ...bits("network.pcPort", ["pcPort"], "0"),
  ...bits("diag.mirror", ["spanToPCPort"], "0"),
  ...bits("access.webAdmin", ["webAdmin"], "1", "cisco/8821"),
  { setting: "access.webProtocol", value: "http", reads: { [vendor("webProtocol")]: "0" } },
  { setting: "access.webProtocol", value: "https", reads: { [vendor("webProtocol")]: "1" } },
  { setting: "access.menu", value: "all", reads: { [vendor("settingsAccess")]: "1" } },
  { setting: "access.menu", value: "user", reads: { [vendor("settingsAccess")]: "2" } },
  { setting: "access.menu", value: "none", reads: { [vendor("settingsAccess")]: "0" } },
  { setting: "access.sshUser", value: "cisco", reads: { "device/sshUserId": "cisco" } },
  { setting: "access.sshPassword", value: "s3cret", reads: { "device/sshPassword": "s3cret" } },
  ...bits("access.usb", ["usb1", "usb2"], "1"),
  ...bits("access.bluetooth", ["bluetooth"], "1"),
];

const network: readonly Reading[] = [
  ...bits("network.cdp", ["enableCdpSwPort"], "1"),
  ...bits("network.cdp", ["cdpEnable"], "1", "cisco/8821"),
  ...bits("network.lldp", ["enableLldpSwPort"], "1"),
  { setting: "network.8021x", value: true, reads: { [vendor("eapAuthentication")]: "2" } },
  { setting: "network.8021x", value: false, reads: { [vendor("eapAuthentication")]: "1" } },
  { setting: "network.ipVersion", value: "ipv4", reads: { "device/ipAddressMode": "0" } },
  { setting: "network.ipVersion", value: "ipv6", reads: { "device/ipAddressMode": "1" } },
  { setting: "network.ipVersion", value: "dual", reads: { "device/ipAddressMode": "2" } },
  {
    setting: "network.dscpSip",
    value: 26,
    reads: { "device/dscpForCm2Dvce": "104" },
    without: { "device/dscpForCm2Dvce": "96" },
  },
  {
    setting: "network.dscpVoice",
    value: 34,
    reads: { "device/sipProfile/dscpForAudio": "136" },
    without: { "device/sipProfile/dscpForAudio": "184" },
  },
  ...bits("wifi.enabled", ["wifi"], "1", "cisco/8861"),
  ...bits("wifi.enabled", ["wifi"], "1", "cisco/9971"),
];

/** A page behind a key: with encryption it is told a second time, under the name for it. */
/** `otherwise`: what Offhook itself says while nobody set it. */
function pages(setting: string, name: string, model = "cisco/8851", otherwise?: string): Reading[] {
  const secure = `device/secure${name.replace(/^./, (letter) => letter.toUpperCase())}URL`;
  const plain = `device/${name}URL`;
  return ["http", "https"].map((scheme) => ({
    setting,
    value: `${scheme}://pbx.example.com/${name}`,
    model,
    reads: {
      [plain]: `${scheme}://pbx.example.com/${name}`,
      [secure]: scheme === "https" ? `https://pbx.example.com/${name}` : undefined,
    },
    without: { ...notThere(plain, secure), ...(otherwise !== undefined && { [plain]: otherwise }) },
  }));
}

const services: readonly Reading[] = [
  ...pages("directory.url", "directory"),
  ...pages("services.url", "services"),
  ...pages("services.messagesUrl", "messages"),
  ...pages("services.authenticationUrl", "authentication", "cisco/8851", "http://prov.example.com/authentication"),
  ...pages("services.idleUrl", "idle"),
  ...pages("services.informationUrl", "information", "cisco/7965"),
  { setting: "services.idleAfter", value: 90, reads: { "device/idleTimeout": "90" } },
  ...bits("directory.personal", ["accessContacts"], "1", "cisco/8821"),
  {
    setting: "diag.problemReport",
    value: "https://prov.example.com/reports",
    reads: { [vendor("problemReportUploadURL")]: "https://prov.example.com/reports" },
    without: notThere(vendor("problemReportUploadURL")),
  },
  { setting: "diag.callStatistics", value: true, reads: { "device/sipProfile/callStats": "true" } },
  { setting: "diag.callStatistics", value: false, reads: { "device/sipProfile/callStats": "false" } },
  ...bits("firmware.sharing", ["peerFirmwareSharing"], "1"),
  {
    setting: "firmware.server",
    value: "loads.example.com",
    reads: { [vendor("loadServer")]: "loads.example.com" },
    without: notThere(vendor("loadServer")),
  },
  {
    setting: "location.assetId",
    value: "A-4821",
    model: "cisco/7965",
    reads: { [vendor("lldpAssetId")]: "A-4821" },
    without: notThere(vendor("lldpAssetId")),
  },
];

export const phoneReadings: readonly Reading[] = [...display, ...access, ...network, ...services];
