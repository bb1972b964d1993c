import type { ReferenceItem, ReferenceMarkup, ReferencePage } from "./reference.ts";

export const asciidoc: ReferenceMarkup = {
  title: (program) =>
    [
      `= Command-line help for ${code(program)}`,
      `This document contains the help content for the ${code(program)} command-line program.`,
    ].join("\n\n"),
  overview: (titles) => `*Command overview:*\n\n${titles.map(overviewLine).join("\n")}`,
  page,
};

function overviewLine(title: string): string {
  return `* <<${anchor(title)},${code(title)}>>`;
}

function page({ title, texts, usage, subcommands, args, flags }: ReferencePage): string {
  const lists = [list("Subcommands", subcommands), list("Arguments", args), list("Options", flags)];
  const head = [`[#${anchor(title)}]\n== ${code(title)}`, ...texts, `*Usage:* ${code(usage)}`];
  return [...head, ...lists.filter((text) => text !== "")].join("\n\n");
}

function anchor(title: string): string {
  return title.replaceAll(" ", "-");
}

function list(title: string, items: readonly ReferenceItem[]): string {
  return items.length === 0 ? "" : `.${title}\n${items.map(itemText).join("\n")}`;
}

function itemText({ literals, description, notes }: ReferenceItem): string {
  const line = `* ${codes(literals)}${description === "" ? "" : ` -- ${description}`}`;
  const paragraphs = notes.map((note) => `+\n${note.label}: ${codes(note.literals)}`);
  return [line, ...paragraphs].join("\n");
}

function codes(literals: readonly string[]): string {
  return literals.map(code).join(", ");
}

/** Monospace whose text is taken literally. */
function code(literal: string): string {
  return `\`+${literal}+\``;
}
