import { join } from "node:path";
import { runProcess } from "../../run-process.ts";
import { admissionReview, guestPayload } from "../inputs/admission-review.ts";
import { type BenchGuest, benchGuests } from "../inputs/guests.ts";
import type { Report } from "../report.ts";
import { targetNote } from "../report.ts";
import type { Row } from "../table.ts";
import { startBenchEvaluator } from "./evaluator.ts";
import { startBenchPool } from "./guest-pool.ts";
import { type InFlightFigures, measureInFlight } from "./in-flight.ts";
import { measureInProcess } from "./in-process.ts";
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

/** One evaluation of a 5 KB request by engine: in process, through the pool, through everything but HTTP. */
export async function runtimeBench({ seconds }: { seconds: number }): Promise<Report> {
  const { guests, notes } = await benchGuests();
  const rows: Row[] = [];
  const remarks = [...notes];
  for (const guest of guests) {
    rows.push(...(await inProcessRows(guest, seconds)), ...(await pooledRows(guest, seconds)));
    remarks.push(await memoryNote(guest));
  }
  return { name: "runtime", columns, rows, notes: remarks };
}

async function inProcessRows(guest: BenchGuest, seconds: number): Promise<Row[]> {
  const { call, restore, cpuUs } = await measureInProcess(guest, guestPayload("5 KB"), seconds);
  const row = (path: string, { p50, p99, max }: typeof call): Row => ({
    guest: guest.name,
    path,
    p50Us: p50,
    p99Us: p99,
    maxUs: max,
  });
  return [{ ...row("in process: call", call), cpuUs }, row("in process: restore", restore)];
}

async function pooledRows(guest: BenchGuest, seconds: number): Promise<Row[]> {
  const rows: Row[] = [];
  const measure = async (path: string, evaluate: () => Promise<void>): Promise<void> => {
    for (const inFlight of [1, 16]) {
      const figures = await measureInFlight(evaluate, { inFlight, seconds });
      rows.push(pooledRow(guest, path, inFlight, figures));
    }
  };
  {
    await using pool = await startBenchPool(guest);
    const payload = guestPayload("5 KB");
    await measure("pool", () => pool.evaluate(payload));
  }
  await using evaluator = await startBenchEvaluator(guest);
  const review = admissionReview("5 KB");
  await measure("evaluator", () => evaluator.evaluate(review));
  return rows;
}

function pooledRow(guest: BenchGuest, path: string, inFlight: number, figures: InFlightFigures): Row {
  const { p50, p99, max } = figures.latencyUs;
  return { guest: guest.name, path, inFlight, p50Us: p50, p99Us: p99, maxUs: max, cpuUs: figures.cpuUs };
}

async function memoryNote({ name }: BenchGuest): Promise<string> {
  const script = join(import.meta.dirname, "memory-growth.ts");
  const { exitCode, output } = await runProcess(process.execPath, [script, name], {
    cwd: import.meta.dirname,
  });
  if (exitCode !== 0) return `memory of ${name}: not measured: ${output.trim()}`;
  const { after1000, after10000 }: MemoryGrowth = JSON.parse(output);
  const text = `memory of ${name}: ${after1000.toFixed(0)} MB after 1 000 evaluations, ${after10000.toFixed(0)} MB after 10 000`;
  return targetNote(`${text}; growth`, after10000 - after1000, allowedGrowthMb, "MB");
}
