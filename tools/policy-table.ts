/** Sizes of policies as text: names to the left, numbers to the right, the sum in the last line. */
export function formatTable(
  rows: readonly (readonly [name: string, bytes: number, gzipBytes: number])[],
): string {
  const sum = (column: 1 | 2) => rows.reduce((total, row) => total + row[column], 0);
  const cells = [
    ["policy", "bytes", "gzip"],
    ...rows.map((row) => row.map(String)),
    [`${rows.length} policies`, String(sum(1)), String(sum(2))],
  ];
  const widths = [0, 1, 2].map((column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map(([name = "", ...numbers]) =>
    [
      name.padEnd(widths[0] ?? 0),
      ...numbers.map((text, index) => text.padStart(widths[index + 1] ?? 0)),
    ].join("  "),
  );
  return `${lines.join("\n")}\n`;
}
