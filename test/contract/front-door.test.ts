import tftp from "tftp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, type FrontDoor, openFrontDoor } from "../support/front-door.ts";
import { edit } from "../support/office.ts";

/** A whole transfer with an independent client: the bytes, or the number of the ERROR packet's meaning. */
function fetchByTftp(port: number, name: string): Promise<Buffer | string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const stream = tftp.createClient({ host: "127.0.0.1", port, retries: 2, timeout: 2000 }).createGetStream(name);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => resolve(Buffer.concat(chunks)));
    stream.on("error", (error: Error) => resolve(error.message));
  });
}

const devices = [
  ["00562b043615", "cisco/8851-3pcc"],
  ["a4b439d2c001", "cisco/9861"],
  ["001721820542", "cisco/8851"],
  ["000e84abcd01", "cisco/7960"],
  ["8843e157dd01", "cisco/spa504g"],
  ["a0f849112233", "cisco/ata192"],
] as const;

/** What must come back: a text that stands in the file, or the refusal. */
type Expected = { readonly holds: string } | "no such file" | "not proven" | "bad name";

/** Names of the reference's sections B.1 to B.5, as phones write them, and what a phone of this office gets. */
const names: readonly (readonly [string, string, Expected])[] = [
  // B.1 enterprise
  ["CTLSEP001721820542.tlv", "enterprise trust list", "no such file"],
  ["CTLFile.tlv", "enterprise trust list", "no such file"],
  ["ITLSEP001721820542.tlv", "enterprise trust list", "no such file"],
  ["ITLFile.tlv", "enterprise trust list", "no such file"],
  ["SEP001721820542.cnf.xml", "enterprise configuration", { holds: "<name>9003</name>" }],
  ["/SEP001721820542.cnf.xml", "with a leading slash", { holds: "<name>9003</name>" }],
  ["sep001721820542.CNF.XML", "in any case", { holds: "<name>9003</name>" }],
  ["Communicator/SEP001721820542.cnf.xml", "IP Communicator", { holds: "<name>9003</name>" }],
  ["Communicator\\SEP001721820542.cnf.xml", "IP Communicator with a backslash", { holds: "<name>9003</name>" }],
  ["some/folder/SEP001721820542.cnf.xml", "in a folder", { holds: "<name>9003</name>" }],
  ["C:\\SEP001721820542.cnf.xml", "with a drive letter", { holds: "<name>9003</name>" }],
  ["SEP001721820542.cnf.xml.sgn", "signed", "no such file"],
  ["SEP001721820542.cnf.xml.enc.sgn", "encrypted and signed", "no such file"],
  ["XMLDefault.cnf.xml", "default", { holds: "<Default>" }],
  ["XmlDefault.cnf.xml", "default in the other spelling", { holds: "<Default>" }],
  ["dialplan-001721820542.xml", "dial template", { holds: 'match="112"' }],
  [
    "dialplan.xml",
    "dial template for any, in the form of the 7940 and 7960",
    { holds: '<TEMPLATE MATCH="112" Timeout="0"/>' },
  ],
  ["softkeys-001721820542.xml", "soft keys", { holds: "<softKeyCfg>" }],
  ["softkeys.xml", "soft keys for any", { holds: "<softKeyCfg>" }],
  ["AppDialRules.xml", "application dial rules", { holds: "<DialRules>" }],
  ["Ringlist.xml", "ring list", { holds: "CiscoIPPhoneRingList" }],
  ["Ringlist-wb.xml", "wide-band ring list", { holds: "CiscoIPPhoneRingList" }],
  ["English_United_States/mk-sip.jar", "language that is not on the shelf", "no such file"],
  ["United_States/g3-tones.xml", "tones that are not on the shelf", "no such file"],
  ["United_States/g4-tones.xml", "tones that are not on the shelf", "no such file"],
  ["Desktops/320x212x16/List.xml", "wallpapers", { holds: "CiscoIPPhoneImageList" }],
  ["Desktops/95x34x1/List.xml", "wallpapers of a screen that no phone has", "no such file"],
  ["defaultheadsetconfig.json", "headset configuration", "no such file"],
  ["term41.default.loads", "load that is not on the shelf", "no such file"],
  ["SIP41.9-4-2SR3-1S.loads", "load that is not on the shelf", "no such file"],
  ["term61.default.loads", "load of factory boot that is not on the shelf", "no such file"],
  ["apps41.9-4-2ES26.sbn", "part of a load that is not on the shelf", "no such file"],
  ["sip88xx.12-5-1SR1-4.zz.sgn", "part of a load that is not on the shelf", "no such file"],
  ["featurePolicyDefault.xml", "feature policy that is not on the shelf", "no such file"],
  ["English_United_States/7960-dictionary.xml", "7940/60 language that is not on the shelf", "no such file"],
  ["United_States/7960-tones.xml", "7940/60 tones that are not on the shelf", "no such file"],
  ["Desktops/rings/bell.raw", "ring on the shelf by its path", { holds: "bell" }],
  ["bell.raw", "ring on the shelf by its own name", { holds: "bell" }],
  // B.2 7940 and 7960
  ["OS79XX.TXT", "image that is not on the shelf", "no such file"],
  ["SIPDefault.cnf", "default", { holds: "says nothing" }],
  ["SIP000E84ABCD01.cnf", "7960 configuration", { holds: 'line1_name: "9004"' }],
  ["SEP000E84ABCD01.cnf.xml", "what newer loads of a 7960 ask first", "no such file"],
  ["CTLSEP000E84ABCD01.tlv", "trust list of a 7960", "no such file"],
  ["P0S3-8-12-00.loads", "image that is not on the shelf", "no such file"],
  ["P0S3-8-12-00.sb2", "image that is not on the shelf", "no such file"],
  ["RINGLIST.DAT", "ring list", { holds: "bell\tbell.raw" }],
  ["syncinfo.xml", "sync", { holds: '<IMAGE VERSION="*" SYNC="push"/>' }],
  // B.3 multiplatform and PhoneOS
  ["/8851-3PCC.xml", "bootstrap by TFTP and HTTP", { holds: "<Profile_Rule>/$PSN.xml</Profile_Rule>" }],
  ["8851-3PCC.xml", "bootstrap without a slash", { holds: "<Profile_Rule>/$PSN.xml</Profile_Rule>" }],
  [
    "/Cisco/CP-8851-3PCC/00562b043615.cfg",
    "second path of the attempt matrix",
    { holds: "<User_ID_1_>9001</User_ID_1_>" },
  ],
  ["/Cisco/CP-8851-3PCC/00562b043615.xml", "as the guide prints it once", { holds: "<User_ID_1_>9001</User_ID_1_>" }],
  ["/Cisco/00562b043615.cfg", "without $PN", { holds: "<User_ID_1_>9001</User_ID_1_>" }],
  [
    "/path/Cisco/CP-8851-3PCC/00562b043615.cfg",
    "below a path of option 160",
    { holds: "<User_ID_1_>9001</User_ID_1_>" },
  ],
  ["/00562b043615.xml", "by the rule", { holds: "<User_ID_1_>9001</User_ID_1_>" }],
  ["/00562B043615.cfg", "upper case", { holds: "<User_ID_1_>9001</User_ID_1_>" }],
  ["/DP-9861.xml", "bootstrap of a 9861", { holds: "<Profile_Rule_B>/$MA.xml</Profile_Rule_B>" }],
  ["/9861-3PCC.xml", "the other spelling", { holds: "<Profile_Rule_B>/$MA.xml</Profile_Rule_B>" }],
  ["/a4b439d2c001.xml", "9861 configuration", { holds: "<User_ID_1_>9002</User_ID_1_>" }],
  // B.4 ATA
  ["/ata192.cfg", "bootstrap", { holds: "<Profile_Rule>/ata$PSN.cfg</Profile_Rule>" }],
  ["/a0f849112233.xml", "configuration", { holds: "<router-configuration>" }],
  ["/ATAa0f849112233.cfg", "as an enterprise adapter writes it", { holds: "<User_ID_1_>9006</User_ID_1_>" }],
  // B.5 SPA
  ["/spa504G.cfg", "bootstrap", { holds: "<Profile_Rule>/spa$PSN.cfg</Profile_Rule>" }],
  ["/8843e157dd01.xml", "configuration", { holds: "<User_ID_1_>9005</User_ID_1_>" }],
  ["/spa8843E157DD01.xml", "with its beginning", { holds: "<User_ID_1_>9005</User_ID_1_>" }],
  ["init_8843e157dd01.xml", "last of the SPA9000 chain", { holds: "<User_ID_1_>9005</User_ID_1_>" }],
  ["/spa112.cfg", "bootstrap of an adapter", { holds: "<Profile_Rule>/spa$PSN.cfg</Profile_Rule>" }],
  ["/spa3102.cfg", "a model that is not in the catalogue", "no such file"],
  ["/spa.cfg", "units of 2003 to 2005", "no such file"],
  ["/init.cfg", "PAP2T", "no such file"],
  ["/ata191.cfg", "bootstrap of an ATA 191", { holds: "<Profile_Rule>/ata$PSN.cfg</Profile_Rule>" }],
  ["SPA504G-cfg.xml", "SPCP mode", "no such file"],
  // strangers, other phones' names, and what no phone asks
  ["/SEP0017218205FF.cnf.xml", "a stranger", "not proven"],
  ["/ffeeddccbbaa.xml", "a stranger", "not proven"],
  ["/SEP00562b043615.cnf.xml", "a device that is of another family", "no such file"],
  ["favicon.ico", "no phone's name", "no such file"],
  ["../../etc/passwd", "out of the folder", "bad name"],
  ["..\\..\\etc\\passwd", "out of the folder with backslashes", "bad name"],
];

