import { expect, test } from "vitest";
import { addressesOf, parseContact, placeOf } from "../../server/domain/contact.ts";

test.each([
  ["sip:9001@10.0.0.5:5060", { host: "10.0.0.5", port: 5060 }],
  ["sip:10.0.0.5", { host: "10.0.0.5" }],
  ['"9001" <sip:9001@10.0.0.5:5062;transport=udp>;expires=60', { host: "10.0.0.5", port: 5062, signalling: "udp" }],
  ["sip:9001@10.0.0.5:5060;transport=TCP;ob", { host: "10.0.0.5", port: 5060, signalling: "tcp" }],
  ["sips:9001@10.0.0.5:5061;transport=tcp", { host: "10.0.0.5", port: 5061, signalling: "tls" }],
  ["sip:9001@[2001:DB8:0:0::5]:5070;transport=tls", { host: "2001:db8::5", port: 5070, signalling: "tls" }],
  ["sip:9001@[::ffff:10.0.0.5]:5060", { host: "10.0.0.5", port: 5060 }],
  ["sip:9001;ext=1@phone-12.office.example:5060?Subject=x", { host: "phone-12.office.example", port: 5060 }],
] as const)("a contact is read as it is written: %s", (text, place) => {
  expect(parseContact(text)).toEqual(place);
});

test.each([
  // Kamailio, nathelper.
  ["sip:9001@192.168.1.5:5060;alias=203.0.113.9~1024~1", { host: "203.0.113.9", port: 1024, signalling: "udp" }],
  ["sip:9001@192.168.1.5:5060;alias=10.0.0.9~40000~2", { host: "10.0.0.9", signalling: "tcp" }],
  ['<sip:9001@192.168.1.5:5060>;received="sip:10.0.0.9:1024"', { host: "10.0.0.9", port: 1024 }],
  // FreeSWITCH, mod_sofia.
  [
    "sip:9001@192.168.1.5:5060;fs_nat=yes;fs_path=sip%3A9001%4010.0.0.9%3A1024%3Btransport%3Dudp",
    { host: "10.0.0.9", port: 1024, signalling: "udp" },
  ],
  ["sip:9001@10.7.0.70;fs_nat=yes;fs_path=sip%3A9001%4010.7.0.70%3A5062", { host: "10.7.0.70", port: 5062 }],
  ["sip:9001@10.7.0.70:5060;fs_path=sip%3A10.7.0.1", { host: "10.7.0.70", port: 5060 }],
  // Asterisk, rewrite_contact.
  ["sip:9001@10.0.0.9:1024;x-ast-orig-host=192.168.1.5:5060", { host: "10.0.0.9", port: 1024 }],
] as const)("a phone is where its packets come from: %s", (text, place) => {
  expect(parseContact(text)).toEqual(place);
});

test.each([
  ["sip:9001@10.0.0.5:49152;transport=tcp", "tcp"],
  ["sips:9001@10.0.0.5:40112", "tls"],
  ["sip:9001@10.0.0.5:5080;transport=ws", undefined],
])("the port that a connection came from is not where a phone listens: %s", (text, signalling) => {
  expect(parseContact(text)).toEqual({ host: "10.0.0.5", ...(signalling && { signalling }) });
});

test.each([
  ["sip:9001@10.0.0.5:25;transport=tcp", "tcp"],
  ["sips:9001@10.0.0.5:1023", "tls"],
  ["sip:9001@10.0.0.5:53;transport=udp", "udp"],
  ["sip:9001@192.168.1.5:5060;alias=10.0.0.5~22~2", "tcp"],
] as const)("no phone listens at a port of the system, whatever its contact says: %s", (text, signalling) => {
  expect(parseContact(text)).toEqual({ host: "10.0.0.5", signalling });
});

test("the lowest port that a phone may have is 1024", () => {
  expect(parseContact("sip:9001@10.0.0.5:1023")).toEqual({ host: "10.0.0.5" });
  expect(parseContact("sip:9001@10.0.0.5:1024;transport=tcp")?.port).toBe(1024);
});

test.each([
  "",
  "10.0.0.5:5060",
  "tel:+38512345678",
  "http://10.0.0.5/",
  "sip:9001@10.0.0.5:0",
  "sip:9001@10.0.0.5:65536",
  "sip:9001@[10.0.0.zz]:5060",
  "sip:9001@[2001:db8::5::1]",
  "sip:9001@10.0.0.5 10.0.0.6",
  "sip:9001@10.0.0.5/../x",
  `sip:9001@${"a".repeat(3000)}`,
])("what is no SIP URI is no place: %s", (text) => {
  expect(parseContact(text)).toBeUndefined();
});

const registered = { state: "registered" } as const;

test("a phone is where its PBX says that its packets come from", () => {
  const contact = "sip:9001@192.168.1.5:5060";
  expect(placeOf({ ...registered, contact, receivedFrom: "sip:10.0.0.9:1024" })).toEqual({
    host: "10.0.0.9",
    port: 1024,
  });
  expect(placeOf({ ...registered, contact })?.host).toBe("192.168.1.5");
  expect(placeOf({ state: "unregistered" })).toBeUndefined();
});

test.each([
  [{ contact: "sip:9001@192.168.1.5:5060;alias=10.0.0.9~1024~1" }, ["192.168.1.5", "10.0.0.9"]],
  [{ contact: "sip:9001@192.168.1.5", receivedFrom: "sip:10.0.0.9:1024" }, ["192.168.1.5", "10.0.0.9"]],
  [{ contact: "sip:9001@10.0.0.11:5060" }, ["10.0.0.11", "10.0.0.11"]],
  [{ contact: "sip:9001@phone.example" }, []],
  [{}, []],
])("a registration names whole addresses: %o", (told, addresses) => {
  expect(addressesOf({ ...registered, ...told })).toEqual(addresses);
});
