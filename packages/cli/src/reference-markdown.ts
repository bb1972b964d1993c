import type { ReferenceItem, ReferenceMarkup, ReferencePage } from "./reference.ts";

/** The layout clap's Markdown help has. */
export const markdown: ReferenceMarkup = {
  title: (program) =>
    [
      `# Command-Line Help for \`${program}\``,
      `This document contains the help content for the \`${program}\` command-line program.`,
    ].join("\n\n"),
  overview: (titles) => `**Command Overview:**\n\n${titles.map(overviewLine).join("\n")}`,
  page,
};

function overviewLine(title: string): string {
  return `* [\`${title}\`↴](#${title.replaceAll(" ", "-")})`;
}

function page({ title, texts, usage, subcommands, args, flags }: ReferencePage): string {
  const lists = [list("Subcommands", subcommands), list("Arguments", args), list("Options", flags)];
  const head = [`## \`${title}\``, ...texts, `**Usage:** \`${usage}\``];
  return [...head, ...lists.filter((text) => text !== "")].join("\n\n");
}

function list(title: string, items: readonly ReferenceItem[]): string {
  return items.length === 0 ? "" : `###### **${title}:**\n\n${items.map(itemText).join("\n")}`;
}

function itemText({ literals, description, notes }: ReferenceItem): string {
  const line = `* ${codes(literals)}${description === "" ? "" : ` — ${description}`}`;
  const paragraphs = notes.map((note) => `  ${note.label}: ${codes(note.literals)}`);
  return paragraphs.length === 0 ? line : `${[line, ...paragraphs].join("\n\n")}\n`;
}

function codes(literals: readonly string[]): string {
  return literals.map((literal) => `\`${literal}\``).join(", ");
}
