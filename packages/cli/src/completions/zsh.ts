import {
  type CompletionFlag,
  type CompletionNode,
  flagWords,
  functionName,
  singleQuoted,
} from "./completion-node.ts";

/** For a file `_<program>` in `$fpath`, and for `source`. */
export function zshScript(nodes: readonly CompletionNode[]): string {
  const [root] = nodes;
  if (root === undefined) return "";
  const program = root.path.join(" ");
  const name = functionName(root);
  return `#compdef ${program}

${nodes.map(nodeFunction).join("\n\n")}

if [ "$funcstack[1]" = "${name}" ]; then
    ${name} "$@"
else
    compdef ${name} ${program}
fi
`;
}

function nodeFunction(node: CompletionNode): string {
  const specs = node.flags.flatMap(flagSpecs);
  const { subcommands, takesWords } = node;
  if (subcommands.length > 0) return branchFunction(node, specs);
  const words = takesWords ? ["'*: :_files'"] : [];
  return `${functionName(node)}() {
    _arguments -s -S : ${continued([...specs, ...words])}
}`;
}

/** The words after the subcommand are completed as if it were the program. */
function branchFunction(node: CompletionNode, specs: readonly string[]): string {
  const { path, subcommands } = node;
  const candidates = subcommands.map(
    ({ name, summary }) => `        ${singleQuoted(`${name}:${summary.replaceAll(":", "\\:")}`)}`,
  );
  const branches = subcommands.map(({ name }) => {
    const child = functionName({ ...node, path: [...path, name] });
    return `                ${name}) ${child} && ret=0 ;;`;
  });
  return `${functionName(node)}() {
    local curcontext="$curcontext" context state state_descr line ret=1
    typeset -A opt_args
    local -a commands=(
${candidates.join("\n")}
    )
    _arguments -s -S -C : ${continued([...specs, "'1: :->command'", "'*:: :->words'"])} && ret=0
    case $state in
        command) _describe -t commands 'command' commands && ret=0 ;;
        words)
            case $line[1] in
${branches.join("\n")}
            esac
            ;;
    esac
    return ret
}`;
}

/** The short and the long form exclude each other, and themselves, unless the flag may be given several times. */
function flagSpecs(flag: CompletionFlag): string[] {
  const words = flagWords(flag);
  const excluded = flag.repeatable ? "*" : `(${words.join(" ")})`;
  const values = flag.values === undefined ? "_files" : `(${flag.values.join(" ")})`;
  return words.map((word) => {
    const form = flag.takesValue ? (word.startsWith("--") ? `${word}=` : `${word}+`) : word;
    const description = flag.description.replaceAll(/[[\]\\]/g, "\\$&");
    return singleQuoted(`${excluded}${form}[${description}]${flag.takesValue ? `: :${values}` : ""}`);
  });
}

function continued(specs: readonly string[]): string {
  return ["", ...specs].join(" \\\n        ").trimStart();
}
