import Type, { type Static } from "typebox";
import { pushActions, WebSpec } from "./push.ts";

const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1 });

/** The SIP NOTIFY (RFC 6665 section 4.2, sent out of a dialog) that a family understands for an action. */
export const NotifySpec = Type.Object(
  {
    event: Text,
    contentType: Type.Optional(Text),
    subscriptionState: Type.Optional(Text),
    body: Type.Optional(
      Type.Array(Text, {
        minItems: 1,
        description:
          "lines, each ended by CRLF; {callId}: Call-ID of its registration, or nothing; {stamp:<id>}: stamp of the file of that id of the family, or otherStamp; {stamp:<id>?}: the same, the line only where it is given that file",
      }),
    ),
    otherStamp: Type.Optional(
      Type.String({ minLength: 1, description: "a stamp that no file has: the phone reads the file in any case" }),
    ),
    otherwise: Type.Optional(
      Type.Object(
        { event: Text, source: Text },
        { ...strict, description: "sent once where the phone does not know the event (489, RFC 6665 section 8.3.2)" },
      ),
    ),
    source: Text,
  },
  strict,
);
export type NotifySpec = Static<typeof NotifySpec>;

const Actions = <Spec extends Type.TSchema>(spec: Spec) => Type.Partial(Type.Record(Type.Enum([...pushActions]), spec));

/** How phones of a family are told: a part of its profile. */
export const PushProfile = Type.Object(
  {
    transports: Type.Array(Text, {
      minItems: 1,
      description: "names of transports, the one to try first at the front",
    }),
    notify: Actions(NotifySpec),
    web: Actions(WebSpec),
    screenshot: Type.Optional(WebSpec),
    show: Type.Optional(
      Type.Object(
        {
          by: Type.Enum(["notify", "web"], {
            description: "XML-Service NOTIFY or CGI/Execute (reference, E.1 and E.5)",
          }),
          ring: Text,
          page: Type.Optional(
            Type.Enum(["execute", "url"], {
              description: "how it is sent to a page: by CiscoIPPhoneExecute, or by the page's address alone",
            }),
          ),
          source: Text,
        },
        strict,
      ),
    ),
  },
  strict,
);
export type PushProfile = Static<typeof PushProfile>;
