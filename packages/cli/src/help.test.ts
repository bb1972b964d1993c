import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { helpText } from "./help.ts";

const run = () => {};

describe("helpText", () => {
  it("shows summary, usage, arguments and options in columns", () => {
    const command = defineCommand({
      summary: "Pulls a policy",
      description: "From a registry or a web server.",
      args: [{ name: "<uri>", description: "Policy URI" }, "[more...]"],
      flags: {
        "output-path": {
          type: "string",
          short: "o",
          valueName: "PATH",
          env: "OUT",
          default: ".",
          description: "Output file",
        },
        level: { type: "enum", values: ["a", "b"], required: true, description: "Level" },
        secret: { type: "boolean", hidden: true, description: "Not shown" },
      },
      run,
    });
    expect(helpText({ command, path: ["kwctl", "pull"] })).toBe(`Pulls a policy

From a registry or a web server.

Usage: kwctl pull [OPTIONS] --level <LEVEL> <uri> [more]...

Arguments:
  <uri>      Policy URI
  [more]...

Options:
  -o, --output-path <PATH>  Output file [env: OUT] [default: .]
      --level <LEVEL>       Level [possible values: a, b]
  -h, --help                Print help
`);
  });

  it("shows visible subcommands and the version flag of a program", () => {
    const program = defineCommand({
      name: "policy-server",
      version: { short: "policy-server 1" },
      summary: "Serves policies",
      subcommands: {
        docs: defineCommand({ summary: "Writes the reference", run }),
        probe: defineCommand({ summary: "Internal", hidden: true, run }),
      },
      run,
    });
    expect(helpText({ command: program, path: ["policy-server"] })).toBe(`Serves policies

Usage: policy-server [OPTIONS] [COMMAND]

Commands:
  docs  Writes the reference
  help  Print this message or the help of the given subcommand(s)

Options:
  -h, --help     Print help
  -V, --version  Print version
`);
  });
});
