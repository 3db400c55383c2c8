import { CommanderError } from "commander";
import { describe, expect, it } from "vitest";
import { createProgram } from "../../server/cli/program.ts";

/** Runs a command line in this process; 0 for help, else what main makes of the error. */
async function run(parameters: readonly string[]) {
  const text = { out: "", err: "" };
  const program = createProgram({
    version: "0.0.0",
    env: {},
    out: (more) => {
      text.out += more;
    },
    err: (more) => {
      text.err += more;
    },
    untilSignal: () => Promise.resolve("SIGTERM"),
  });
  const code = await program.parseAsync(["node", "offhook", ...parameters]).then(
    () => 0,
    (error: unknown) => (error instanceof CommanderError ? (error.exitCode === 0 ? 0 : 2) : 1),
  );
  return { ...text, code };
}

describe("the command line", () => {
  it.each([
    [["--help"], /Commands:[\s\S]*serve[\s\S]*simulate[\s\S]*render[\s\S]*check[\s\S]*demo/],
    [["simulate", "--help"], /--model/],
    [["serve", "--help"], /OFFHOOK_TFTP_PORT/],
    [["render", "--help"], /Example/],
    [["check", "--help"], /profiles/],
    [["demo", "--help"], /--stay/],
    [["--version"], /^0\.0\.0\n$/],
  ])("helps with %j", async (parameters, out) => {
    expect(await run(parameters)).toMatchObject({ code: 0, err: "", out: expect.stringMatching(out) });
  });

  it.each([
    [["fly"], /^error: unknown command 'fly'\n$/],
    [["render", "001721820542"], /^error: missing required argument 'file'\n$/],
    [["render", "zz", "x.xml"], /^error: [^\n]*'zz' is invalid[^\n]*twelve hex digits[^\n]*\n$/],
    [["serve", "--fast"], /^error: unknown option '--fast'\n$/],
    [["serve", "fast"], /^error: too many arguments[^\n]*\n$/],
    [["simulate"], /^error: [^\n]+\n$/],
    [["simulate", "--model", "cisco/8851x", "--server", "127.0.0.1"], /^error: [^\n]*cisco\/8851[^\n]*\n$/],
  ])("called with %j says in one line what is wrong", async (parameters, err) => {
    expect(await run(parameters)).toMatchObject({ code: 2, out: "", err: expect.stringMatching(err) });
  });
});
