import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const families = ["mpp", "phoneos", "enterprise", "sip79xx", "spa", "ata"] as const;
type Family = (typeof families)[number];

const columns = ["name", "section", "type", "values", "meaning", "source", "confidence"];
const filled = ["name", "section", "type", "meaning", "source", "confidence"];
const types = new Set(
  "text bool bool01 enum int number secret rule url host script code list file pattern group".split(" "),
);

interface Row {
  readonly line: number;
  readonly cells: readonly string[];
  readonly name: string;
  readonly type: string;
  readonly values: string;
}

interface Table {
  readonly text: string;
  readonly comments: readonly string[];
  readonly header: readonly string[];
  readonly rows: readonly Row[];
}

function parse(text: string): Table {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => !line.startsWith("#"));
  const rows = lines.slice(start + 1, -1).map((line, index) => {
    const cells = line.split("\t");
    const [name = "", , type = "", values = ""] = cells;
    return { line: start + index + 2, cells, name, type, values };
  });
  return { text, comments: lines.slice(0, start), header: lines[start]?.split("\t") ?? [], rows };
}

function problems(table: Table): string[] {
  const seen = new Set<string>();
  return table.rows.flatMap((row) => {
    const found = rowProblems(row);
    if (seen.has(row.name)) found.push("twice");
    seen.add(row.name);
    return found.map((problem) => `${row.line} ${row.name}: ${problem}`);
  });
}

const checks: readonly (readonly [problem: string, applies: (row: Row) => boolean])[] = [
  ["not seven cells", ({ cells }) => cells.length !== columns.length],
  ["white space around a cell", ({ cells }) => cells.some((cell) => cell !== cell.trim())],
  ["not a literal name", ({ name }) => !/^[\w./@-]+$/.test(name) || /(^|_)n(_|$)/.test(name)],
  ["unknown type", ({ type }) => !types.has(type)],
  ["enum without values", ({ type, values }) => type === "enum" && values === ""],
  ["bool01 without 0|1", ({ type, values }) => type === "bool01" && values !== "0|1"],
  ["unknown confidence", ({ cells }) => !/^(high|medium|low)$/.test(cells.at(-1) ?? "")],
  ...filled.map((column) => [`no ${column}`, (row: Row) => !row.cells[columns.indexOf(column)]] as const),
];

function rowProblems(row: Row): string[] {
  return checks.filter(([, applies]) => applies(row)).map(([problem]) => problem);
}

function load(family: Family): Table {
  return parse(readFileSync(new URL(`../../profiles/vocabulary/${family}.tsv`, import.meta.url), "utf8"));
}

const tables: Readonly<Record<Family, Table>> = {
  mpp: load("mpp"),
  phoneos: load("phoneos"),
  enterprise: load("enterprise"),
  sip79xx: load("sip79xx"),
  spa: load("spa"),
  ata: load("ata"),
};

function find(family: Family, name: string): Row | undefined {
  return tables[family].rows.find((row) => row.name === name);
}

function familiesWith(name: string): string {
  return families.filter((family) => find(family, name)).join(" ");
}

function series(from: number, to: number, name: (n: number) => string): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => name(from + index));
}

