import Type from "typebox";
import { dialString, inGroup, seconds } from "./definition.ts";

const offered = (name: string, title: string, text: string, on = true) => ({
  name,
  title,
  text,
  schema: Type.Boolean(),
  default: on,
});

export const callSettings = inGroup("Calls", [
  offered("call.waiting", "Call waiting", "Whether a second call is announced during a call."),
  offered("call.transfer", "Transfer", "Whether people can hand a call over after asking."),
  offered("call.blindTransfer", "Blind transfer", "Whether people can hand a call over without asking."),
  offered("call.conference", "Conference", "Whether people can join calls."),
  offered("call.park", "Park", "Whether people can park and fetch calls."),
  offered("call.pickup", "Pickup", "Whether people can take a call that rings elsewhere."),
  offered("call.groupPickup", "Group pickup", "Whether people can take a call of their group."),
  offered("call.recording", "Recording", "Whether people can ask the PBX to record a call.", false),
  offered("call.paging", "Paging", "Whether people can page other phones.", false),
  offered("call.hideNumber", "Hide the number", "Whether calls go out without a number.", false),
  offered("call.rejectAnonymous", "Refuse anonymous calls", "Whether calls without a number are refused.", false),
  offered("call.missedLog", "Log missed calls", "Whether missed calls are listed and counted on the phone."),
  offered("call.onHookTransfer", "Transfer by hanging up", "Whether hanging up completes a transfer.", false),
  offered(
    "call.featureSync",
    "Keep features in step with the PBX",
    "Whether do not disturb and forwarding are told to the PBX and taken from it.",
    false,
  ),
  offered("call.hoteling", "Hoteling", "Whether people can sign in at a phone that is not theirs (BroadWorks).", false),
  offered("call.acd", "Call centre", "Whether the phone has sign-in and states of a call centre agent.", false),
  {
    name: "call.appearances",
    title: "Calls per line",
    text: "How many calls a line can have at a time.",
    schema: Type.Integer({ minimum: 1, maximum: 10 }),
    default: 4,
  },
  {
    name: "call.conferenceServer",
    title: "Conference server",
    text: "Address of the server that mixes conferences: `conf` or `conf@pbx.example.com`; the phone mixes when not set.",
    schema: Type.String({ pattern: "^[A-Za-z0-9@._:*#-]{1,128}$" }),
    perLine: true,
  },
  {
    name: "call.autoAnswer",
    title: "Answer by itself",
    text: "Whether the phone answers every call of the line at once, for door stations and loudspeakers.",
    schema: Type.Boolean(),
    default: false,
    perLine: true,
  },
  {
    name: "call.intercomCode",
    title: "Intercom code",
    text: "Dialled before an extension to speak through its loudspeaker at once; keys of type intercom need it.",
    schema: Type.String({ pattern: "^[0-9*#]{1,7}$" }),
  },
  {
    name: "call.holdReminder",
    title: "Reminder of a held call",
    text: "After how long a held call is recalled; 0 for never.",
    unit: "seconds",
    schema: seconds(0, 300),
    default: 0,
  },
  {
    name: "call.barge",
    title: "Barge in",
    text: "Whether people can join a call of their shared line on another phone.",
    schema: Type.Boolean(),
    default: false,
  },
]);

export const forwardSettings = inGroup("Forwarding and do not disturb", [
  offered("call.forward", "Forwarding", "Whether people can forward calls at the phone."),
  {
    name: "forward.all",
    title: "Forward all calls to",
    text: "Where every call goes; nowhere when not set.",
    schema: dialString,
  },
  {
    name: "forward.busy",
    title: "Forward when busy to",
    text: "Where calls go while the line is busy.",
    schema: dialString,
  },
  {
    name: "forward.noAnswer",
    title: "Forward without answer to",
    text: "Where calls go that nobody answers.",
    schema: dialString,
  },
  {
    name: "forward.delay",
    title: "Ring before forwarding",
    text: "How long it rings before a call without answer goes on.",
    unit: "seconds",
    schema: seconds(1, 255),
    default: 20,
  },
  offered("call.dnd", "Do not disturb", "Whether people can silence the phone."),
  offered("dnd.on", "Not disturbed from the start", "Whether the phone starts silenced.", false),
]);

const code = (name: string, title: string, text: string) => ({
  name,
  title,
  text,
  schema: Type.String({ pattern: "^[0-9*#]{1,7}$" }),
});

/** What a phone itself does on a code. Empty unless wanted: the PBX has codes of its own, and a phone would swallow them. */
export const codeSettings = inGroup("Star codes", [
  code("codes.forwardAll", "Forward all", "Starts forwarding of every call."),
  code("codes.forwardAllOff", "Forward all off", "Ends forwarding of every call."),
  code("codes.forwardBusy", "Forward when busy", "Starts forwarding while busy."),
  code("codes.forwardBusyOff", "Forward when busy off", "Ends forwarding while busy."),
  code("codes.forwardNoAnswer", "Forward without answer", "Starts forwarding of calls that nobody answers."),
  code("codes.forwardNoAnswerOff", "Forward without answer off", "Ends forwarding of calls that nobody answers."),
  code("codes.dnd", "Do not disturb", "Silences the phone."),
  code("codes.dndOff", "Do not disturb off", "Lets the phone ring again."),
  code("codes.waiting", "Call waiting", "Switches call waiting on."),
  code("codes.waitingOff", "Call waiting off", "Switches call waiting off."),
  code("codes.hideNumber", "Hide the number", "Hides the number of every call."),
  code("codes.showNumber", "Show the number", "Shows the number of every call again."),
  code("codes.rejectAnonymous", "Refuse anonymous calls", "Starts refusing calls without a number."),
  code("codes.acceptAnonymous", "Accept anonymous calls", "Lets calls without a number in again."),
  code("codes.callReturn", "Call back", "Calls the last caller."),
  code("codes.blindTransfer", "Blind transfer", "Hands the call over to the number that follows."),
  code("codes.park", "Park", "Parks the call at the number that follows."),
  code("codes.unpark", "Fetch", "Fetches the call parked at the number that follows."),
  code("codes.groupPickup", "Group pickup", "Takes a call of the group."),
  code("codes.paging", "Paging", "Pages the group whose number follows."),
]);
