import { join, resolve } from "node:path";
import { runProcess } from "../../run-process.ts";
import { admissionReview } from "../inputs/admission-review.ts";
import { type BenchGuest, engineGuests } from "../inputs/guests.ts";
import { type Report, targetNote } from "../report.ts";
import type { Row } from "../table.ts";
import { startBenchEvaluator } from "./evaluator.ts";
import { type InFlightFigures, measureInFlight } from "./in-flight.ts";
import { measureInProcess } from "./in-process.ts";
import { measureManyPolicies, type PolicyEngines } from "./many-policies.ts";
import type { MemoryGrowth } from "./memory-growth.ts";

const columns = [
  { key: "guest", title: "guest" },
  { key: "path", title: "path" },
  { key: "inFlight", title: "in flight" },
  { key: "p50Us", title: "p50 µs", digits: 1 },
  { key: "p99Us", title: "p99 µs", digits: 1 },
  { key: "maxUs", title: "max µs", digits: 1 },
  { key: "cpuUs", title: "CPU µs", digits: 1 },
];
const allowedGrowthMb = 20;
/** After load. */
const allowedManyMb: Readonly<Record<PolicyEngines, number>> = { "all engines": 250, TypeScript: 190 };
const allowedObjectBytes = 1024;

/** Targets for one evaluation through everything but HTTP, one at a time, in milliseconds. */
const targets: Readonly<Record<string, { p50?: number; p99?: number }>> = {
  typescript: { p99: 1 },
  "typescript, get": { p99: 1 },
  "opa-labels": { p99: 1 },
  "gatekeeper-labels": { p99: 1 },
  "gatekeeper-inventory": { p99: 1 },
  "go-wasi": { p50: 0.5 },
  "go-cel": { p50: 15 },
};

/** One evaluation of a 5 KB request by engine: in process, and through everything but HTTP; what stays in memory. */
export async function runtimeBench({
  seconds,
  evaluations,
  script,
}: {
  seconds: number;
  evaluations: number;
  /** program of the policy server */
  script: string;
}): Promise<Report> {
  const { guests, notes } = await engineGuests();
  const rows: Row[] = [];
  const remarks = [...notes];
  for (const guest of guests) {
    if (guest.looksUp === "nothing") rows.push(...(await inProcessRows(guest, seconds)));
    const evaluated = await evaluatorRows(guest, seconds);
    rows.push(...evaluated);
    remarks.push(...targetNotes(guest, evaluated[0]));
  }
  for (const { name } of guests) remarks.push(await memoryNote(name, evaluations));
  for (const engines of ["all engines", "TypeScript"] as const) {
    remarks.push(await manyNote(engines, seconds, script));
  }
  remarks.push(await objectNote());
  return { name: "runtime", columns, rows, notes: remarks };
}

async function inProcessRows(guest: BenchGuest, seconds: number): Promise<Row[]> {
  const { call, restore, cpuUs } = await measureInProcess(guest, { size: "5 KB", seconds });
  const row = (path: string, { p50, p99, max }: typeof call): Row => ({
    guest: guest.name,
    path,
    p50Us: p50,
    p99Us: p99,
    maxUs: max,
  });
  return [{ ...row("in process: call", call), cpuUs }, row("in process: restore", restore)];
}

async function evaluatorRows(guest: BenchGuest, seconds: number): Promise<Row[]> {
  const rows: Row[] = [];
  await using evaluator = await startBenchEvaluator(guest);
  const review = admissionReview("5 KB");
  for (const inFlight of [1, 16]) {
    const figures = await measureInFlight(() => evaluator.evaluate(review), { inFlight, seconds });
    rows.push(evaluatorRow(guest, inFlight, figures));
  }
  return rows;
}

function evaluatorRow(guest: BenchGuest, inFlight: number, figures: InFlightFigures): Row {
  const { p50, p99, max } = figures.latencyUs;
  return {
    guest: guest.name,
    path: "evaluator",
    inFlight,
    p50Us: p50,
    p99Us: p99,
    maxUs: max,
    cpuUs: figures.cpuUs,
  };
}

function targetNotes({ name }: BenchGuest, row: Row | undefined): string[] {
  const { p50, p99 } = targets[name] ?? {};
  const note = (what: string, figure: unknown, target: number | undefined): string[] =>
    target === undefined ? [] : [targetNote(`${name}, ${what}`, Number(figure) / 1000, target, "ms")];
  return [...note("p50", row?.["p50Us"], p50), ...note("p99", row?.["p99Us"], p99)];
}

async function memoryNote(name: string, evaluations: number): Promise<string> {
  const growth = await measured<MemoryGrowth>("memory-growth.ts", [name, String(evaluations)]);
  if (typeof growth === "string") return `memory of ${name}: not measured: ${growth}`;
  const { first, last } = growth;
  const text = `memory of ${name}: ${first.toFixed(0)} MB after 1 000 evaluations, ${last.toFixed(0)} MB after ${evaluations}`;
  return targetNote(`${text}; growth`, last - first, allowedGrowthMb, "MB");
}

async function manyNote(engines: PolicyEngines, seconds: number, script: string): Promise<string> {
  const { idleMb, loadedMb } = await measureManyPolicies({ engines, seconds, script });
  const text = `20 policies of ${engines} on 2 workers: ${idleMb.toFixed(0)} MB when ready; after load`;
  return targetNote(text, loadedMb, allowedManyMb[engines], "MB");
}

const watchedLists = join(import.meta.dirname, "../../../packages/kube/src/testing/measure/memory.ts");

async function objectNote(): Promise<string> {
  const memory = await measured<{ rss: number }>(watchedLists, ["10000"]);
  if (typeof memory === "string") return `memory of cached objects: not measured: ${memory}`;
  const text = "10 000 cached namespaces with a field mask, resident memory each";
  return targetNote(text, memory.rss, allowedObjectBytes, "bytes");
}

/** What a script prints as JSON in its last line, from a process of its own; its output when it fails. */
async function measured<Figures>(script: string, args: readonly string[]): Promise<Figures | string> {
  const { exitCode, output } = await runProcess(
    process.execPath,
    ["--expose-gc", resolve(import.meta.dirname, script), ...args],
    { cwd: import.meta.dirname },
  );
  const lastLine = output.trim().split("\n").at(-1) ?? "";
  return exitCode === 0 ? (JSON.parse(lastLine) as Figures) : output.trim();
}
