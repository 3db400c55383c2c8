import Type from "typebox";
import { plainText } from "../text.ts";
import { host, inGroup, seconds, url } from "./definition.ts";

export const provisioningSettings = inGroup("Provisioning", [
  {
    name: "provision.rule",
    title: "Rule to the phone's own file",
    text: "Where a phone asks for its own file. Bootstrap and device file carry the same; it is never taken from a request. `{phones}` stands for the address that phones are told (OFFHOOK_ADVERTISE), or for nothing, and then the phone asks the server that DHCP names.",
    // No credentials: a stranger's bootstrap carries this rule.
    schema: Type.Intersect([
      plainText(255, { min: 1 }),
      Type.String({ pattern: "^(?!.*(--(key|uid|pwd)|://[^/ ]*@)).*$" }),
    ]),
    // One for all: a model's bootstrap is the same for every phone, and a device file that differed would make the two
    // write over each other at every resync (reference, pitfall 12).
    layers: ["organization"],
  },
  {
    name: "provision.resync",
    title: "Resync interval",
    text: "How often the phone asks on its own, 0 for never.",
    unit: "seconds",
    schema: Type.Union([Type.Literal(0), Type.Integer({ minimum: 600, maximum: 2592000 })]),
    default: 86400,
  },
  {
    name: "provision.randomDelay",
    title: "Spread after power-up",
    text: "Up to how long a phone waits at random before it asks after power-up. In steps of 20 seconds. Where nobody sets it, the number of phones at the site decides: none up to 250, then 20 s, 60 s above 750, 120 s above 1,500.",
    unit: "seconds",
    schema: Type.Integer({ minimum: 0, maximum: 1200, multipleOf: 20 }),
    default: 0,
  },
  {
    name: "provision.errorRetry",
    title: "Retry after a failure",
    text: "Waits between tries after a failed fetch, growing; never 0, which some phones read as never and some as at once.",
    unit: "seconds",
    schema: Type.Array(Type.Integer({ minimum: 10, maximum: 86400 }), { minItems: 1, maxItems: 12 }),
    default: [30, 60, 120, 240, 480, 960, 1920, 3600],
  },
  {
    name: "provision.fromSip",
    title: "Resync by SIP NOTIFY",
    text: "Whether the phone fetches its file when it is told to by SIP.",
    schema: Type.Boolean(),
    default: true,
  },
  {
    name: "provision.resyncAt",
    title: "Resync at a time of day",
    text: "`HHmm`, for example 0330; not set, and the interval alone counts.",
    schema: Type.String({ pattern: "^(?:[01][0-9]|2[0-3])[0-5][0-9]$" }),
  },
  {
    name: "provision.resyncSpread",
    title: "Spread at that time",
    text: "Up to how long after it a phone asks, at random.",
    unit: "seconds",
    schema: seconds(0, 3600),
    default: 600,
  },
  {
    name: "provision.askPassword",
    title: "Challenge a NOTIFY",
    text: "Whether the phone asks for the line's password before it obeys a NOTIFY that resyncs or restarts it.",
    schema: Type.Boolean(),
    default: true,
    perLine: true,
  },
  {
    name: "provision.onboarding",
    title: "Onboarding in Cisco's cloud",
    text: "Whether the phone may be taken over by an activation service.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "provision.report",
    title: "Report the configuration to",
    text: "Address that takes what the phone has set, without passwords; nowhere when not set.",
    schema: url,
  },
  {
    name: "security.enrolment",
    title: "How a phone proves itself",
    text: "`pin`: it came during an enrolment window and keeps to its address block.",
    schema: Type.Enum(["pin"]),
    default: "pin",
    own: true,
  },
]);

export const firmwareSettings = inGroup("Firmware", [
  {
    name: "firmware.version",
    title: "Firmware load",
    text: "Name of the load the phone shall run, without ending. Written only while the shelf holds every file of it, and the phone may go there from what it runs.",
    schema: Type.String({ pattern: "^[A-Za-z0-9][A-Za-z0-9._()-]{0,63}$" }),
  },
  {
    name: "firmware.downgrade",
    title: "Older firmware",
    text: "Whether a phone may be given an older load than it runs, or one that newer hardware of its model refuses.",
    schema: Type.Boolean(),
    default: false,
    own: true,
  },
  {
    name: "firmware.sharing",
    title: "Firmware from neighbours",
    text: "Whether phones of one subnet hand firmware on to each other.",
    schema: Type.Boolean(),
    default: false,
  },
  {
    name: "firmware.server",
    title: "Firmware server",
    text: "Another server that enterprise phones fetch firmware from; this one when not set.",
    schema: host,
  },
]);
