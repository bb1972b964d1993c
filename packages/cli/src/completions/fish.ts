import { type CompletionFlag, type CompletionNode, functionName } from "./completion-node.ts";

export function fishScript(nodes: readonly CompletionNode[]): string {
  const [root] = nodes;
  if (root === undefined) return "";
  const program = root.path.join(" ");
  const at = `_${functionName(root)}_at`;
  return `# Whether the command line has come to a place, such as "${program} help".
function ${at}
    set -l place ${quoted(program)}
    for word in (commandline -opc)[2..]
        switch "$place $word"
            case ${nodes
              .slice(1)
              .map(({ path }) => quoted(path.join(" ")))
              .join(" ")}
                set place "$place $word"
        end
    end
    test "$place" = "$argv"
end

${nodes.flatMap((node) => completions(node, program, at)).join("\n")}
`;
}

function completions(node: CompletionNode, program: string, at: string): string[] {
  const begin = `complete -c ${program} -n ${quoted(`${at} ${node.path.join(" ")}`)}`;
  const { subcommands, flags, takesWords } = node;
  return [
    ...(takesWords ? [] : [`${begin} -f`]),
    ...subcommands.map(({ name, summary }) => `${begin} -a ${quoted(name)} -d ${quoted(summary)}`),
    ...flags.map((flag) => `${begin} ${flagOptions(flag)}`),
  ];
}

function flagOptions({ name, short, description, takesValue, values }: CompletionFlag): string {
  const options = [
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${name}`,
    `-d ${quoted(description)}`,
  ];
  if (values !== undefined) options.push(`-x -a ${quoted(values.join(" "))}`);
  else if (takesValue) options.push("-r -F");
  return options.join(" ");
}

/** Between single quotes, fish knows a backslash before a quote and before a backslash. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, "\\$&")}'`;
}
