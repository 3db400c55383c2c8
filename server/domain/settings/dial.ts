import Type from "typebox";
import { NumberPattern } from "../country.ts";
import { dialString, inGroup, seconds } from "./definition.ts";

/** A dialled number and how long the phone waits for more digits when it matches. */
const dialRule = Type.Object(
  {
    match: NumberPattern,
    wait: Type.Integer({ minimum: 0, maximum: 60, description: "seconds to wait for another digit; 0 dials at once" }),
  },
  { additionalProperties: false },
);

export const dialSettings = inGroup("Dialling", [
  {
    name: "dial.plan",
    title: "Dial plan",
    text: "Numbers that the phone recognises while they are typed, first match first; anything else waits for `dial.timeout`. Emergency numbers always come before it. When it is not set, it is made of the country and the extension lengths.",
    schema: Type.Array(dialRule, { maxItems: 60 }),
    default: [],
  },
  {
    name: "dial.extensionLengths",
    title: "Lengths of extensions",
    text: "How many digits extensions have, for the dial plan that is made of the country.",
    schema: Type.Array(Type.Integer({ minimum: 2, maximum: 9 }), { minItems: 1, maxItems: 4, uniqueItems: true }),
    layers: ["organization"],
    own: true,
  },
  {
    name: "dial.outsidePrefix",
    title: "Prefix for calls outside",
    text: "Digits dialled before a public number, when the PBX wants them.",
    schema: Type.String({ pattern: "^[0-9*#]{1,4}$" }),
    layers: ["organization", "site"],
    own: true,
  },
  {
    name: "dial.timeout",
    title: "Dialling pause",
    text: "How long the phone waits after a digit before it dials what was typed.",
    unit: "seconds",
    schema: seconds(1, 60),
    default: 5,
  },
  {
    name: "dial.hotline",
    title: "Hot line",
    text: "Number that is dialled when the receiver is lifted.",
    schema: dialString,
    perLine: true,
  },
  {
    name: "dial.hotlineDelay",
    title: "Hot line delay",
    text: "How long the phone waits for a digit before it dials the hot line; 0 dials at once.",
    unit: "seconds",
    schema: seconds(0, 30),
    default: 0,
    perLine: true,
  },
  {
    name: "dial.uri",
    title: "Dial addresses",
    text: "Whether people may type SIP addresses.",
    schema: Type.Boolean(),
    default: false,
    perLine: true,
  },
  {
    name: "phone.emergencyNumbers",
    title: "Emergency numbers",
    text: "Numbers that always work, also on a locked phone, and that are dialled at once. They can neither be nor begin an extension.",
    schema: Type.Array(Type.String({ pattern: "^[0-9]{2,15}$" }), { maxItems: 20, uniqueItems: true }),
    default: ["112"],
  },
]);
