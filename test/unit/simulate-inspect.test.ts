import { describe, expect, it } from "vitest";
import { createCatalogue } from "../../server/catalogue/catalogue.ts";
import { inspect } from "../../server/simulate/inspect.ts";
import type { Subject } from "../../server/simulate/inspection.ts";

const catalogue = createCatalogue("profiles");
const facts = { mac: "00562b043615", psn: "8851-3PCC", pn: "CP-8851-3PCC" };

function read(family: string, name: string, expected: Subject["expect"], body: string | Buffer) {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  return inspect({ family: catalogue.family(family), facts, name, expect: expected, body: bytes });
}

type Case = readonly [what: string, change: (good: string) => string | Buffer, problems: readonly string[]];

function flat(...elements: string[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<flat-profile>\n${elements.map((each) => `  ${each}\n`).join("")}</flat-profile>\n`;
}

const ownProfile = flat(
  "<Profile_Rule>/$PSN.xml</Profile_Rule>",
  "<Profile_Rule_B>http://192.0.2.1:6970/$MA.xml</Profile_Rule_B>",
  "<Resync_Error_Retry_Delay>30,60,120</Resync_Error_Retry_Delay>",
  "<Line_Enable_1_>Yes</Line_Enable_1_>",
  "<Proxy_1_>pbx.example.com</Proxy_1_>",
  "<User_ID_1_>201</User_ID_1_>",
  "<Password_1_>s3cr&amp;t&#8364;</Password_1_>",
  "<Display_Name_1_>Zo&#235;</Display_Name_1_>",
  "<Line_Enable_2_>No</Line_Enable_2_>",
  "<User_ID_2_></User_ID_2_>",
);

describe("a phone's own flat profile", () => {
  it("is right, and its values are read", () => {
    const { root, values, problems, needs } = read("cisco/mpp", "/00562b043615.xml", "device", ownProfile);
    expect({ root, problems, needs }).toEqual({ root: "flat-profile", problems: [], needs: [] });
    expect(values.get("Password_1_")).toBe("s3cr&t€");
    expect(values.get("Display_Name_1_")).toBe("Zoë");
    expect(values.get("User_ID_2_")).toBe("");
  });

  const put = (from: string, to: string) => (good: string) => good.replace(from, to);
  it.each<Case>([
    [
      "broken XML, without a name from it",
      put("s3cr&amp;t", "x<hunter2>y"),
      ["is not well-formed XML: line 9, column 47: unexpected close tag"],
    ],
    [
      "an entity that XML does not have",
      put("&amp;", "&nbsp;"),
      ["is not well-formed XML: line 9, column 25: undefined entity"],
    ],
    ["an empty body", () => "", ["is not well-formed XML: line 1, column 0: document must contain a root element"]],
    ["another root", (good) => good.replaceAll("flat-profile", "device"), ["the root element is not flat-profile"]],
    ["a byte order mark", (good) => `\ufeff${good}`, ["begins with a byte order mark"]],
    ["another encoding", put("UTF-8", "ISO-8859-1"), ["declares another encoding"]],
    ["bytes that are not UTF-8", (good) => Buffer.from(good.replace("Zo&#235;", "Zoë"), "latin1"), ["is not UTF-8"]],
    [
      "a document type",
      put("<flat-profile>", "<!DOCTYPE flat-profile>\n<flat-profile>"),
      ["has a document type declaration"],
    ],
    [
      "an unknown name",
      put("</flat-profile>", "<Proxi_1_>a</Proxi_1_></flat-profile>"),
      ["Proxi_1_ is not known to cisco/mpp"],
    ],
    ["a name twice", put("</flat-profile>", "<Proxy_1_>a</Proxy_1_></flat-profile>"), ["Proxy_1_ stands twice"]],
    ["blanks at the ends", put(">201<", "> 201<"), ["User_ID_1_ loses blanks at its ends"]],
    ["a line break", put("Zo&#235;", "Zo&#10;e"), ["Display_Name_1_ loses its line breaks"]],
    ["stray text", put("</flat-profile>", "oops</flat-profile>"), ["text stands between the elements"]],
    [
      "a rule without a leading slash",
      put(">/$PSN.xml", ">http://192.0.2.1/$PSN.xml"),
      ["Profile_Rule does not begin with /"],
    ],
    [
      "no error retry",
      put("<Resync_Error_Retry_Delay>30,60,120</Resync_Error_Retry_Delay>", ""),
      ["Resync_Error_Retry_Delay is missing"],
    ],
    [
      "an error retry of 0",
      put("30,60,120", "30,0"),
      ["Resync_Error_Retry_Delay holds something other than seconds above 0"],
    ],
    ["no line at all", put("<Line_Enable_1_>Yes", "<Line_Enable_1_>No"), ["no line is enabled"]],
    [
      "a line without an account",
      (good) => good.replace(">201<", "><").replace("pbx.example.com", ""),
      ["Line_Enable_1_ is Yes and User_ID_1_ is empty", "Line_Enable_1_ is Yes and Proxy_1_ is empty"],
    ],
    ["a line without a secret", put("s3cr&amp;t&#8364;", ""), ["Line_Enable_1_ is Yes and Password_1_ is empty"]],
  ])("%s", (_, change, problems) => {
    expect(read("cisco/mpp", "/00562b043615.xml", "device", change(ownProfile)).problems).toEqual(problems);
  });

  it("tells a file that is broken throughout in few words", () => {
    const elements = Array.from({ length: 30 }, (_, index) => `<Nonsense${index}>1</Nonsense${index}>`);
    const { problems } = read(
      "cisco/mpp",
      "/x.xml",
      "device",
      ownProfile.replace("</flat", `${elements.join("")}</flat`),
    );
    expect([problems.length, problems.at(-1)]).toEqual([21, "and 10 more"]);
  });

  it.each([
    ["http://192.0.2.1:6970/sip88xx.12-0-7.loads", ["/sip88xx.12-0-7.loads"]],
    [
      "( $SWVER lt 12.0.7 )? [--uid a --pwd b] tftp://h/a.loads | http://h/$PSN/$MA.loads",
      ["/a.loads", "/8851-3PCC/00562b043615.loads"],
    ],
    ["http://h/$SN.loads", []],
  ])("needs the files of the upgrade rule %s", (rule, files) => {
    const escaped = rule.replaceAll("<", "&lt;");
    const body = ownProfile.replace("</flat-profile>", `<Upgrade_Rule>${escaped}</Upgrade_Rule></flat-profile>`);
    const { needs, problems } = read("cisco/mpp", "/00562b043615.xml", "device", body);
    expect({ needs, problems }).toEqual({ needs: files.map((file) => ({ by: "Upgrade_Rule", file })), problems: [] });
  });

  it("reads the nested names of an adapter", () => {
    const clock =
      "<router-configuration><Time_Setup><Time_Server>ntp</Time_Server></Time_Setup></router-configuration>";
    const good = ownProfile.replace("</flat-profile>", `${clock}</flat-profile>`);
    const adapter = read("cisco/ata", "/00562b043615.xml", "device", good);
    expect(adapter.problems).toEqual([]);
    expect(adapter.values.get("router-configuration/Time_Setup/Time_Server")).toBe("ntp");
    expect(read("cisco/ata", "/x.xml", "device", good.replace("<Time_Setup>", "<Time_Setup>x")).problems).toEqual([
      "text stands between the elements of router-configuration/Time_Setup",
    ]);
  });
});

describe("a bootstrap", () => {
  const good = flat(
    "<Provision_Enable>Yes</Provision_Enable>",
    "<Resync_On_Reset>Yes</Resync_On_Reset>",
    "<Profile_Rule>/$PSN.xml</Profile_Rule>",
    "<Profile_Rule_B>/$MA.xml</Profile_Rule_B>",
    "<Resync_Error_Retry_Delay>30,60</Resync_Error_Retry_Delay>",
    "<Resync_Fails_On_FNF>Yes</Resync_Fails_On_FNF>",
  );
  it.each<Case>([
    ["is right", (body) => body, []],
    [
      "a parameter that has no place",
      (body) => body.replace("</flat", "<Time_Zone>GMT</Time_Zone></flat"),
      ["Time_Zone has no place in a bootstrap"],
    ],
    [
      "a secret",
      (body) => body.replace("</flat", "<Password_1_>x</Password_1_></flat"),
      ["Password_1_ is a secret and stands in a bootstrap"],
    ],
    ["no way to the own file", (body) => body.replace("$MA", "all"), ["no rule leads to the phone's own file"]],
    [
      "another rule than a path",
      (body) => body.replace(">/$PSN", ">tftp://h/$PSN"),
      ["Profile_Rule does not begin with /"],
    ],
    [
      "an error retry of 0",
      (body) => body.replace("30,60", "0"),
      ["Resync_Error_Retry_Delay holds something other than seconds above 0"],
    ],
  ])("%s", (_, change, problems) => {
    expect(read("cisco/mpp", "/8851-3PCC.xml", "bootstrap", change(good)).problems).toEqual(problems);
  });
});

describe("SEP<MAC>.cnf.xml", () => {
  const good = `<?xml version="1.0" encoding="UTF-8"?>
<device>
  <deviceProtocol>SIP</deviceProtocol>
  <devicePool><dateTimeSetting><ntps>
    <ntp><name>a</name></ntp>
    <ntp><name>b</name></ntp>
  </ntps></dateTimeSetting></devicePool>
  <sipProfile><sipLines>
    <line button="1" lineIndex="1"><featureID>9</featureID><proxy>pbx</proxy><name>201</name>
      <authName>201</authName><authPassword>s3cret</authPassword></line>
    <line button="2"><featureID>2</featureID><speedDialNumber>5</speedDialNumber></line>
  </sipLines></sipProfile>
</device>
`;
  const own = (body: string | Buffer) => read("cisco/enterprise", "SEP00562B043615.cnf.xml", "device", body);

  it("is right, and its values have paths", () => {
    const { root, values, problems } = own(good);
    expect({ root, problems }).toEqual({ root: "device", problems: [] });
    expect([...values]).toEqual([
      ["device/deviceProtocol", "SIP"],
      ["device/devicePool/dateTimeSetting/ntps/ntp[1]/name", "a"],
      ["device/devicePool/dateTimeSetting/ntps/ntp[2]/name", "b"],
      ["device/sipProfile/sipLines/line[button=1]@lineIndex", "1"],
      ["device/sipProfile/sipLines/line[button=1]/featureID", "9"],
      ["device/sipProfile/sipLines/line[button=1]/proxy", "pbx"],
      ["device/sipProfile/sipLines/line[button=1]/name", "201"],
      ["device/sipProfile/sipLines/line[button=1]/authName", "201"],
      ["device/sipProfile/sipLines/line[button=1]/authPassword", "s3cret"],
      ["device/sipProfile/sipLines/line[button=2]/featureID", "2"],
      ["device/sipProfile/sipLines/line[button=2]/speedDialNumber", "5"],
    ]);
  });

  const put = (from: string, to: string) => (body: string) => body.replace(from, to);
  it.each<Case>([
    ["another root", (body) => body.replaceAll("device>", "Default>"), ["the root element is not device"]],
    [
      "an unknown element",
      put("<deviceProtocol>", "<deviceProtokol>1</deviceProtokol><deviceProtocol>"),
      ["device/deviceProtokol is not known to cisco/enterprise"],
    ],
    [
      "an unknown attribute",
      put('button="2"', 'button="2" colour="red"'),
      ["device/sipProfile/sipLines/line[button=2]@colour is not known to cisco/enterprise"],
    ],
    [
      "an element twice",
      put("<deviceProtocol>", "<deviceProtocol>SIP</deviceProtocol><deviceProtocol>"),
      ["device/deviceProtocol stands twice"],
    ],
    ["blanks at the ends", put(">SIP<", ">SIP <"), ["device/deviceProtocol has blanks at its ends"]],
    ["stray text", put("<device>", "<device>x"), ["text stands between the elements of device"]],
    [
      "a button twice",
      put("</sipLines>", '<line button="1"><speedDialIndex>3</speedDialIndex></line></sipLines>'),
      ["button 1 stands twice"],
    ],
    ["a line without a button", put(' button="2"', ""), ["a line has no button"]],
    ["no line that registers", put("<featureID>9", "<featureID>20"), ["no button is a line (featureID 9)"]],
    [
      "a line without an account",
      (body) => body.replace("<name>201</name>", "").replace(">s3cret<", "><"),
      ["the line of button 1 has no name", "the line of button 1 has no authPassword"],
    ],
    ["a line without the rest", put("<proxy>pbx</proxy>", "<proxy></proxy>"), ["the line of button 1 has no proxy"]],
    ["a line without a login", put("<authName>201</authName>", ""), ["the line of button 1 has no authName"]],
    [
      "a secret that is cut off",
      put("s3cret", "x".repeat(32)),
      ["the authPassword of button 1 is longer than 31 bytes"],
    ],
  ])("%s", (_, change, problems) => {
    expect(own(change(good)).problems).toEqual(problems);
  });

  it("needs the load, the dial template and the soft keys that it names", () => {
    const named = "<loadInformation>sip88xx.14-2-1</loadInformation></device>";
    const body = good
      .replace("</sipProfile>", "<dialTemplate>d.xml</dialTemplate><softKeyFile>s.xml</softKeyFile></sipProfile>")
      .replace("</device>", named);
    const { needs, problems } = own(body);
    expect({ needs, problems }).toEqual({
      needs: [
        { by: "dialTemplate", file: "d.xml" },
        { by: "softKeyFile", file: "s.xml" },
        { by: "loadInformation", file: "sip88xx.14-2-1.loads" },
      ],
      problems: [],
    });
    expect(own(good.replace("</device>", "<loadInformation></loadInformation></device>")).needs).toEqual([]);
  });
});

describe("text files of the 7940 and 7960", () => {
  const good = `; comment
proxy1_address: "pbx.example.com" ; the PBX
line1_name: 201
line1_authname: "201"
line1_password: "a;b: c"
line2_name: ""
line2_password: "UNPROVISIONED"
`;
  const own = (body: string | Buffer) => read("cisco/sip79xx", "SIP000E84ABCDEF.cnf", "device", body);

  it("is right, and its values are read", () => {
    const { root, values, problems } = own(good);
    expect({ root, problems }).toEqual({ root: undefined, problems: [] });
    expect(values.get("line1_password")).toBe("a;b: c");
    expect(values.get("line1_name")).toBe("201");
    expect(values.get("proxy1_address")).toBe("pbx.example.com");
  });

  it.each<Case>([
    ["a line of another form", (body) => `${body}what is this\n`, ["line 8 is not of the form key: value"]],
    ["an unknown name", (body) => `${body}line9_name: 1\n`, ["line9_name is not known to cisco/sip79xx"]],
    ["a name twice", (body) => `${body}line1_name: 202\n`, ["line1_name stands twice"]],
    ["a byte order mark", (body) => `\ufeff${body}`, ["begins with a byte order mark"]],
    ["bytes that are not UTF-8", (body) => Buffer.from(`${body}; ë`, "latin1"), ["is not UTF-8"]],
    ["no line", (body) => body.replace("line1_name: 201", ""), ["no line is set up"]],
    [
      "a line without an account",
      (body) => body.replace('"a;b: c"', "UNPROVISIONED").replace('"201"', '""'),
      ["line1_name is set and line1_authname is empty", "line1_name is set and line1_password is empty"],
    ],
    [
      "a line without a server",
      (body) => body.replace("pbx.example.com", ""),
      ["line1_name is set and proxy1_address is empty"],
    ],
  ])("%s", (_, change, problems) => {
    expect(own(change(good)).problems).toEqual(problems);
  });

  it("needs the image and the dial template that it names", () => {
    expect(own(`${good}image_version: P0S3-8-12-00\ndial_template: dialplan\n`).needs).toEqual([
      { by: "image_version", file: "P0S3-8-12-00.sb2" },
      { by: "dial_template", file: "dialplan.xml" },
    ]);
  });

  it.each([
    ["; says nothing\n", []],
    ['line1_password: "UNPROVISIONED"\n', []],
    ["phone_password: 1234\n", ["phone_password is a secret and stands in a file for every phone"]],
  ])("SIPDefault.cnf with %j", (body, problems) => {
    expect(read("cisco/sip79xx", "SIPDefault.cnf", "common", body).problems).toEqual(problems);
  });
});

describe("companions", () => {
  const ring = (name: string) => `<Ring><DisplayName>${name}</DisplayName><FileName>${name}.raw</FileName></Ring>`;
  const keys = (count: number) => '<softKey keyID="Hold"/>'.repeat(count);
  const softKeys = (inside: string) =>
    `<softKeyCfg><typeSoftKey><softKeyDef keyID="Hold"/></typeSoftKey><softKeySets><softKeySet id="On Hook">${inside}</softKeySet></softKeySets></softKeyCfg>`;
  const rule = '<DialRule BeginsWith="1" NumDigits="7" DigitsToRemove="0" PrefixWith="9"/>';

  it.each<readonly [name: string, body: string, problems: readonly string[]]>([
    [
      "dialplan-00562B043615.xml",
      '<dialTemplate><TEMPLATE match="11." timeout="0"/><TEMPLATE match="\\**" timeout="5"/></dialTemplate>',
      [],
    ],
    ["dialplan.xml", '<DIALTEMPLATE><TEMPLATE MATCH="*" Timeout="5"/></DIALTEMPLATE>', []],
    ["dialplan.xml", "<DialTemplate/>", ["the root element is not dialTemplate or DIALTEMPLATE"]],
    ["dialplan.xml", "<dialTemplate></dialTemplate>", ["has no TEMPLATE"]],
    ["dialplan.xml", '<dialTemplate><template match="*" timeout="5"/></dialTemplate>', ["element 1 is not TEMPLATE"]],
    ["dialplan.xml", '<dialTemplate><TEMPLATE timeout="5"/></dialTemplate>', ["TEMPLATE 1 has no match"]],
    [
      "dialplan.xml",
      '<dialTemplate><TEMPLATE match="[1-9]" timeout="5"/></dialTemplate>',
      ["TEMPLATE 1 has a match that is no pattern"],
    ],
    [
      "dialplan.xml",
      '<dialTemplate><TEMPLATE match="*" timeout="soon"/></dialTemplate>',
      ["TEMPLATE 1 has no timeout in seconds"],
    ],
    ["Ringlist-wb.xml", `<CiscoIPPhoneRingList>${ring("Bell")}</CiscoIPPhoneRingList>`, []],
    ["Ringlist.xml", "<CiscoIPPhoneRingList/>", []],
    ["Ringlist.xml", "<RingList/>", ["the root element is not CiscoIPPhoneRingList"]],
    [
      "Ringlist.xml",
      `<CiscoIPPhoneRingList>${ring("Bell").repeat(51)}</CiscoIPPhoneRingList>`,
      ["has 51 rings, more than 50"],
    ],
    [
      "Ringlist.xml",
      `<CiscoIPPhoneRingList>${ring("a".repeat(26))}</CiscoIPPhoneRingList>`,
      ["ring 1 needs two names of 1 to 25 characters"],
    ],
    [
      "Ringlist.xml",
      "<CiscoIPPhoneRingList><Ring><DisplayName>a</DisplayName></Ring></CiscoIPPhoneRingList>",
      ["ring 1 needs two names of 1 to 25 characters"],
    ],
    ["RINGLIST.DAT", "Bell\tbell.raw\nOther\tother.raw\n", []],
    ["RINGLIST.DAT", "", []],
    ["RINGLIST.DAT", "Bell bell.raw\n", ["ring 1 needs two names of 1 to 25 characters"]],
    ["AppDialRules.xml", `<DialRules>${rule}</DialRules>`, []],
    ["AppDialRules.xml", "<ApplicationDialRules/>", ["the root element is not DialRules"]],
    ["AppDialRules.xml", "<DialRules><Rule/></DialRules>", ["element 1 is not DialRule"]],
    [
      "AppDialRules.xml",
      `<DialRules>${rule.replace('NumDigits="7"', "")}</DialRules>`,
      ["DialRule 1 has no NumDigits"],
    ],
    ["softkeys.xml", softKeys(keys(16)), []],
    ["softkeys.xml", "<softKeys/>", ["the root element is not softKeyCfg"]],
    ["softkeys.xml", softKeys(keys(17)), ["the soft keys of On Hook are more than 16"]],
    ["softkeys.xml", softKeys('<softKey keyID="Fly"/>'), ["the soft keys of On Hook name 1 that are not defined"]],
    ["XMLDefault.cnf.xml", "<Default></Default>", []],
    ["XMLDefault.cnf.xml", "<device></device>", ["the root element is not Default"]],
    ["XMLDefault.cnf.xml", "<Default><callManagerGroup/></Default>", ["names a call manager (callManagerGroup)"]],
    ["XMLDefault.cnf.xml", '<Default><loadInformation435 model="x"/></Default>', ["names a load (loadInformation435)"]],
    ["syncinfo.xml", '<SYNCINFO><IMAGE VERSION="*" SYNC="1"/></SYNCINFO>', []],
    ["syncinfo.xml", "<SYNCINFO/>", ["has not one IMAGE"]],
    ["other.txt", "", ["is empty"]],
    ["other.txt", "x", []],
  ])("%s, case %#", (name, body, problems) => {
    expect(read("cisco/enterprise", name, "common", body).problems).toEqual(problems);
  });

  it.each([
    ["CTLSEP00562B043615.tlv", ["is a trust list, which must not be served"]],
    ["English_United_States/sl-be-sip.jar", []],
  ])("%s where nothing was expected", (name, problems) => {
    expect(read("cisco/enterprise", name, "nothing", "x").problems).toEqual(problems);
  });
});
