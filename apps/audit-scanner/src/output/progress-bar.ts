import type { ScanProgress } from "../scan/scan-tally.ts";

/** One line of a terminal that says how far a scan is, and stays below what is written meanwhile. */
export interface ProgressBar extends Disposable {
  update(progress: ScanProgress): void;
  /** About how many objects there are, once that is known: from then on the time that is left is told. */
  expect(objects: number): void;
  /** Writes something else that goes to the same terminal. */
  above(write: () => void): void;
}

export interface ProgressBarOptions {
  /** of a terminal */
  readonly write: (text: string) => unknown;
  /** of the terminal, in characters */
  readonly columns: () => number;
  readonly nowMs: () => number;
}

const redrawMs = 100;
const eraseLine = "\r\u001b[K";

/** Draws at most ten times a second; the line is gone when it is disposed of. */
export function createProgressBar(options: ProgressBarOptions): ProgressBar {
  const { write, columns, nowMs } = options;
  const startMs = nowMs();
  let drawnMs = Number.NEGATIVE_INFINITY;
  let line = "";
  let expected: number | undefined;

  function draw(): void {
    write(eraseLine + line.slice(0, Math.max(0, columns() - 1)));
  }

  return {
    update(progress) {
      const now = nowMs();
      if (now - drawnMs < redrawMs) return;
      drawnMs = now;
      line = progressText(progress, { elapsedMs: now - startMs, expected });
      draw();
    },
    expect(objects) {
      expected = objects;
    },
    above(writeOther) {
      if (line !== "") write(eraseLine);
      writeOther();
      if (line !== "") draw();
    },
    [Symbol.dispose]() {
      if (line !== "") write(eraseLine);
      line = "";
    },
  };
}

const barWidth = 20;

/** @param expected - objects in all, as far as anybody knows */
export function progressText(
  { found, done }: ScanProgress,
  { elapsedMs, expected }: { readonly elapsedMs: number; readonly expected: number | undefined },
): string {
  const rate = elapsedMs > 0 ? done / (elapsedMs / 1000) : 0;
  const speed = `${rate.toFixed(0)}/s`;
  if (expected === undefined || expected < 1) return `${done} of ${found} objects so far, ${speed}`;
  const all = Math.max(expected, found);
  const share = done / all;
  const full = Math.round(share * barWidth);
  const bar = `[${"#".repeat(full)}${".".repeat(barWidth - full)}]`;
  const left = rate > 0 ? `, about ${durationText((all - done) / rate)} left` : "";
  return `${bar} ${Math.floor(share * 100)}% ${done} of about ${all} objects, ${speed}${left}`;
}

function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
