import { type CompletionFlag, type CompletionNode, flagWords } from "./completion-node.ts";

export function elvishScript(nodes: readonly CompletionNode[]): string {
  const [root] = nodes;
  if (root === undefined) return "";
  const program = quoted(root.path.join(" "));
  return `set edit:completion:arg-completer[${root.path.join(" ")}] = {|@words|
    fn candidate {|text description|
        edit:complex-candidate $text &display=$text'  '$description
    }
    # By the words that lead to them.
    var places = [
${nodes.map(place).join("\n")}
    ]
    # By the place and the flag.
    var values = [
        &''= { }
${nodes.flatMap(valuesOf).join("\n")}
    ]
    var place = ${program}
    for word $words[1..-1] {
        if (has-key $places $place' '$word) {
            set place = $place' '$word
        }
    }
    var flag = $place' '$words[-2]
    if (has-key $values $flag) {
        $values[$flag]
    } else {
        $places[$place]
        edit:complete-filename $words[-1]
    }
}
`;
}

function place({ path, subcommands, flags }: CompletionNode): string {
  const lines = [
    ...subcommands.map(({ name, summary }) => candidate(name, summary)),
    ...flags.flatMap((flag) => flagWords(flag).map((word) => candidate(word, flag.description))),
  ];
  return `        &${quoted(path.join(" "))}= {\n${lines.join("\n")}\n        }`;
}

function valuesOf({ path, flags }: CompletionNode): string[] {
  return flags.flatMap((flag) => flagWords(flag).flatMap((word) => choices([...path, word], flag)));
}

function choices(path: readonly string[], { values }: CompletionFlag): string[] {
  if (values === undefined) return [];
  return [`        &${quoted(path.join(" "))}= { put ${values.map(quoted).join(" ")} }`];
}

function candidate(text: string, description: string): string {
  return `            candidate ${quoted(text)} ${quoted(description)}`;
}

/** Between single quotes, elvish knows a doubled quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
