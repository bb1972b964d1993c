import { type Command, loadSubcommands } from "@kubewarden-ts/cli";
import { builtinNames } from "@kubewarden-ts/rego/node";
import { describe, expect, it } from "vitest";
import { kwctlProgram } from "./program.ts";
import { runKwctl } from "./testing/run-kwctl.ts";

describe("kwctl", () => {
  it("lists its commands", async () => {
    const { code, stdout } = await runKwctl(["--help"]);
    expect(code).toBe(0);
    const commands =
      "annotate bench completions digest docs info inspect load policies pull push rm run save scaffold verify";
    for (const command of commands.split(" ")) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, "m"));
  });

  it.each([
    ["-V", "kwctl 1.38.0\n"],
    [
      "--version",
      "kwctl 1.38.0\n\nkubewarden-ts 0.0.1. Use the `kwctl info` command to display system information\n",
    ],
  ])("answers %s", async (flag, stdout) => {
    expect(await runKwctl([flag])).toMatchObject({ code: 0, stdout, stderr: "" });
  });

  it("says the same of each command, loaded or not", async () => {
    const program = kwctlProgram({
      ownVersion: "0.0.1",
      open: () => Promise.reject(new Error("not opened")),
    });
    const loaded = await loadSubcommands(program);
    const summaries = ({ subcommands }: Command) =>
      Object.entries(subcommands).map(([name, { summary }]) => [name, summary]);
    expect(summaries(program)).toEqual(summaries(loaded));
  });

  it("describes itself", async () => {
    expect((await runKwctl(["info"])).stdout).toBe(`kwctl version: 1.38.0

Open Policy Agent/Gatekeeper implemented builtins:
${builtinNames.map((name) => `  - ${name}\n`).join("")}
Policy store: /home/test/.cache/kubewarden/store
Config directory: /home/test/.config/kubewarden
kwctl cache directory: /home/test/.cache/kubewarden/kwctl
`);
  });

  it.each([
    ["run p", "the following required arguments were not provided:\n  --request-path <PATH>"],
    [
      "scaffold vap",
      "the following required arguments were not provided:\n  --policy <VALIDATING-ADMISSION-POLICY.yaml>\n  --binding <VALIDATING-ADMISSION-POLICY-BINDING.yaml>",
    ],
    ["inspect p -o X", "invalid value 'X' for '--output <FORMAT>'\n  [possible values: yaml]"],
    [
      "run p -r f --record-host-capabilities-interactions a --replay-host-capabilities-interactions b",
      "the argument '--record-host-capabilities-interactions <FILE>' cannot be used with '--replay-host-capabilities-interactions <FILE>'",
    ],
    ["scaffold", "'kwctl scaffold' requires a subcommand but one was not provided"],
  ])("kwctl-and-oci 21: `%s` is a usage error", async (line, message) => {
    const { code, stderr } = await runKwctl(line.split(" "));
    expect(code).toBe(2);
    expect(stderr.startsWith(`error: ${message}\n`)).toBe(true);
  });
});
