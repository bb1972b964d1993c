import { readFile } from "node:fs/promises";

/** What a process used so far, all of its threads together. */
export interface ProcessUsage {
  /** User and system time. */
  readonly cpuUs: number;
  readonly residentMb: number;
}

/** `/proc` counts in hundredths of a second on every Linux that Node.js runs on. */
const tickUs = 10_000;

/**
 * Looks a process up in `/proc`.
 * @throws {Error} where there is no `/proc`, or no such process
 */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const [stat, status] = await Promise.all([
    readFile(`/proc/${pid}/stat`, "utf8"),
    readFile(`/proc/${pid}/status`, "utf8"),
  ]);
  return { cpuUs: cpuTicks(stat) * tickUs, residentMb: residentKb(status) / 1024 };
}

/** Fields 14 and 15 of proc(5); the second one, the program's name, may hold blanks and brackets itself. */
function cpuTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

function residentKb(status: string): number {
  return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0);
}
