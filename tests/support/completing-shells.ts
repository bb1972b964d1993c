import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { partPath, type Requirement } from "./requirements.ts";

const run = promisify(execFile);

/** A script of completions, and where the shell that reads it runs. */
export interface SourcedScript {
  /** path of the script */
  readonly script: string;
  /** working directory, and home, of the shell; names of its files may be offered */
  readonly folder: string;
}

/** A real shell that tells what it offers. */
export interface CompletingShell {
  /** what a test asks for with `requires`; nothing for bash, which runs the repository's own scripts */
  readonly needs?: Requirement;
  /** what is offered where the line ends, sorted; a shell may offer names of files besides */
  offered(typed: string, place: SourcedScript): Promise<string[]>;
}

/** @returns the lines that a shell writes, sorted */
export async function linesOf(
  shell: string,
  args: readonly string[],
  { folder }: Pick<SourcedScript, "folder">,
): Promise<string[]> {
  const env = { PATH: process.env["PATH"], HOME: folder };
  const { stdout, stderr } = await run(shell, args, { cwd: folder, env });
  if (stderr !== "") throw new Error(`${shell} complains: ${stderr}`);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/** What bash offers for the words of a line; unlike the others it splits some words, at `=`. */
export function offeredByBash(words: readonly string[], place: SourcedScript): Promise<string[]> {
  const list = words.map((word) => `'${word}'`).join(" ");
  const text = `source '${place.script}'
    COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}
    $(complete -p ${words[0]} | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  return linesOf("bash", ["--norc", "--noprofile", "-c", text], place);
}

/** What elvish has in an interactive session only. */
const elvishEditor = `var edit: = (ns [
  &completion:=(ns [&arg-completer=[&]])
  &complex-candidate~={|text &display=''| put $text }
  &complete-filename~={|word| nop }
])
`;

const bash: CompletingShell = {
  offered: (typed, place) => offeredByBash(typed.split(" "), place),
};

const elvish: CompletingShell = {
  needs: "elvish",
  async offered(typed, place) {
    const words = typed.split(" ");
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const call = `$edit:completion:arg-completer[${words[0]}] ${quoted} | each $echo~`;
    const text = elvishEditor + (await readFile(place.script, "utf8")) + call;
    const last = words.at(-1) ?? "";
    // The editor of elvish picks those that begin like the word, and flags where a dash asks for them.
    const candidates = await linesOf(partPath("elvish"), ["-norc", "-c", text], place);
    return candidates.filter((word) => word.startsWith(last) && (last !== "" || !word.startsWith("-")));
  },
};

const fish: CompletingShell = {
  needs: "fish",
  async offered(typed, place) {
    const text = `source '${place.script}'; complete -C ${JSON.stringify(typed)}`;
    const lines = await linesOf(partPath("fish"), ["--no-config", "-c", text], place);
    return lines.map((line) => line.split("\t")[0] ?? "");
  },
};

const powershell: CompletingShell = {
  needs: "pwsh",
  async offered(typed, place) {
    const script = `${place.script}.ps1`;
    await writeFile(script, await readFile(place.script));
    const call = `TabExpansion2 -inputScript '${typed}' -cursorColumn ${typed.length}`;
    const text = `. '${script}'; (${call}).CompletionMatches.CompletionText`;
    return await linesOf("pwsh", ["-NoProfile", "-Command", text], place);
  },
};

/** Shells by the name that `completions --shell` knows; zsh, which tells nothing, is asked by {@link completedByZsh}. */
export const completingShells = { bash, elvish, fish, powershell };

/** Types into an interactive zsh: what is completed to one word is what the program is then called with. */
const zshSession = `zmodload zsh/zpty
program=$1 script=$2 zsh=$3
shift 3
zpty session "\${(q)zsh} -d -i"
zpty -w session "autoload -U compinit; compinit -u -D; source \${(q)script}; PS1=
$program() { print -r -- "'"called:\${(j: :)@}:"'" }; print ready$((1+1))"
zpty -r session seen "*ready2*"
for typed in "$@"; do
  zpty -w -n session "$typed"$'\\t'$'\\n'
  zpty -r session seen "*called:*:*"
  print -r -- "\${\${seen##*called:}%%:*}"
done
zpty -d session
`;

/** @returns the words that the program of each line is called with after the key for completion, sorted */
export async function completedByZsh(typed: readonly string[], place: SourcedScript): Promise<string[]> {
  const session = `${place.script}-session`;
  await writeFile(session, zshSession);
  const program = typed[0]?.split(" ")[0] ?? "";
  const zsh = partPath("zsh");
  return linesOf(zsh, ["-d", session, program, place.script, zsh, ...typed], place);
}
