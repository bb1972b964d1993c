import { type CompletionNode, flagWords } from "./completion-node.ts";

export function powershellScript(nodes: readonly CompletionNode[]): string {
  const [root] = nodes;
  if (root === undefined) return "";
  const program = quoted(root.path.join(" "));
  return `Register-ArgumentCompleter -Native -CommandName ${program} -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # By the words that lead to them: what may be typed, and what it means.
    $places = @{
${nodes.map(place).join("\n")}
    }
    # By the place and the flag: letters of flags differ by their case.
    $values = [System.Collections.Hashtable]::new([System.StringComparer]::Ordinal)
${nodes.flatMap(valuesOf).join("\n")}
    $place = ${program}
    $previous = ''
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.StartOffset -ge $cursorPosition - $wordToComplete.Length) { break }
        $word = $element.Extent.Text
        if ($places.ContainsKey("$place $word")) { $place = "$place $word" }
        $previous = $word
    }
    if ($values.ContainsKey("$place $previous")) {
        $candidates = @($values["$place $previous"] | ForEach-Object { , @($_, $_) })
    } else {
        $candidates = $places[$place]
    }
    $fitting = { $_[0].StartsWith($wordToComplete, [System.StringComparison]::Ordinal) }
    $candidates | Where-Object $fitting | ForEach-Object {
        $type = if ($_[0].StartsWith('-')) { 'ParameterName' } else { 'ParameterValue' }
        [System.Management.Automation.CompletionResult]::new($_[0], $_[0], $type, $_[1])
    }
}
`;
}

function place({ path, subcommands, flags }: CompletionNode): string {
  const rows = [
    ...subcommands.map(({ name, summary }) => row(name, summary)),
    ...flags.flatMap((flag) => flagWords(flag).map((word) => row(word, flag.description))),
  ];
  return `        ${quoted(path.join(" "))} = @(\n${rows.join("\n")}\n        )`;
}

/** The comma keeps PowerShell from making one list of all rows. */
function row(word: string, description: string): string {
  return `            , @(${quoted(word)}, ${quoted(description || word)})`;
}

function valuesOf({ path, flags }: CompletionNode): string[] {
  return flags.flatMap((flag) =>
    flagWords(flag).flatMap((word) =>
      flag.values === undefined
        ? []
        : [`    $values[${quoted([...path, word].join(" "))}] = @(${flag.values.map(quoted).join(", ")})`],
    ),
  );
}

/** Between single quotes, PowerShell knows a doubled quote, and takes typographic ones for quotes too. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['‘’‚‛]/g, "$&$&")}'`;
}
