import { formatArgument, readArgument } from "./argument.ts";
import type { Command } from "./command.ts";
import { formatFlag } from "./flag.ts";
import { asciidoc } from "./reference-asciidoc.ts";
import { markdown } from "./reference-markdown.ts";
import { usageLine } from "./usage.ts";

/** One command in the reference. */
export interface ReferencePage {
  /** `kwctl scaffold vap` */
  readonly title: string;
  readonly texts: readonly string[];
  readonly usage: string;
  readonly subcommands: readonly ReferenceItem[];
  readonly args: readonly ReferenceItem[];
  readonly flags: readonly ReferenceItem[];
}

/** One line of a list: what is typed, what it means, then defaults and the like. */
export interface ReferenceItem {
  readonly literals: readonly string[];
  readonly description: string;
  readonly notes: readonly { readonly label: string; readonly literals: readonly string[] }[];
}

/** The markup of a reference document. */
export interface ReferenceMarkup {
  readonly title: (program: string) => string;
  readonly overview: (titles: readonly string[]) => string;
  readonly page: (page: ReferencePage) => string;
}

/**
 * The reference of all visible commands, made from the command table.
 * @param format - as `docs --output` decides it: Markdown for `.md`, else AsciiDoc
 */
export function reference(program: Command, format: "markdown" | "asciidoc"): string {
  const markup = format === "markdown" ? markdown : asciidoc;
  const name = program.name ?? "program";
  const pages = pagesOf(program, [name]);
  const overview = markup.overview(pages.map(({ title }) => title));
  return `${[markup.title(name), overview, ...pages.map(markup.page)].join("\n\n")}\n`;
}

function pagesOf(command: Command, path: readonly string[]): ReferencePage[] {
  const subcommands = Object.entries(command.subcommands).filter(([, { hidden }]) => !hidden);
  const page: ReferencePage = {
    title: path.join(" "),
    texts: [command.summary, ...(command.description === undefined ? [] : [command.description])],
    usage: usageLine({ command, path }),
    subcommands: subcommands.map(([name, { summary }]) => item([name], summary)),
    args: command.args.map(readArgument).map((arg) => item([formatArgument(arg)], arg.description)),
    flags: flagItems(command),
  };
  return [page, ...subcommands.flatMap(([name, child]) => pagesOf(child, [...path, name]))];
}

function flagItems({ flags }: Command): ReferenceItem[] {
  const visible = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  return visible.map(([name, flag]) => {
    const short = flag.short === undefined ? [] : [`-${flag.short}`];
    const value = "default" in flag && flag.default !== undefined ? [String(flag.default)] : [];
    const notes = [
      { label: "Default value", literals: value },
      { label: "Environment variable", literals: flag.env === undefined ? [] : [flag.env] },
      { label: "Possible values", literals: flag.type === "enum" ? flag.values : [] },
    ];
    const given = notes.filter(({ literals }) => literals.length > 0);
    return { literals: [...short, formatFlag(name, flag)], description: flag.description, notes: given };
  });
}

function item(literals: readonly string[], description: string): ReferenceItem {
  return { literals, description, notes: [] };
}
