/** Answers to this action wait until so many are asked for, and then come mixed, those of the last one first. */
export interface MixedAnswers {
  readonly action: string;
  readonly count: number;
}

/** What is to be written now: blocks of several answers in turns, as ActionID allows. */
export function createMixer(mixed: MixedAnswers | undefined): (action: string, answer: string) => string {
  const held: string[][] = [];
  return (action, answer) => {
    if (action !== mixed?.action) return answer;
    held.unshift(answer.split(/(?<=\r\n\r\n)/));
    if (held.length < mixed.count) return "";
    const answers = held.splice(0);
    const longest = Math.max(...answers.map((blocks) => blocks.length));
    return Array.from({ length: longest }, (_, at) => answers.map((blocks) => blocks[at] ?? "").join("")).join("");
  };
}
