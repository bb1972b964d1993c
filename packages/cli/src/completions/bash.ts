import { type CompletionNode, flagWords, functionName, singleQuoted } from "./completion-node.ts";

/** Also for the bash 3.2 of macOS. Files are completed by bash itself, where there is nothing else. */
export function bashScript(nodes: readonly CompletionNode[]): string {
  const [root] = nodes;
  if (root === undefined) return "";
  const program = root.path.join(" ");
  const name = functionName(root);
  return `${name}() {
    local cur="\${COMP_WORDS[COMP_CWORD]}" prev="" place=${singleQuoted(program)} words="" flags="" index
    COMPREPLY=()
    if (( COMP_CWORD > 0 )); then
        prev="\${COMP_WORDS[COMP_CWORD-1]}"
    fi
    # The sign of --flag=value is a word of its own.
    if [[ "$cur" == "=" ]]; then
        cur=""
    elif [[ "$prev" == "=" ]] && (( COMP_CWORD > 1 )); then
        prev="\${COMP_WORDS[COMP_CWORD-2]}"
    fi
    for (( index = 1; index < COMP_CWORD; index++ )); do
        case "$place \${COMP_WORDS[index]}" in
${nodes.slice(1).map(step).join("\n")}
        esac
    done
    case "$place" in
${nodes.map(place).join("\n")}
    esac
    if [[ "$cur" == -* ]]; then
        words="$flags"
    fi
    COMPREPLY=( $(compgen -W "$words" -- "$cur") )
}

if [[ "\${BASH_VERSINFO[0]}" -eq 4 && "\${BASH_VERSINFO[1]}" -ge 4 || "\${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -F ${name} -o nosort -o bashdefault -o default ${program}
else
    complete -F ${name} -o bashdefault -o default ${program}
fi
`;
}

function step({ path }: CompletionNode): string {
  const here = singleQuoted(path.join(" "));
  return `            ${here}) place=${here} ;;`;
}

function place({ path, flags, subcommands }: CompletionNode): string {
  const valued = flags.filter(({ takesValue }) => takesValue);
  const answers = valued.map((flag) => {
    const words = singleQuoted((flag.values ?? []).join(" "));
    // Without a list of values bash completes names of files.
    const answer =
      flag.values === undefined ? "return" : `COMPREPLY=( $(compgen -W ${words} -- "$cur") ); return`;
    return `                ${flagWords(flag).join("|")}) ${answer} ;;`;
  });
  const chosen = answers.length === 0 ? [] : ['            case "$prev" in', ...answers, "            esac"];
  return [
    `        ${singleQuoted(path.join(" "))})`,
    `            words=${singleQuoted(subcommands.map(({ name }) => name).join(" "))}`,
    `            flags=${singleQuoted(flags.flatMap(flagWords).join(" "))}`,
    ...chosen,
    "            ;;",
  ].join("\n");
}