describe.each(families)("%s.tsv", (family) => {
  const table = tables[family];

  it("starts with comments on columns and types, then the header", () => {
    expect(table.comments[1]).toMatch(/^# columns: name/);
    expect(table.comments[2]).toMatch(/^# types: text, bool/);
    expect(table.header).toEqual(columns);
  });

  it("is plain ASCII and ends with a line feed", () => {
    expect(table.text).toMatch(/^[\t\n\x20-\x7e]+\n$/);
  });

  it("has well-formed rows, no name twice and no empty source", () => {
    expect(table.rows.length).toBeGreaterThan(100);
    expect(problems(table)).toEqual([]);
  });

  it("types every password, passphrase and secret as secret", () => {
    const open = /(passw(or)?d|passphrase|secret|gpp_s[a-d])(_\d+_?)?$/i;
    expect(table.rows.filter((row) => open.test(row.name) && row.type !== "secret").map((row) => row.name)).toEqual([]);
  });
});

describe("the check of the rows", () => {
  const head = `# x\n${columns.join("\t")}\n`;
  it.each([
    ["a name given twice", "A\ts\ttext\t\tm\tsrc\thigh\nA\ts\ttext\t\tm\tsrc\thigh\n", ["4 A: twice"]],
    ["an empty source", "A\ts\ttext\t\tm\t\thigh\n", ["3 A: no source"]],
    ["a missing cell", "A\ts\ttext\tm\tsrc\thigh\n", ["3 A: not seven cells", "3 A: no confidence"]],
    ["a name that is not expanded", "Proxy_n_\ts\ttext\t\tm\tsrc\thigh\n", ["3 Proxy_n_: not a literal name"]],
    ["an unknown type", "A\ts\tstring\t\tm\tsrc\thigh\n", ["3 A: unknown type"]],
    ["an enum without values", "A\ts\tenum\t\tm\tsrc\thigh\n", ["3 A: enum without values"]],
  ])("finds %s", (_, rows, expected) => {
    expect(problems(parse(head + rows))).toEqual(expected);
  });
});

describe("name traps", () => {
  it.each([
    ["Admin_Password", "mpp phoneos spa"],
    ["Admin_Passwd", "spa"],
    ["router-configuration/Web_Login_Admin_Password", "spa ata"],
    ["Web_Login_Admin_Password", ""],
    ["Unit_1_Key_1_", "mpp phoneos"],
    ["Unit_1_Key_1", "spa"],
    ["Default_Ring_1_", "mpp phoneos spa ata"],
    ["Default_Ring__1__", "spa"],
    ["Log_Request_Msg", "mpp phoneos"],
    ["Log_Resync_Request_Msg", "spa ata"],
    ["Feature_Key_Sync_1_", "mpp phoneos ata"],
    ["Device_Feature_Sync_1_", "spa"],
    ["Call_Unpark_Code", "mpp phoneos"],
    ["Call_UnPark_Code", "spa"],
    ["Use_Auth_ID_1_", "spa ata"],
    ["Auth_ID_1_", "mpp phoneos spa ata"],
    ["Call_Pickup_Code", "mpp phoneos spa"],
    ["Attendant_Console_Call_Pickup_Code", "spa"],
    ["Phone-UI-User-Mode", "mpp"],
    ["Phone-UI-user-mode", "spa"],
    ["SIP_TOS_DiffServ_Value_1_", "mpp phoneos spa"],
    ["SIP_ToS_DiffServ_Value_1_", "spa ata"],
    ["SCA_Barge-In-Enable", "mpp phoneos"],
    ["SCA_Barge-In_Enable", "spa"],
    ["Language_Selection", "mpp spa"],
    ["Phone_Language", "phoneos"],
    ["TLS_Min_Version", "phoneos ata"],
    ["Firewall", "mpp phoneos"],
    ["Appearance", "phoneos"],
    ["Action_Button_Function", "phoneos"],
    ["Quick_Number_0_Number", "phoneos"],
    ["Log_Missed_Calls_1_", "phoneos"],
    ["Log_Missed_Calls_16_", "phoneos"],
    ["Log_Missed_Calls_for_EXT_1", "mpp spa"],
    ["Log_Missed_Calls_for_EXT_16", "mpp"],
    ["Log_Missed_Calls_for_EXT_1_", ""],
    ["Auth_Resync-Reboot_1_", "mpp phoneos spa ata"],
    ["Blind_Attn-Xfer_Enable_1_", "mpp phoneos spa ata"],
    ["Enable_LLDP-MED", "mpp phoneos spa"],
    ["Enable_802.1X_Authentication", "mpp phoneos"],
    ["G722.2_Enable_1_", "mpp phoneos"],
    ["Resync_At__HHmm_", "mpp phoneos spa ata"],
    ["Time_Offset__HH_mm_", "mpp phoneos spa"],
    ["Start-Xfer_Key_List", "mpp phoneos spa"],
    ["KEM_Type", "mpp phoneos"],
  ])("%s is a name of: %s", (name, expected) => {
    expect(familiesWith(name)).toBe(expected);
  });

  it.each([
    ["XML_Directory_Service_URL", "mpp spa"],
    ["XML_Application_Service_URL", "mpp spa"],
    ["CISCO_XML_EXE_Enable", "mpp spa"],
    ["Enable_TR-069", "mpp spa"],
    ["ACS_URL", "mpp spa"],
    ["Paging_Serv", "mpp spa"],
  ])("%s is no name of PhoneOS", (name, expected) => {
    expect(familiesWith(name)).toBe(expected);
  });

  it("has no camera names on PhoneOS", () => {
    expect(tables.phoneos.rows.filter((row) => /camera/i.test(row.name))).toEqual([]);
  });

  it.each(["MIC_Cert_Info", "MIC_Cert_Provisioning_Status", "ACS_URL_In_Use", "Software_Version"])(
    "%s is read-only and nowhere",
    (name) => {
      expect(familiesWith(name)).toBe("");
    },
  );

  it("keeps the time zone of an adapter in its router configuration", () => {
    expect(familiesWith("Time_Zone")).toBe("mpp phoneos spa");
    expect(familiesWith("router-configuration/Time_Setup/Time_Zone")).toBe("spa ata");
  });
});

describe("series", () => {
  it.each([
    ["mpp", "Proxy_1_", "Proxy_16_", "Proxy_17_"],
    ["mpp", "Extended_Function_1_", "Extended_Function_16_", "Extended_Function_17_"],
    ["mpp", "Unit_1_Key_1_", "Unit_3_Key_36_", "Unit_3_Key_37_"],
    ["mpp", "Unit_1_Key_1_", "Unit_3_Key_1_", "Unit_4_Key_1_"],
    ["mpp", "PSK_1", "PSK_16", "PSK_17"],
    ["mpp", "Ring1", "Ring12", "Ring13"],
    ["mpp", "Cadence_1", "Cadence_9", "Cadence_10"],
    ["mpp", "Speed_Dial_2_Name", "Speed_Dial_9_Name", "Speed_Dial_1_Name"],
    ["mpp", "Group_1_Paging_Script", "Group_10_Paging_Script", "Group_11_Paging_Script"],
    ["mpp", "Network_Name_1_", "Network_Name_4_", "Network_Name_5_"],
    ["phoneos", "Proxy_1_", "Proxy_16_", "Proxy_17_"],
    ["phoneos", "Unit_1_Key_1_", "Unit_3_Key_40_", "Unit_3_Key_41_"],
    ["phoneos", "PSK_1", "PSK_16", "PSK_17"],
    ["phoneos", "Network_Name_1_", "Wi-Fi_Password_1_", "Network_Name_2_"],
    ["spa", "Proxy_1_", "Proxy_12_", "Proxy_13_"],
    ["spa", "Extended_Function_1_", "Extended_Function_12_", "Extended_Function_13_"],
    ["spa", "Unit_1_Key_1", "Unit_2_Key_32", "Unit_2_Key_33"],
    ["spa", "Unit_1_Key_32", "Unit_2_Key_1", "Unit_2_Key_32_"],
    ["spa", "PSK_1", "PSK_6", "PSK_7"],
    ["ata", "Proxy_1_", "Proxy_2_", "Proxy_3_"],
    ["sip79xx", "proxy1_address", "proxy6_address", "proxy7_address"],
    ["sip79xx", "line1_name", "line6_name", "line7_name"],
    ["sip79xx", "line1_displayname", "line6_displayname", "line7_displayname"],
  ] as const)("%s goes from %s to %s, not to %s", (family, first, last, beyond) => {
    expect([first, last, beyond].map((name) => find(family, name) !== undefined)).toEqual([true, true, false]);
  });

  it.each(["mpp", "phoneos", "spa", "ata"] as const)("%s has GPP_A to GPP_P and the four secret ones", (family) => {
    const names = tables[family].rows.map((row) => row.name).filter((name) => name.startsWith("GPP_"));
    expect(names.sort()).toEqual(
      [..."ABCDEFGHIJKLMNOP"]
        .map((letter) => `GPP_${letter}`)
        .concat("GPP_SA", "GPP_SB", "GPP_SC", "GPP_SD")
        .sort(),
    );
  });

  it.each([
    ["mpp", 16],
    ["phoneos", 16],
    ["spa", 12],
    ["ata", 2],
  ] as const)("%s has a secret password, a user and a proxy for each of %i lines", (family, lines) => {
    const expected = series(1, lines, (n) => `Password_${n}_`);
    const secrets = tables[family].rows.filter((row) => row.type === "secret").map((row) => row.name);
    expect(secrets.filter((name) => /^Password_\d+_$/.test(name))).toEqual(expected);
    expect(series(1, lines, (n) => `User_ID_${n}_`).filter((name) => !find(family, name))).toEqual([]);
    expect(series(1, lines, (n) => `Proxy_${n}_`).filter((name) => !find(family, name))).toEqual([]);
  });
});

describe("enterprise paths", () => {
  it.each([
    "device/deviceProtocol",
    "device/sshPassword",
    "device/vendorConfig/webAccess",
    "device/vendorConfig/WlanProfile4",
    "device/vpnGroup/addresses/url1",
    "device/vpnGroup/addresses/url3",
    "device/vpnGroup/credentials/certHash10",
    "device/sipProfile/sipLines/line@button",
    "device/sipProfile/sipLines/line/authPassword",
  ])("has %s", (path) => {
    expect(familiesWith(path)).toBe("enterprise");
  });

  it.each([
    "device/vpnGroup/addresses/url4",
    "device/vpnGroup/credentials/certHash11",
    "device/vendorConfig/WlanProfile5",
    "device/sipProfile/transportLayerProtocol",
    "device/vendorConfig/alwaysUsePrimeLine",
  ])("has no %s", (path) => {
    expect(familiesWith(path)).toBe("");
  });

  it("starts every path below device and takes no doubtful placement", () => {
    const { rows } = tables.enterprise;
    expect(rows.filter((row) => !/^device[/@]/.test(row.name)).map((row) => row.name)).toEqual([]);
    expect(rows.filter((row) => row.cells.at(-1) === "low").map((row) => row.name)).toEqual([]);
  });
});

describe("text files of the 7940 and 7960", () => {
  it.each([
    ["proxy1_port", "int"],
    ["line6_password", "secret"],
    ["phone_password", "secret"],
    ["dst_start_week_of_month", "enum"],
    ["dst_auto_adjust", "bool01"],
    ["dst_stop_time", "text"],
    ["date_format", "pattern"],
    ["time_zone", "text"],
    ["messages_uri", "text"],
    ["preferred_codec", "enum"],
  ])("has %s of type %s", (name, type) => {
    expect(find("sip79xx", name)?.type).toBe(type);
  });

  it("carries no speed dial keys: no source shows any", () => {
    expect(tables.sip79xx.rows.filter((row) => /speed/i.test(row.name))).toEqual([]);
  });
});