let door: FrontDoor;

beforeAll(async () => {
  door = await openFrontDoor();
  const { office } = door;
  const { mkdir, writeFile } = await import("node:fs/promises");
  await mkdir(`${office.shelf.root}/Desktops/rings`, { recursive: true });
  await writeFile(`${office.shelf.root}/Desktops/rings/bell.raw`, "bell bell bell");
  await office.shelf.refresh();
  await office.layers.change(edit, "organization", "default", { settings: { "sip.server": "pbx.example.com" } });
  for (const [index, [mac, model]] of devices.entries()) {
    const extension = String(9001 + index);
    await office.lines.add(edit, { id: extension, extension });
    await office.devices.add(edit, mac, { model, lines: [extension] });
  }
  await office.enrolment.open(edit, { all: true, minutes: 5 });
});

afterAll(() => door.close());

const httpRefusals = { "no such file": 404, "not proven": 403, "bad name": 400 } as const;
const tftpRefusals = {
  "no such file": /this file does not exist here|no model asks for this file/,
  "not proven": /nothing proves/,
  "bad name": /not acceptable/,
} as const;

describe.each(names)("the name %s (%s)", (name, _what, expected) => {
  it("gets the same over TFTP and over HTTP", async () => {
    const overHttp = await ask(door.http, encodeURI(name.startsWith("/") ? name : `/${name}`));
    const overTftp = await rawTftp(door.tftp, name);
    if (typeof expected === "string") {
      expect(overHttp.status).toBe(httpRefusals[expected]);
      expect(overTftp).toMatch(tftpRefusals[expected]);
      return;
    }
    expect(overHttp.status).toBe(200);
    expect(overHttp.body.toString("utf8")).toContain(expected.holds);
    expect(Buffer.isBuffer(overTftp) && overTftp.equals(overHttp.body)).toBe(true);
  });
});

/** Names that the npm client would change before it sends them go out by our own datagrams. */
async function rawTftp(port: number, name: string): Promise<Buffer | string> {
  if (!/\\|\.\.|:/.test(name)) return await fetchByTftp(port, name);
  const { fetchTftp } = await import("../support/tftp-phone.ts");
  return await fetchTftp({ host: "127.0.0.1", port, path: name }).then(
    ({ body }) => body,
    (error: Error) => error.message,
  );
}
