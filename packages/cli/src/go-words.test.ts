import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { defineFlags } from "./flag.ts";
import { goWords } from "./go-words.ts";
import { parseCommandLine } from "./parse-command-line.ts";

const flags = defineFlags({
  loud: { type: "boolean", description: "in capitals" },
  who: { type: "string", description: "whom to greet" },
  port: { type: "number", description: "where to listen" },
});

describe("goWords", () => {
  it.each<[string, string[], string[]]>([
    ["one dash", ["-who", "me"], ["--who=me"]],
    ["two dashes", ["--who", "me"], ["--who=me"]],
    ["a value behind =", ["-who=a=b", "--port=1"], ["--who=a=b", "--port=1"]],
    ["an empty value", ["--who=", "--loud"], ["--who=", "--loud=true"]],
    ["a value that begins with a dash", ["--who", "--loud"], ["--who=--loud"]],
    ["a switch", ["-loud"], ["--loud=true"]],
    ["a switch with a text of Go's", ["-loud=T"], ["--loud=true"]],
    ["a switch that is off", ["--loud=0"], ["--loud=false"]],
    ["a switch with another text, to be refused", ["--loud=maybe"], ["--loud=maybe"]],
    ["the last of several", ["--who=a", "-loud", "-who", "b"], ["--loud=true", "--who=b"]],
    ["a flag without its value, to be refused", ["--who"], ["--who"]],
    ["nothing behind --", ["-loud", "--", "-who"], ["--loud=true", "--", "-who"]],
    ["nothing behind the first other word", ["docs", "-who"], ["docs", "-who"]],
    ["help", ["-help"], ["--help"]],
    ["help in short", ["-h"], ["-h"]],
    ["an unknown flag, to be refused", ["-whom=x"], ["--whom=x"]],
    ["a lone dash as no flag", ["-", "-loud"], ["-", "-loud"]],
    ["three dashes as no flag", ["---loud"], ["---loud"]],
  ])("reads %s", (_row, argv, words) => {
    expect(goWords(flags, argv)).toEqual(words);
  });

  const program = defineCommand({ name: "greet", summary: "greets", flags, run() {} });
  const read = (argv: string[]) => parseCommandLine(program, goWords(flags, argv), {});

  it("is understood by the parser", () => {
    expect(read(["-who", "you", "-loud=F", "-port=80", "-port", "81"])).toMatchObject({
      kind: "run",
      flags: { who: "you", loud: false, port: 81 },
    });
  });

  it.each([[["-loud=maybe"]], [["-whom"]], [["-port", "x"]], [["--who"]], [["-loud", "false"]]])(
    "lets the parser refuse %j",
    (argv) => {
      expect(read(argv)).toMatchObject({ kind: "usage-error", exitCode: 2 });
    },
  );

  it("takes any words", () => {
    const word = fc.oneof(
      fc.string(),
      fc.constantFrom("-who", "--port", "-loud", "--", "=", "-=x", "--constructor"),
    );
    fc.assert(fc.property(fc.array(word), (argv) => void read(argv)));
  });
});
