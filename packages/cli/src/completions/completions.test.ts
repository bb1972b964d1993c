import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type CompletingShell,
  completedByZsh,
  completingShells,
  linesOf,
  offeredByBash,
} from "../../../../tests/support/completing-shells.ts";
import { requires } from "../../../../tests/support/requirements.ts";
import { defineCommand } from "../command.ts";
import { runProgram } from "../run-program.ts";
import { completionScript, completionShells } from "./completion-script.ts";
import { completionsCommand } from "./completions-command.ts";

const program = defineCommand({
  name: "shop-keeper",
  version: { short: "shop-keeper 1" },
  summary: "Keeps a shop",
  flags: { verbose: { type: "boolean", short: "v", global: true, description: "Say more" } },
  subcommands: {
    buy: defineCommand({
      summary: "Buys: [things]",
      args: ["<thing>"],
      flags: {
        kind: {
          type: "enum",
          short: "k",
          values: ["fruit", "fish"],
          description: 'What\'s [it]: a "kind" $HOME `ls`',
        },
        list: { type: "string", short: "l", repeatable: true, description: "File" },
        secret: { type: "boolean", hidden: true, description: "Internal" },
      },
      run() {},
    }),
    completions: completionsCommand(),
    hidden: defineCommand({ summary: "Internal", hidden: true, run() {} }),
    stock: defineCommand({
      summary: "The stock",
      subcommands: { count: defineCommand({ summary: "Counts", run() {} }) },
    }),
  },
});

describe.each(completionShells)("the completion script for %s", (shell) => {
  const script = completionScript(program, shell);

  it("kwctl-and-oci 43: has every visible subcommand, flag and value", () => {
    const words = "buy completions stock count help kind list verbose version fruit fish bash powershell";
    for (const word of words.split(" ")) expect(script).toMatch(new RegExp(`\\b${word}\\b`));
    expect(script).not.toMatch(/secret|hidden|Internal/);
  });

  it("is what the command `completions` writes", async () => {
    const written: unknown[] = [];
    const io = { env: {}, stdout: { write: (text: unknown) => written.push(text) }, stderr: process.stderr };
    expect(await runProgram(program, { argv: ["completions", "-s", shell], ...io })).toBe(0);
    expect(written).toEqual([script]);
  });
});

/** What is typed up to the cursor, and what a shell offers then; a shell may offer names of files besides. */
const cases: readonly (readonly [typed: string, offered: readonly string[]])[] = [
  ["shop-keeper ", ["buy", "completions", "help", "stock"]],
  ["shop-keeper c", ["completions"]],
  ["shop-keeper -v stock ", ["count", "help"]],
  ["shop-keeper stock c", ["count"]],
  ["shop-keeper help stock ", ["count"]],
  ["shop-keeper buy --k", ["--kind"]],
  ["shop-keeper buy thing --v", ["--verbose"]],
  ["shop-keeper --ver", ["--verbose", "--version"]],
  ["shop-keeper buy --kind ", ["fish", "fruit"]],
  ["shop-keeper buy --kind fr", ["fruit"]],
  ["shop-keeper buy -k fi", ["fish"]],
  ["shop-keeper completions --shell z", ["zsh"]],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "completions-"));
  await mkdir(join(folder, "scripts"));
  await writeFile(join(folder, "fruit list.txt"), "");
  for (const shell of completionShells)
    await writeFile(place(shell).script, completionScript(program, shell));
});
afterAll(() => rm(folder, { recursive: true }));

const place = (shell: string) => ({ script: join(folder, "scripts", shell), folder });

describe.each(Object.entries<CompletingShell>(completingShells))("kwctl-and-oci 43: in %s", (name, shell) => {
  const skip = shell.needs !== undefined && requires(shell.needs).skip;

  it.skipIf(skip).each(cases)("`%s` offers %j", async (typed, offered) => {
    const words = await shell.offered(typed, place(name));
    expect(words.filter((word) => !/^scripts|^fruit list/.test(word))).toEqual(offered);
  });
});

describe("kwctl-and-oci 43: in bash", () => {
  const complete = (...words: readonly string[]) => offeredByBash(words, place("bash"));

  it("the value after a sign is completed too", async () => {
    expect(await complete("shop-keeper", "buy", "--kind", "=")).toEqual(["fish", "fruit"]);
    expect(await complete("shop-keeper", "buy", "--kind", "=", "fr")).toEqual(["fruit"]);
  });

  it("names of files are left to bash", async () => {
    expect(await complete("shop-keeper", "buy", "--list", "fr")).toEqual([]);
    const text = `source '${place("bash").script}'; complete -p shop-keeper`;
    expect(await linesOf("bash", ["--norc", "-c", text], { folder })).toEqual([
      expect.stringContaining("-o default"),
    ]);
  });
});

describe.skipIf(requires("fish").skip)("kwctl-and-oci 43: in fish", () => {
  it("names of files are offered where they fit", async () => {
    const { offered } = completingShells.fish;
    expect(await offered("shop-keeper buy --list fr", place("fish"))).toEqual(["fruit list.txt"]);
    expect(await offered("shop-keeper stock fr", place("fish"))).toEqual([]);
  });
});

describe("kwctl-and-oci 43: in zsh", () => {
  it.skipIf(requires("zsh").skip)("completes what can be one word only", async () => {
    const single = cases.filter(([, offered]) => offered.length === 1);
    const typed = single.map(([line]) => line);
    const completed = single.map(([line, [word = ""]]) => line.replace(/^\S+ /, "").replace(/\S*$/, word));
    expect(await completedByZsh(typed, place("zsh"))).toEqual(completed.sort());
  });

  it("announces itself to the completion of zsh", () => {
    expect(completionScript(program, "zsh").startsWith("#compdef shop-keeper\n")).toBe(true);
  });
});
