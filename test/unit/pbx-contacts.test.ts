import { describe, expect, it } from "vitest";
import { addressIn, type Contact, chooseContact } from "../../server/push/connection/contacts.ts";
import { pbxConnection, pushTarget } from "../support/pbx-push.ts";

const target = pushTarget(pbxConnection({ port: 5038 }));
const contact = (uri: string, address: string, userAgent?: string): Contact => ({
  uri,
  addresses: [address],
  ...(userAgent && { userAgent }),
});

const atOurs = contact("sip:a", "10.0.0.5");
const elsewhere = contact("sip:b", "192.0.2.1");
const ourMac = contact("sip:c", "192.0.2.1", "Cisco-CP-8841-3PCC/11.0.1 (00:56:2B:04:36:15)");
const otherMac = contact("sip:d", "10.0.0.5", "Cisco-CP-8841-3PCC/11.0.1 (00562b0999aa)");

describe("which contact of a line is the phone", () => {
  it.each<[string, Contact[], Contact | undefined, boolean]>([
    ["the only one", [elsewhere], elsewhere, false],
    ["the one at its address", [elsewhere, atOurs], atOurs, false],
    ["the one that names its MAC, wherever it is", [atOurs, ourMac], ourMac, false],
    ["not one that names another MAC, though it is at the address", [otherMac, elsewhere], elsewhere, false],
    ["none, where all are other phones", [otherMac], undefined, true],
    ["none that is certain behind one address", [atOurs, { ...atOurs, uri: "sip:e" }], undefined, false],
    ["none that is certain at other addresses", [elsewhere, { ...elsewhere, uri: "sip:f" }], undefined, false],
    [
      "the right one of two behind one address",
      [atOurs, { ...ourMac, addresses: ["10.0.0.5"] }],
      { ...ourMac, addresses: ["10.0.0.5"] },
      false,
    ],
  ])("is %s", (_what, contacts, ours, isElsewhere) => {
    const chosen = chooseContact(contacts, target);
    expect(chosen.ours).toEqual(ours);
    expect(chosen.isElsewhere).toBe(isElsewhere);
    expect(chosen.others).toHaveLength(contacts.length - (ours ? 1 : 0));
  });
});

describe("the address in a contact", () => {
  it.each<[string, string | undefined]>([
    ["sip:1001@10.0.0.5:5060;transport=tcp", "10.0.0.5"],
    ["<sips:1001@10.0.0.5>", "10.0.0.5"],
    ["sip:10.0.0.5", "10.0.0.5"],
    ["10.0.0.5:5060", "10.0.0.5"],
    ["sip:1001@[2001:db8::5]:5060", "2001:db8::5"],
    ["[2001:db8::5]:5060", "2001:db8::5"],
    ["sip:1001@phone.example", undefined],
    ["", undefined],
  ])("%s is at %s", (uri, address) => {
    expect(addressIn(uri)).toBe(address);
  });
});
