import fc from "fast-check";
import { describe, expect, expectTypeOf, it } from "vitest";
import { defineCommand } from "./command.ts";
import { parseCommandLine } from "./parse-command-line.ts";

const push = defineCommand({
  summary: "Pushes",
  args: ["<policy>", { name: "<uri>", description: "Where to" }],
  flags: {
    force: { type: "boolean", short: "f", env: "PUSH_FORCE", description: "Without checks" },
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["text", "json"],
      default: "text",
      description: "Format",
    },
    key: { type: "string", short: "k", valueName: "PATH", repeatable: true, description: "Key" },
  },
  run({ args, flags }) {
    expectTypeOf(args).toEqualTypeOf<readonly [string, string]>();
    expectTypeOf(flags.force).toEqualTypeOf<boolean>();
    expectTypeOf(flags.output).toEqualTypeOf<"text" | "json">();
    expectTypeOf(flags.key).toEqualTypeOf<readonly string[]>();
  },
});

const run = defineCommand({
  summary: "Runs",
  args: ["<uri>", "[more...]"],
  flags: {
    "request-path": { type: "string", short: "r", valueName: "PATH", required: true, description: "Request" },
    workers: { type: "number", env: "WORKERS", min: 1, max: 64, description: "Workers" },
    port: { type: "number", default: 3000, max: 65535, description: "Port" },
    ca: { type: "list", env: "CA", valueName: "PATHS", description: "CA files" },
    "settings-path": {
      type: "string",
      valueName: "FILE",
      conflictsWith: ["settings-json"],
      description: "Settings",
    },
    "settings-json": { type: "string", valueName: "JSON", description: "Settings" },
    allowed: { type: "string", valueName: "PATTERN", greedy: true, description: "Capabilities" },
    plain: { type: "boolean", env: "NO_COLOR", setByAnyText: true, description: "No colour" },
    mode: { type: "enum", values: ["a"], hiddenValues: ["b"], hidden: true, description: "Mode" },
  },
  run({ args, flags }) {
    expectTypeOf(args).toEqualTypeOf<readonly [string, readonly string[]]>();
    expectTypeOf(flags["request-path"]).toEqualTypeOf<string>();
    expectTypeOf(flags.workers).toEqualTypeOf<number | undefined>();
    expectTypeOf(flags.port).toEqualTypeOf<number>();
    expectTypeOf(flags.ca).toEqualTypeOf<readonly string[]>();
    expectTypeOf(flags.allowed).toEqualTypeOf<readonly string[] | undefined>();
    expectTypeOf(flags.mode).toEqualTypeOf<"a" | "b" | undefined>();
  },
});

const vap = defineCommand({
  summary: "From a VAP",
  flags: {
    policy: {
      type: "string",
      short: "p",
      valueName: "VALIDATING-ADMISSION-POLICY.yaml",
      required: true,
      description: "Policy",
    },
    version: { type: "string", short: "v", valueName: "VALUE", description: "Version" },
  },
  run() {},
});

const root = defineCommand({
  name: "kwctl",
  version: { short: "kwctl 1.2.3", long: "kwctl 1.2.3\n\nmore" },
  summary: "Kubewarden",
  flags: {
    verbose: { type: "boolean", short: "v", global: true, description: "More logs" },
    local: { type: "boolean", description: "Before the subcommand only" },
  },
  subcommands: { push, run, scaffold: defineCommand({ summary: "Scaffolds", subcommands: { vap } }) },
});

function parse(line: string, env: Record<string, string> = {}) {
  return parseCommandLine(root, line === "" ? [] : line.split(" "), env);
}

function flagsOf(line: string, env: Record<string, string> = {}) {
  const parsed = parse(line, env);
  return parsed.kind === "run" ? parsed.flags : parsed;
}

