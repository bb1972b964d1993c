import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, completionShells, type FlagTable, loadSubcommands } from "@kubewarden-ts/cli";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CompletingShell,
  completedByZsh,
  completingShells,
} from "../../../../tests/support/completing-shells.ts";
import { requires } from "../../../../tests/support/requirements.ts";
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

const visible = Object.entries(program.subcommands).flatMap(([name, { hidden }]) => (hidden ? [] : [name]));

/** What is typed up to the cursor, and what a shell offers then. */
const typedLines: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["kwctl ", [...new Set([...visible, "help"])].sort()],
  ["kwctl pu", ["pull", "push"]],
  ["kwctl -v ann", ["annotate"]],
  ["kwctl scaffold v", ["vap", "verification-config"]],
  ["kwctl scaffold manifest --ty", ["--type"]],
  ["kwctl run --request-p", ["--request-path"]],
  ["kwctl inspect -o y", ["yaml"]],
  ["kwctl run -e g", ["gatekeeper"]],
  ["kwctl completions --shell p", ["powershell"]],
  ["kwctl completions -s ", ["bash", "elvish", "fish", "powershell", "zsh"]],
];

describe("the script of kwctl completions", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kwctl-completions-"));
    await mkdir(join(folder, "home"));
    for (const shell of completionShells) {
      await writeFile(place(shell).script, (await runKwctl(["completions", "-s", shell])).stdout);
    }
  });
  afterAll(() => rm(folder, { recursive: true }));

  const place = (shell: string) => ({ script: join(folder, shell), folder: join(folder, "home") });

  describe.each(Object.entries<CompletingShell>(completingShells))("read by %s", (name, shell) => {
    const skip = shell.needs !== undefined && requires(shell.needs).skip;

    it.skipIf(skip).each(typedLines)("kwctl-and-oci 43: `%s` offers %j", async (typed, offered) => {
      expect(await shell.offered(typed, place(name))).toEqual(offered);
    });
  });

  it.skipIf(requires("zsh").skip)(
    "kwctl-and-oci 43: read by zsh completes what can be one word only",
    async () => {
      const single = typedLines.filter(([, offered]) => offered.length === 1);
      const completed = single.map(([typed, [word = ""]]) =>
        typed.replace(/^\S+ /, "").replace(/\S*$/, word),
      );
      const typed = single.map(([line]) => line);
      expect(await completedByZsh(typed, place("zsh"))).toEqual(completed.sort());
    },
  );
});
