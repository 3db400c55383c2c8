import { formats } from "./formats.ts";

export interface TextPage {
  readonly title: string;
  readonly text: string;
  readonly prompt: string;
}

/** What fits in a title or a prompt on any phone (cisco.md F: names). */
const mostCharacters = 64;

/**
 * `CiscoIPPhoneText`, to be sent as UTF-8. A phone's parser is none of XML: it wants the five entities, knows no others,
 * and 79xx want a prompt, if an empty one (cisco.md F).
 */
export function textPage({ prompt, text, title }: TextPage): string {
  const { xml } = formats;
  const short = (value: string) => xml.escape([...value].slice(0, mostCharacters).join(""));
  return (
    `<?xml version="1.0" encoding="utf-8"?><CiscoIPPhoneText><Title>${short(title)}</Title>` +
    `<Prompt>${short(prompt)}</Prompt><Text>${xml.escape(text)}</Text></CiscoIPPhoneText>`
  );
}