describe("parseCommandLine", () => {
  it.each<[string, string, Record<string, string>, Record<string, unknown>]>([
    ["defaults", "push p u", {}, { force: false, output: "text", key: [] }],
    ["long flags", "push p u --force --output json", {}, { force: true, output: "json" }],
    ["attached values", "push p u --output=json -kA -k=B -k C", {}, { output: "json", key: ["A", "B", "C"] }],
    ["letters in one word", "push -fojson p u", {}, { force: true, output: "json" }],
    ["a switch with a value", "push p u --force=false", { PUSH_FORCE: "true" }, { force: false }],
    ["yes from the environment", "push p u", { PUSH_FORCE: "yes" }, { force: true }],
    ["off from the environment", "push p u", { PUSH_FORCE: "off" }, { force: false }],
    ["a number", "run u -r x --workers 3", { WORKERS: "9" }, { workers: 3, port: 3000 }],
    ["a number from the environment", "run u -r x", { WORKERS: "9" }, { workers: 9 }],
    ["a comma separated list", "run u -r x", { CA: "/a,/b" }, { ca: ["/a", "/b"] }],
    ["a lone dash as value", "run u -r -", {}, { "request-path": "-" }],
    ["an absent greedy flag", "run u -r x", {}, { allowed: undefined }],
    ["a greedy flag without values", "run u --allowed -r x", {}, { allowed: [] }],
    ["a repeated greedy flag", "run u --allowed a b -r x --allowed c", {}, { allowed: ["a", "b", "c"] }],
    ["any text for NO_COLOR", "run u -r x", { NO_COLOR: "0" }, { plain: true }],
    ["an empty NO_COLOR", "run u -r x", { NO_COLOR: "" }, { plain: false }],
    ["a hidden value", "run u -r x --mode b", {}, { mode: "b" }],
    ["a command's own -v", "scaffold vap -p x -v 1", {}, { version: "1" }],
  ])("reads %s", (_row, line, env, expected) => {
    expect(flagsOf(line, env)).toMatchObject(expected);
  });

  it("kwctl-and-oci 36: a greedy flag ends at the next flag or at --", () => {
    expect(parse("run -r x --allowed oci/* net/* -- policy.yaml")).toMatchObject({
      kind: "run",
      path: ["kwctl", "run"],
      args: ["policy.yaml", []],
      flags: { allowed: ["oci/*", "net/*"] },
    });
  });

  it.each([
    ["before the subcommand", "-v push p u", true],
    ["after the subcommand", "push p u --verbose", true],
    ["nowhere", "push p u", false],
  ])("reads a global flag %s", (_row, line, expected) => {
    expect(parse(line)).toMatchObject({ kind: "run", globals: { verbose: expected, local: false } });
  });

  it.each([
    [
      "missing arguments, flags first",
      "run",
      "the following required arguments were not provided:\n  --request-path <PATH>\n  <uri>",
    ],
    [
      "a missing flag",
      "scaffold vap",
      "the following required arguments were not provided:\n  --policy <VALIDATING-ADMISSION-POLICY.yaml>",
    ],
    [
      "a value outside an enum",
      "push p u -o X",
      "invalid value 'X' for '--output <FORMAT>'\n  [possible values: text, json]",
    ],
    ["an unknown flag", "push --foo", "unexpected argument '--foo' found"],
    ["an unknown letter", "push -x", "unexpected argument '-x' found"],
    ["a global letter after the subcommand", "push -v p u", "unexpected argument '-v' found"],
    ["a root flag that is not global", "push p u --local", "unexpected argument '--local' found"],
    ["a word too many", "push a b c", "unexpected argument 'c' found"],
    ["an unknown command", "foo", "unrecognized subcommand 'foo'"],
    ["an unknown command in help", "help foo", "unrecognized subcommand 'foo'"],
    [
      "exclusive flags",
      "run u -r x --settings-json 1 --settings-path f",
      "the argument '--settings-path <FILE>' cannot be used with '--settings-json <JSON>'",
    ],
    [
      "a flag given twice",
      "run u -r x --request-path y",
      "the argument '--request-path <PATH>' cannot be used multiple times",
    ],
    ["a switch given twice", "push p u -f --force", "the argument '--force' cannot be used multiple times"],
    [
      "a flag without its value",
      "run u -r",
      "a value is required for '--request-path <PATH>' but none was supplied",
    ],
    [
      "a flag where a value belongs",
      "run u -r --plain",
      "a value is required for '--request-path <PATH>' but none was supplied",
    ],
    [
      "a nested command without subcommand",
      "scaffold",
      "'kwctl scaffold' requires a subcommand but one was not provided\n  [subcommands: vap, help]",
    ],
    [
      "flags without a command",
      "-v",
      "'kwctl' requires a subcommand but one was not provided\n  [subcommands: push, run, scaffold, help]",
    ],
    [
      "letters for a number",
      "run u -r x --workers many",
      "invalid value 'many' for '--workers <WORKERS>': invalid digit found in string",
    ],
    [
      "a number out of bounds",
      "run u -r x --workers 0",
      "invalid value '0' for '--workers <WORKERS>': 0 is not in 1..=64",
    ],
    [
      "a word for a switch",
      "push p u --force=maybe",
      "invalid value 'maybe' for '--force'\n  [possible values: true, false]",
    ],
    ["a name every object has", "push --constructor", "unexpected argument '--constructor' found"],
    ["a command every object has", "toString", "unrecognized subcommand 'toString'"],
  ])("kwctl-and-oci 21: %s is a usage error", (_row, line, message) => {
    const parsed = parse(line);
    expect(parsed).toMatchObject({ kind: "usage-error", exitCode: 2 });
    if (parsed.kind !== "usage-error") return;
    expect(parsed.text.startsWith(`error: ${message}\n\n`)).toBe(true);
    expect(parsed.text).toMatch(/\n\nUsage: kwctl.*\n\nFor more information, try '--help'\.\n$/);
  });

  it("kwctl-and-oci 21: a bad value in the environment names the flag", () => {
    const parsed = parse("push p u", { PUSH_FORCE: "1x" });
    expect(parsed).toMatchObject({ kind: "usage-error" });
    expect(JSON.stringify(parsed)).toContain("invalid value '1x' for '--force'");
  });

  it.each([
    ["flag", "push --forse", "tip: a similar argument exists: '--force'"],
    ["command", "pusj", "tip: a similar subcommand exists: 'push'"],
  ])("hints at the %s that was meant", (_row, line, tip) => {
    expect(JSON.stringify(parse(line))).toContain(tip);
  });

  it("kwctl-and-oci 21: no subcommand at all gives help as an error", () => {
    const parsed = parse("");
    expect(parsed).toMatchObject({ kind: "usage-error", exitCode: 2 });
    expect(JSON.stringify(parsed)).toContain("Usage: kwctl [OPTIONS] <COMMAND>");
  });

  it.each([
    ["-V", "kwctl 1.2.3\n"],
    ["--version", "kwctl 1.2.3\n\nmore\n"],
    ["-vV", "kwctl 1.2.3\n"],
  ])("answers %s", (line, text) => {
    expect(parse(line)).toEqual({ kind: "version", text });
  });

  it.each([
    ["--help", "Usage: kwctl [OPTIONS] <COMMAND>"],
    ["help", "Usage: kwctl [OPTIONS] <COMMAND>"],
    ["push --help", "Usage: kwctl push [OPTIONS] <policy> <uri>"],
    ["push -h", "Usage: kwctl push [OPTIONS] <policy> <uri>"],
    ["help scaffold vap", "Usage: kwctl scaffold vap [OPTIONS] --policy <VALIDATING-ADMISSION-POLICY.yaml>"],
    ["scaffold help vap", "Usage: kwctl scaffold vap [OPTIONS] --policy <VALIDATING-ADMISSION-POLICY.yaml>"],
  ])("answers %s with help", (line, usage) => {
    const parsed = parse(line);
    expect(parsed.kind).toBe("help");
    expect("text" in parsed && parsed.text.split("\n")).toContain(usage);
  });

  it("never throws, whatever the words and the environment", () => {
    const word = fc.oneof(
      fc.constantFrom(
        "run",
        "push",
        "help",
        "scaffold",
        "vap",
        "--",
        "-",
        "-vf",
        "--force=",
        "-r",
        "--allowed",
        "--=x",
      ),
      fc.string({ maxLength: 8 }),
    );
    const text = fc.option(fc.string({ maxLength: 4 }), { nil: undefined });
    const env = fc.record({ PUSH_FORCE: text, WORKERS: text, CA: text, NO_COLOR: text });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 8 }), env, (argv, variables) => {
        const parsed = parseCommandLine(root, argv, variables);
        expect(["run", "help", "version", "usage-error"]).toContain(parsed.kind);
        // A command only runs with everything it requires.
        if (parsed.kind === "run") expect(parsed.args[0] ?? parsed.flags["policy"]).toBeTypeOf("string");
      }),
      { numRuns: 500 },
    );
  });
});
