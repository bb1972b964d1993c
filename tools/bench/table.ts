/** What stands in a table: a number is rounded to the digits of its column, nothing is shown as `-`. */
export type Cell = string | number | undefined;

export interface Column {
  /** Name of the value in a row, and in JSON. */
  readonly key: string;
  readonly title: string;
  /** After the decimal point; 0 when left out. */
  readonly digits?: number;
}

export type Row = Readonly<Record<string, Cell>>;

/** One aligned table: texts to the left, numbers to the right. */
export function formatTable(columns: readonly Column[], rows: readonly Row[]): string {
  const shown = columns.map((column) => {
    const cells = rows.map((row) => formatCell(row[column.key], column));
    const isNumeric = rows.some((row) => typeof row[column.key] === "number");
    const width = Math.max(column.title.length, ...cells.map((cell) => cell.length));
    return { title: column.title, cells, pad: (text: string) => pad(text, width, isNumeric) };
  });
  const line = (textOf: (column: (typeof shown)[number]) => string): string =>
    shown
      .map((column) => column.pad(textOf(column)))
      .join("  ")
      .trimEnd();
  const header = line(({ title }) => title);
  const body = rows.map((_row, index) => line(({ cells }) => cells[index] ?? ""));
  return [header, "-".repeat(header.length), ...body].join("\n");
}

function pad(text: string, width: number, toTheRight: boolean): string {
  return toTheRight ? text.padStart(width) : text.padEnd(width);
}

function formatCell(cell: Cell, { digits = 0 }: Column): string {
  if (cell === undefined) return "-";
  return typeof cell === "number" ? cell.toFixed(digits) : cell;
}
