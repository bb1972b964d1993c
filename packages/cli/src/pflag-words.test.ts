import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { defineFlags } from "./flag.ts";
import { parseCommandLine } from "./parse-command-line.ts";
import { pflagWords } from "./pflag-words.ts";

const description = "one of a program that was written with Go's pflag";
const flags = defineFlags({
  namespace: { type: "string", short: "n", description },
  cluster: { type: "boolean", short: "c", description },
  "output-scan": { type: "boolean", short: "o", description },
  "policy-server-url": { type: "string", description },
  "ignore-namespaces": { type: "list", short: "i", description },
  "parallel-resources": { type: "number", min: 1, max: 2 ** 31 - 1, description },
  "page-size": { type: "number", min: 1, description },
  "report-kind": { type: "enum", values: ["openreports", "policyreport"], description },
});
const program = defineCommand({ name: "scan", summary: "scans", flags, run() {} });

function read(...argv: string[]) {
  const result = pflagWords(flags, argv);
  return result.kind === "words" ? result.words : result.message;
}

describe("pflagWords", () => {
  it.each<[string, string[], string[]]>([
    ["a value after =", ["--namespace=shop"], ["--namespace=shop"]],
    ["a value in the next word", ["--namespace", "shop"], ["--namespace=shop"]],
    ["a value that looks like a flag", ["--namespace", "--cluster"], ["--namespace=--cluster"]],
    ["a value with =", ["--policy-server-url=http://x/?a=b"], ["--policy-server-url=http://x/?a=b"]],
    ["an empty value", ["--namespace="], ["--namespace="]],
    ["a switch", ["--cluster"], ["--cluster=true"]],
    ["a switch that is off", ["--cluster=false"], ["--cluster=false"]],
    ["Go's ways to say yes and no", ["--cluster=T", "-o=0"], ["--cluster=true", "--output-scan=false"]],
    ["a short flag", ["-n", "shop"], ["--namespace=shop"]],
    ["a short flag with its value", ["-nshop"], ["--namespace=shop"]],
    ["a short flag with =", ["-n=shop"], ["--namespace=shop"]],
    [
      "short flags in one word",
      ["-con", "shop"],
      ["--cluster=true", "--output-scan=true", "--namespace=shop"],
    ],
    ["a list that is given again", ["-i", "a,b", "--ignore-namespaces=c"], ["--ignore-namespaces=a,b,c"]],
    ["an empty list", ["-i", ""], ["--ignore-namespaces="]],
    ["the last of several values", ["-n", "a", "--namespace", "b"], ["--namespace=b"]],
    ["no words that are no flags", ["scan", "-c", "now"], ["--cluster=true"]],
    ["nothing after --", ["-c", "--", "--x"], ["--cluster=true"]],
    ["a wish for help, whatever else stands there", ["-c", "-h"], ["--help"]],
  ])("audit-and-reports section 1.1: reads %s", (_row, argv, words) => {
    expect(read(...argv)).toEqual(words);
  });

  it.each<[string[], string]>([
    [["--x"], "unknown flag: --x"],
    [["--x=1"], "unknown flag: --x"],
    [["-cx"], "unknown shorthand flag: 'x' in -cx"],
    [["--=1"], "bad flag syntax: --=1"],
    [["---c"], "bad flag syntax: ---c"],
    [["--constructor"], "unknown flag: --constructor"],
    [["--namespace"], "flag needs an argument: --namespace"],
    [["-n"], "flag needs an argument: 'n' in -n"],
    [
      ["--cluster=maybe"],
      'invalid argument "maybe" for "--cluster" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ["--page-size=1.5"],
      'invalid argument "1.5" for "--page-size" flag: strconv.ParseInt: parsing "1.5": invalid syntax',
    ],
    [
      ["--parallel-resources", "99999999999"],
      'invalid argument "99999999999" for "--parallel-resources" flag: expected 1 to 2147483647',
    ],
    [["--report-kind="], "invalid report-kind '': supported values are 'openreports' and 'policyreport'"],
  ])("audit-and-reports section 1.4: refuses %j", (argv, message) => {
    expect(read(...argv)).toBe(message);
  });

  it("whatever is given, what comes out is a command line or a message", () => {
    const names = Object.keys(flags).map((name) => `--${name}`);
    const word = fc.oneof(
      fc.constantFrom(...names, "-c", "-n", "-i", "-co", "--", "-", "true", "5"),
      fc.tuple(fc.constantFrom(...names), fc.string()).map(([name, text]) => `${name}=${text}`),
      fc.string({ unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(word), (argv) => {
        const result = pflagWords(flags, argv);
        if (result.kind === "problem") return result.message !== "";
        return parseCommandLine(program, result.words, {}).kind !== "usage-error";
      }),
    );
  });
});
