/** A section of a configuration file of Asterisk; several may have one name. */
export interface AmiSection {
  readonly name: string;
  readonly lines: [name: string, value: string][];
}

export type AmiFiles = Record<string, AmiSection[]>;
type Headers = readonly [string, string][];

/** The lines of an answer after its ActionID, as main/manager.c makes them of GetConfig, UpdateConfig and Reload. */
export function answerConfig(files: AmiFiles, action: string, headers: Headers): readonly [string, ...string[]] {
  const value = (name: string) => headers.find(([known]) => known === name)?.[1] ?? "";
  if (action === "Reload") return ["Success", "Message: Module Reloaded"];
  const sections = files[value(action === "GetConfig" ? "Filename" : "SrcFilename")];
  if (!sections) return ["Error", "Message: Config file not found"];
  if (action === "UpdateConfig") return update(sections, value);
  const found = sections.filter((section) => fits(section, value("Filter")));
  return ["Success", ...found.flatMap((section, at) => shown(section, sixDigits(at)))];
}

function shown({ name, lines }: AmiSection, n: string): string[] {
  return [`Category-${n}: ${name}`, ...lines.map(([key, text], at) => `Line-${n}-${sixDigits(at)}: ${key}=${text}`)];
}

/** All or nothing: the file is saved when every change was made. */
function update(sections: AmiSection[], value: (name: string) => string): readonly [string, ...string[]] {
  const changed = structuredClone(sections);
  for (let at = 0; value(`Action-${sixDigits(at)}`) !== ""; at += 1) {
    const of = (name: string) => value(`${name}-${sixDigits(at)}`);
    const [, filter = ""] = /^catfilter="(.*)"$/.exec(of("Options")) ?? [];
    const meant = changed.filter((section) => section.name === of("Cat") && fits(section, filter));
    if (of("Action") !== "Update" || meant.length === 0) return ["Error", "Message: Given category does not exist"];
    const lines = meant.flatMap((section) => section.lines.filter(([name]) => name === of("Var")));
    if (lines.length === 0) return ["Error", "Message: Update did not complete successfully"];
    for (const line of lines) line[1] = of("Value");
  }
  sections.splice(0, sections.length, ...changed);
  return ["Success"];
}

/** `name_regex=value_regex`, all of them, split at commas. */
function fits({ lines }: AmiSection, filter: string): boolean {
  return filter.split(",").every((expression) => {
    const [name = "", value = ""] = expression.split("=");
    return lines.some(([key, text]) => new RegExp(name).test(key) && new RegExp(value).test(text));
  });
}

function sixDigits(n: number): string {
  return String(n).padStart(6, "0");
}
