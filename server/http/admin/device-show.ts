import Type, { type Static } from "typebox";
import type { Device, LayerDocument, Line } from "../../domain/device.ts";
import { Failure } from "../../domain/failures.ts";
import { formatMac } from "../../domain/mac.ts";
import type { StoredDocument } from "../../domain/ports.ts";
import type { PushProfile } from "../../domain/push-profile.ts";
import { plainText } from "../../domain/text.ts";
import type { Showing } from "../../office/push/showings.ts";
import type { PushOrder, Told } from "../../push.ts";
import { deviceOf } from "./device-access.ts";
import { answerOf, PushAnswer, tell } from "./device-push.ts";
import { MacParams } from "./device-schemas.ts";
import type { AdminParts, AdminServer } from "./parts.ts";
import { refusal } from "./validation.ts";

const ShowBody = Type.Object(
  {
    what: Type.Optional(
      Type.Enum(["ring", "name", "text"], {
        description: "`name`: its lines with what people call them; `ring` when absent",
      }),
    ),
    text: Type.Optional(plainText(128, { min: 1, description: "for `text`, and for nothing else" })),
  },
  { additionalProperties: false },
);
type ShowBody = Static<typeof ShowBody>;

const ShowAnswer = Type.Object({
  ...PushAnswer.properties,
  shown: Type.Optional(
    Type.Boolean({
      description: "whether the phone fetched what it was to show; absent where nothing can prove that it did as asked",
    }),
  ),
});

/** A phone that can may take this long to fetch a page, in milliseconds; an office's network is faster. */
const usualShowMs = 10_000;

export function deviceShowRoute(server: AdminServer, parts: AdminParts): void {
  const schema = {
    tags: ["push"],
    summary: "Makes the phone ring shortly, or show its person's name or a text; says whether it fetched that",
    params: MacParams,
    body: ShowBody,
    response: { 200: ShowAnswer },
  };
  const preValidation = async (request: { body: unknown }) => {
    // Every field may be left out, and so may be all of it.
    request.body ??= {};
  };
  server.post("/devices/:mac/show", { schema, preValidation }, async (request) => {
    requireText(request.body);
    const device = await deviceOf(parts, request, request.params);
    const { what = "ring" } = request.body;
    const recipe = recipeOf(parts, device, what);
    // A ring needs no page where the phone takes more than an address.
    const isRingAlone = what === "ring" && recipe.page !== "url";
    const showing = isRingAlone
      ? undefined
      : await parts.showings.open(device, await contentOf(parts, device, recipe, request.body));
    let mayCome = false;
    try {
      const told = await tell(parts, request, orderOf(parts, recipe, showing));
      const end = await endOf(told, recipe, showing, parts.showMs ?? usualShowMs);
      mayCome = end.shown !== true && mayHaveHeard(told);
      return { ...answerOf(told), action: "show", ...end };
    } finally {
      // Room is short, and a page holds names of people.
      if (!mayCome) showing?.close();
    }
  });
}

/** One whose answer was lost may come all the same. */
function mayHaveHeard({ attempts }: Told): boolean {
  return attempts.some(({ outcome: { result } }) => result === "answered" || result === "silent");
}

function requireText({ text, what = "ring" }: ShowBody): void {
  const pointer = "/text";
  if (what === "text" && !text?.trim())
    throw refusal([{ pointer, code: "missing", detail: "what shall the phone show?" }]);
  if (what !== "text" && text !== undefined)
    throw refusal([{ pointer, code: "unused", detail: 'is shown only where what is "text"' }]);
}

type Recipe = NonNullable<PushProfile["show"]>;

function recipeOf({ catalogue }: AdminParts, { body }: StoredDocument<Device>, what: string): Recipe {
  const model = catalogue.model(body.model);
  const recipe = model && catalogue.family(model.family).push.show;
  if (!recipe) throw new Failure("CONFLICT", `${model?.title ?? body.model} has no way to show itself`);
  if (what === "ring" || recipe.page !== undefined) return recipe;
  throw new Failure("CONFLICT", `${model.title} can ring, but has no way to show a page`);
}

async function contentOf(
  parts: AdminParts,
  device: StoredDocument<Device>,
  { ring }: Recipe,
  { text, what = "ring" }: ShowBody,
): Promise<string> {
  if (what === "ring") return parts.execute([ring]);
  const { body, organization } = device;
  const site = await parts.store.get<LayerDocument>({ organization, kind: "site", id: body.site });
  return parts.textPage({
    title: site?.body.name ?? body.site,
    prompt: body.label ?? formatMac(body.mac),
    text: text ?? (await namesOf(parts, device)),
  });
}

/** What people call the phone: each line's name with its number, in the order of its lines. */
async function namesOf({ store }: AdminParts, { body, organization }: StoredDocument<Device>): Promise<string> {
  const found = await Promise.all(body.lines.map((id) => store.get<Line>({ organization, kind: "line", id })));
  const names = found.flatMap((line) => {
    if (!line) return [];
    const { displayName, extension } = line.body;
    return [displayName === extension ? extension : `${displayName} ${extension}`];
  });
  return names.length === 0 ? (body.label ?? formatMac(body.mac)) : names.join("\n");
}

function orderOf(
  { execute }: AdminParts,
  { by, page, ring }: Recipe,
  showing: Showing | undefined,
): Pick<PushOrder, "errand" | "transport"> {
  const transport = by === "web" ? { transport: "phone-http" } : {};
  if (showing && page === "url") return { errand: { execute: showing.url, contentType: "text/html" }, ...transport };
  return { errand: { execute: execute([showing?.url ?? ring]) }, ...transport };
}

type End = Pick<Static<typeof ShowAnswer>, "state" | "reason" | "shown">;

/** What became of it, beyond that it was sent. */
async function endOf(told: Told, { by }: Recipe, showing: Showing | undefined, showMs: number): Promise<End> {
  const { reason, result, waits } = told.push;
  // A phone comes by itself for its file only.
  if (waits) return { state: "unreachable", reason: whyNotSent(told), ...(showing && { shown: false }) };
  if (!showing)
    return { state: result, reason: result === "sent" ? `${reason}; whether it rang can't be known` : reason };
  // See mayHaveHeard.
  const shown = result === "sent" ? await showing.fetchedWithin(showMs) : showing.wasFetched();
  if (shown) return { state: "sent", reason: `${reason}; the phone fetched what it was to show`, shown };
  if (result !== "sent") return { state: result, reason, shown };
  const setting = by === "notify" ? "access.commands" : "phone.webAccess";
  const why = `it may be in a call, not take such requests (${setting}), or not find this server`;
  return { state: result, reason: `${reason}; the phone did not fetch it within ${showMs / 1000} s: ${why}`, shown };
}

function whyNotSent({ attempts }: Told): string {
  const tried = attempts.flatMap(({ outcome, transport }) =>
    outcome.result === "unable" ? [`${transport}: ${outcome.reason}`] : [],
  );
  return ["nothing could be sent", ...tried].join("; ");
}
