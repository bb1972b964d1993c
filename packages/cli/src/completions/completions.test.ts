import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { requires } from "../../../../tests/support/requirements.ts";
import { defineCommand } from "../command.ts";
import { runProgram } from "../run-program.ts";
import { completionScript, completionShells } from "./completion-script.ts";
import { completionsCommand } from "./completions-command.ts";

const run = promisify(execFile);

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
  const write = (shell: (typeof completionShells)[number]) =>
    writeFile(join(folder, `script.${shell}`), completionScript(program, shell));
  await Promise.all([...completionShells.map(write), writeFile(join(folder, "fruit list.txt"), "")]);
});
afterAll(() => rm(folder, { recursive: true }));

/** @returns the lines that a shell writes for a program of its own, sorted */
async function ask(shell: string, args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await run(shell, args, { cwd: folder });
  expect(stderr).toBe("");
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

describe("kwctl-and-oci 43: in bash", () => {
  const complete = (...words: readonly string[]) => {
    const list = words.map((word) => `'${word}'`).join(" ");
    const program = `source script.bash
      COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}
      $(complete -p shop-keeper | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    return ask("bash", ["--norc", "--noprofile", "-c", program]);
  };

  it.each(cases)("`%s` offers %j", async (typed, offered) => {
    expect(await complete(...typed.split(" "))).toEqual(offered);
  });

  it("the value after a sign is completed too", async () => {
    expect(await complete("shop-keeper", "buy", "--kind", "=")).toEqual(["fish", "fruit"]);
    expect(await complete("shop-keeper", "buy", "--kind", "=", "fr")).toEqual(["fruit"]);
  });

  it("names of files are left to bash", async () => {
    expect(await complete("shop-keeper", "buy", "--list", "fr")).toEqual([]);
    expect(await ask("bash", ["--norc", "-c", "source script.bash; complete -p shop-keeper"])).toEqual([
      expect.stringContaining("-o default"),
    ]);
  });
});

describe.skipIf(requires("fish").skip)("kwctl-and-oci 43: in fish", () => {
  const complete = async (typed: string) => {
    const program = `source script.fish; complete -C ${JSON.stringify(typed)}`;
    const lines = await ask("fish", ["--no-config", "-c", program]);
    return lines.map((line) => line.split("\t")[0]);
  };

  it.each(cases)("`%s` offers %j", async (typed, offered) => {
    expect((await complete(typed)).filter((word) => !/^script\.|^fruit list/.test(word ?? ""))).toEqual(
      offered,
    );
  });

  it("names of files are offered where they fit", async () => {
    expect(await complete("shop-keeper buy --list fr")).toEqual(["fruit list.txt"]);
    expect(await complete("shop-keeper stock fr")).toEqual([]);
  });
});

/** Types into an interactive zsh: what is completed to one word is what the program is then called with. */
const zshSession = `zmodload zsh/zpty
zpty session "zsh -f -i"
zpty -w session 'autoload -U compinit; compinit -u -D; source ./script.zsh; PS1=
shop-keeper() { print -r -- "called:\${(j: :)@}:" }; print ready$((1+1))'
zpty -r session seen "*ready2*"
for typed in "$@"; do
  zpty -w -n session "$typed"$'\t'$'\n'
  zpty -r session seen "*called:*:*"
  print -r -- "\${\${seen##*called:}%%:*}"
done
zpty -d session
`;

describe.skipIf(requires("zsh").skip)("kwctl-and-oci 43: in zsh", () => {
  it("completes what can be one word only", async () => {
    await writeFile(join(folder, "session.zsh"), zshSession);
    const single = cases.filter(([, offered]) => offered.length === 1);
    const typed = single.map(([line]) => line);
    const completed = single.map(([line, [word]]) =>
      line
        .split(" ")
        .slice(1, -1)
        .concat(word ?? "")
        .join(" "),
    );
    expect(await ask("zsh", ["-f", "session.zsh", ...typed])).toEqual(completed.sort());
  });

  it("announces itself to the completion of zsh", () => {
    expect(completionScript(program, "zsh").startsWith("#compdef shop-keeper\n")).toBe(true);
  });
});

/** What elvish has in an interactive session only. */
const elvishEditor = `var edit: = (ns [
  &completion:=(ns [&arg-completer=[&]])
  &complex-candidate~={|text &display=''| put $text }
  &complete-filename~={|word| nop }
])
`;

describe.skipIf(requires("elvish").skip)("kwctl-and-oci 43: in elvish", () => {
  it.each(cases)("`%s` offers %j", async (typed, offered) => {
    const words = typed.split(" ").map((word) => `'${word}'`);
    const call = `$edit:completion:arg-completer[shop-keeper] ${words.join(" ")} | each $echo~`;
    const text = elvishEditor + completionScript(program, "elvish") + call;
    const last = typed.split(" ").at(-1) ?? "";
    // The editor of elvish picks those that begin like the word.
    const candidates = (await ask("elvish", ["-norc", "-c", text])).filter((word) => word.startsWith(last));
    expect(candidates.filter((word) => last !== "" || !word.startsWith("-"))).toEqual(offered);
  });
});

describe.skipIf(requires("pwsh").skip)("kwctl-and-oci 43: in PowerShell", () => {
  const complete = (typed: string) => {
    const line = `(TabExpansion2 -inputScript '${typed}' -cursorColumn ${typed.length}).CompletionMatches.CompletionText`;
    return ask("pwsh", ["-NoProfile", "-Command", `. ./script.powershell.ps1; ${line}`]);
  };

  it.each(cases)("`%s` offers %j", async (typed, offered) => {
    await writeFile(join(folder, "script.powershell.ps1"), completionScript(program, "powershell"));
    expect(await complete(typed)).toEqual(offered);
  });
});
