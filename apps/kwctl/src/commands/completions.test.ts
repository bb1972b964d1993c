import { type Command, completionShells, type FlagTable, loadSubcommands } from "@kubewarden-ts/cli";
import { describe, expect, it } from "vitest";
import { kwctlProgram } from "../program.ts";
import { runKwctl } from "../testing/run-kwctl.ts";

const open = () => Promise.reject(new Error("not opened"));
const program = await loadSubcommands(kwctlProgram({ ownVersion: "0.0.1", open }));

/** Everything that is to be completed: subcommands, flags without their dashes, values of lists. */
function wordsOf({
  flags,
  subcommands,
}: {
  flags: FlagTable;
  subcommands: Readonly<Record<string, Command>>;
}): string[] {
  const shown = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  const values = shown.flatMap(([, flag]) => (flag.type === "enum" ? flag.values : []));
  return [
    ...shown.map(([name]) => name),
    ...values,
    ...Object.entries(subcommands).flatMap(([name, command]) => [name, ...wordsOf(command)]),
  ];
}

describe("kwctl completions", () => {
  it.each(completionShells)(
    "kwctl-and-oci 43: for %s name every subcommand, flag and value",
    async (shell) => {
      const { code, stdout, stderr } = await runKwctl(["completions", "-s", shell]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      const words = new Set(stdout.split(/[^\w-]+/).flatMap((word) => [word, word.replace(/^--?/, "")]));
      expect(wordsOf(program).filter((word) => !words.has(word))).toEqual([]);
    },
  );

  it("kwctl-and-oci 43: needs one of five shells", async () => {
    const { code, stderr } = await runKwctl(["completions", "-s", "csh"]);
    expect(code).toBe(2);
    expect(stderr).toContain("[possible values: bash, elvish, fish, powershell, zsh]");
  });
});
