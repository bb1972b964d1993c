import { printableLine } from "@kubewarden-ts/base";

/**
 * A table with a frame (kwctl-and-oci.md 6.2). Ends with a newline. Names are others' texts: none makes up a row, or moves the
 * cursor.
 * @param rows - the first is the heading; all have as many cells
 */
export function framedTable(rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => row.map(printableLine));
  const [heading = [], ...others] = lines;
  const widths = heading.map((_cell, column) => Math.max(...lines.map((row) => row[column]?.length ?? 0)));
  const ruler = `+${widths.map((width) => "-".repeat(width + 2)).join("+")}+`;
  const line = (row: readonly string[]): string =>
    `|${widths.map((width, column) => ` ${(row[column] ?? "").padEnd(width)} `).join("|")}|`;
  return `${[ruler, line(heading), ruler, ...others.map(line), ruler].join("\n")}\n`;
}
