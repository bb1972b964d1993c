import { formatArgument, readArgument } from "./argument.ts";
import type { Command } from "./command.ts";
import { type Flag, formatFlag } from "./flag.ts";
import { hasSubcommands, type Place, usageLine } from "./usage.ts";

type Row = readonly [left: string, right: string];

/** What `--help` prints: summary, usage, then commands, arguments and options in columns. */
export function helpText(place: Place): string {
  const { command } = place;
  const parts = [
    [command.summary, command.description].filter((text) => text !== undefined).join("\n\n"),
    `Usage: ${usageLine(place)}`,
    section("Commands", commandRows(command)),
    section("Arguments", argumentRows(command)),
    section("Options", optionRows(command)),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function commandRows(command: Command): Row[] {
  if (!hasSubcommands(command)) return [];
  const visible = Object.entries(command.subcommands).filter(([, { hidden }]) => !hidden);
  const rows = visible.map(([name, { summary }]): Row => [name, summary]);
  return [...rows, ["help", "Print this message or the help of the given subcommand(s)"]];
}

function argumentRows({ args }: Command): Row[] {
  return args.map(readArgument).map((argument) => [formatArgument(argument), argument.description]);
}

function optionRows({ flags, version }: Command): Row[] {
  const visible = Object.entries(flags).filter(([, { hidden }]) => !hidden);
  const rows = visible.map(
    ([name, flag]): Row => [
      `${flag.short === undefined ? "   " : `-${flag.short},`} ${formatFlag(name, flag)}`,
      [flag.description, ...flagNotes(flag)].join(" "),
    ],
  );
  rows.push(["-h, --help", "Print help"]);
  if (version !== undefined) rows.push(["-V, --version", "Print version"]);
  return rows;
}

function flagNotes(flag: Flag): string[] {
  const notes: string[] = [];
  if (flag.env !== undefined) notes.push(`[env: ${flag.env}]`);
  if ("default" in flag && flag.default !== undefined) notes.push(`[default: ${flag.default}]`);
  if (flag.type === "enum") notes.push(`[possible values: ${flag.values.join(", ")}]`);
  return notes;
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
  return [`${title}:`, ...lines].join("\n");
}
