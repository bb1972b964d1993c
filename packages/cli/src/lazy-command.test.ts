import { describe, expect, it } from "vitest";
import { defineCommand } from "./command.ts";
import { docsCommand } from "./docs-command.ts";
import { lazyCommand } from "./lazy-command.ts";
import { runProgram } from "./run-program.ts";

/** Runs a program of lazy commands. @returns what it wrote, and which commands it loaded */
async function run(argv: string[]) {
  const loaded: string[] = [];
  let [stdout, stderr, written] = ["", "", ""];
  const lazy = (name: string) =>
    lazyCommand(`Does ${name}`, async () => {
      loaded.push(name);
      return defineCommand({
        summary: `Does ${name}`,
        flags: { loud: { type: "boolean", description: `Loud ${name}` } },
        run: ({ flags, stdout: out }) => void out.write(`${name} ${flags.loud}`),
      });
    });
  const open = async () => ({
    writeFile: async (text: string) => {
      written = text;
    },
    [Symbol.asyncDispose]: async () => {},
  });
  const program = defineCommand({
    name: "p",
    version: { short: "p 1" },
    summary: "A program",
    subcommands: { pull: lazy("pull"), push: lazy("push"), docs: docsCommand({ open }) },
  });
  const exitCode = await runProgram(program, {
    argv,
    env: {},
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
  });
  return { exitCode, stdout, stderr, written, loaded: loaded.sort() };
}

describe("lazyCommand", () => {
  it.each<[string, string[], string[]]>([
    ["its version", ["--version"], []],
    ["the help of all", ["--help"], []],
    ["one command", ["pull", "--loud"], ["pull"]],
    ["the help of one", ["help", "push"], ["push"]],
    ["an unknown one", ["pul"], []],
  ])("loads for %s what is needed", async (_row, argv, loaded) => {
    expect((await run(argv)).loaded).toEqual(loaded);
  });

  it("parses and runs it as if it had been there from the start", async () => {
    expect((await run(["pull", "--loud"])).stdout).toBe("pull true");
    expect((await run(["pull", "--nope"])).stderr).toContain("unexpected argument '--nope' found");
    expect((await run(["help", "pull"])).stdout).toContain("Loud pull");
    expect((await run(["--help"])).stdout).toContain("push  Does push");
  });

  it("hands the whole table to what writes about it", async () => {
    const { written, loaded } = await run(["docs", "-o", "x.md"]);
    expect(loaded).toEqual(["pull", "push"]);
    expect(written).toContain("Loud push");
  });
});
