import { writeFile } from "node:fs/promises";
import { availableParallelism, cpus, loadavg } from "node:os";
import { type Column, formatTable, type Row } from "./table.ts";

/** What a bench found: one table, and remarks about figures that are no rows. */
export interface Report {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** What was left out and why, figures over several rows, targets. */
  readonly notes: readonly string[];
}

export function formatReport({ columns, rows, notes }: Report): string {
  return [formatTable(columns, rows), "", ...notes, ""].join("\n");
}

/** Writes figures and machine, so that two files can be compared. */
export async function writeReport(path: string, { name, rows, notes }: Report): Promise<void> {
  const [load = 0] = loadavg();
  const machine = {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cpus: availableParallelism(),
    node: process.version,
    loadAverage: load,
  };
  await writeFile(path, `${JSON.stringify({ bench: name, machine, rows, notes }, undefined, 2)}\n`);
}

/** A figure beside its target, as a remark. */
export function targetNote(what: string, figure: number, target: number, unit: string): string {
  const verdict = figure <= target ? "met" : "missed";
  return `${what}: ${round(figure)} ${unit}, target at most ${target} ${unit}: ${verdict}`;
}

function round(figure: number): number {
  return Number(figure.toPrecision(3));
}
