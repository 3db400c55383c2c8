import Type from "typebox";
import { host, inGroup, port } from "./definition.ts";

/** How a phone is told of a change. None of this is for the phone itself. */
export const pushSettings = inGroup("Push", [
  {
    name: "push.when",
    title: "When changes are pushed",
    text: "`manual`: when somebody says so. `auto`: a few seconds after a change. `window`: at the times of `push.window`.",
    schema: Type.Enum(["manual", "auto", "window"]),
    default: "manual",
    own: true,
  },
  {
    name: "push.window",
    title: "Push window",
    text: "When what waits is pushed, as five fields of cron in the time zone of `time.zone`: `30 2 * * 1-5`.",
    schema: Type.String({ pattern: "^[0-9*,/A-Za-z-]+( [0-9*,/A-Za-z-]+){4}$", maxLength: 100 }),
    own: true,
  },
  {
    name: "push.transport",
    title: "Push transport",
    text: "The one way to tell these phones. When it is not set, the ways of the family are tried in turn, the one that worked last first.",
    schema: Type.Enum(["sip-notify", "asterisk-ami", "freeswitch-esl", "kamailio-rpc", "phone-http", "wait"]),
    own: true,
  },
  {
    name: "push.address",
    title: "Address of the phone",
    text: "Where the phone is told, when the address it last asked from is not its own.",
    schema: host,
    own: true,
  },
  {
    name: "push.port",
    title: "SIP port of the phone",
    text: "Where the phone listens for SIP. When it is not set, `sip.localPort`, else 5060.",
    schema: port,
    own: true,
  },
]);
