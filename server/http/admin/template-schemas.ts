import Type, { type Static } from "typebox";
import type { EarlierTemplate, TemplateDocument } from "../../domain/template.ts";
import { plainText } from "../../domain/text.ts";
import type { TemplateState, Templates } from "../../office/templates/templates.ts";
import { Version } from "./layer-schemas.ts";

const strict = { additionalProperties: false } as const;

/** The name of a template is its path below templates/, without the ending: three steps. */
export const TemplateParams = Type.Object({ vendor: Type.String(), family: Type.String(), file: Type.String() });

export function nameOf({ vendor, family, file }: Static<typeof TemplateParams>): string {
  return `${vendor}/${family}/${file}`;
}

/** Line breaks and tabs beside what every free text may hold. */
const source = Type.String({
  maxLength: 65_536,
  pattern: "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F\\uFEFF\\uFFFE\\uFFFF\\p{Cs}]*$",
  description: "text without control characters and byte order mark, at most 64 KiB of UTF-8",
});

export const NewTemplate = Type.Object(
  {
    source,
    note: Type.Optional(plainText(200, { description: "why, for whoever looks at the versions" })),
    version: Type.Optional(Version),
  },
  strict,
);

export const Revert = Type.Object({ version: Type.Integer({ minimum: 1, description: "one of `versions`" }) }, strict);

export const PreviewRequest = Type.Object(
  {
    device: Type.String({ description: "MAC in any usual form" }),
    source: Type.Optional(source),
  },
  strict,
);

const written = {
  at: Type.String({ description: "RFC 3339 UTC" }),
  actor: Type.String(),
  note: Type.Optional(Type.String()),
};

const listed = {
  name: Type.String(),
  isOwn: Type.Boolean({ description: "whether the organization's own is in force" }),
  version: Type.Integer({ description: "0 when nobody ever changed it" }),
  uses: Type.Array(Type.Object({ family: Type.String(), file: Type.String(), serves: Type.String() }), {
    description: "files that it takes part in",
  }),
};

export const ListedTemplate = Type.Object(listed);

const earlier = {
  version: Type.Integer(),
  isOwn: Type.Boolean({ description: "false where the shipped one was in force" }),
  ...written,
};

export const EarlierVersion = Type.Object({
  ...earlier,
  source: Type.Union([Type.Null(), Type.String()], { description: "null where the shipped one was in force" }),
});

export const Template = Type.Object({
  ...listed,
  shipped: Type.String({ description: "source of the template that Offhook brings" }),
  own: Type.Union([Type.Null(), Type.Object({ source: Type.String(), ...written })]),
  versions: Type.Array(Type.Object(earlier), { description: "earlier ones, the latest first" }),
});

export const PreviewedFiles = Type.Object({
  files: Type.Array(
    Type.Object({
      file: Type.String(),
      contentType: Type.String(),
      text: Type.String({ description: "the file, secrets masked" }),
    }),
  ),
});

export function listedView({ document, name, uses, version }: TemplateState): Static<typeof ListedTemplate> {
  const files = uses.map(({ family, spec }) => ({ family: family.id, file: spec.id, serves: spec.serves }));
  return { name, isOwn: document?.own !== undefined, version, uses: files };
}

export async function templateView(
  templates: Templates,
  organization: string,
  state: TemplateState,
): Promise<Static<typeof Template>> {
  const { document } = state;
  const versions = await templates.earlier(organization, state.name);
  return {
    ...listedView(state),
    shipped: state.shipped,
    own: document?.own ? { source: document.own.source, ...writtenView(document) } : null,
    versions: versions.map(versionView),
  };
}

export function earlierView(earlierOne: EarlierTemplate): Static<typeof EarlierVersion> {
  return { ...versionView(earlierOne), source: earlierOne.own?.source ?? null };
}

function versionView(each: EarlierTemplate) {
  return { version: each.version, isOwn: each.own !== undefined, ...writtenView(each) };
}

function writtenView({ actor, at, note }: TemplateDocument) {
  return { at, actor, ...(note !== undefined && { note }) };
}
