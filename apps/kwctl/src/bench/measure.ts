import type { BenchSettings } from "./bench-settings.ts";
import { formatCount, formatSquare, formatTime } from "./format-measure.ts";
import { analyse, type Sample } from "./statistics.ts";

export interface MeasureOptions {
  /** Begins each line. */
  readonly label: string;
  /** What is measured; its calls follow each other. */
  readonly work: () => Promise<unknown>;
  readonly settings: BenchSettings;
  /** Milliseconds since some instant, with as many decimals as there are. */
  readonly now: () => number;
  /** Takes lines with their newlines. */
  readonly write: (text: string) => unknown;
}

const nsPerMs = 1_000_000;

/**
 * Measures how long something takes, and writes what it finds (kwctl-and-oci.md 9). The samples grow, one after the other
 * by the same number of iterations, so that all together take the time they were given.
 * @returns the samples
 */
export async function measure({ label, work, settings, now, write }: MeasureOptions): Promise<Sample[]> {
  write(`${label} warming up for ${formatTime(settings.warmUpMs * nsPerMs)}\n`);
  const meanNs = await warmUp(work, settings.warmUpMs, now);
  const steps = (settings.samples * (settings.samples + 1)) / 2;
  const fitting = Math.ceil((settings.measurementMs * nsPerMs) / Math.max(meanNs, 1) / steps);
  const step = Math.max(1, fitting);
  if (fitting <= 1) write(`${tooShort(settings, steps * meanNs)}\n`);
  const total = formatCount(steps * step);
  write(`${label} mean warm up execution time ${formatTime(meanNs)} running ${total} iterations\n`);
  const samples: Sample[] = [];
  for (let size = step; samples.length < settings.samples; size += step) {
    samples.push({ iterations: size, elapsedNs: await repeat(work, size, now) });
  }
  write(report(label, samples, total));
  return samples;
}

/** @returns nanoseconds of one iteration */
async function warmUp(work: MeasureOptions["work"], limitMs: number, now: () => number): Promise<number> {
  const start = now();
  let iterations = 0;
  do {
    await work();
    iterations++;
  } while (now() - start < limitMs);
  return ((now() - start) * nsPerMs) / iterations;
}

/** @returns nanoseconds */
async function repeat(work: MeasureOptions["work"], times: number, now: () => number): Promise<number> {
  const start = now();
  for (let count = 0; count < times; count++) await work();
  return (now() - start) * nsPerMs;
}

function tooShort({ samples, measurementMs }: BenchSettings, neededNs: number): string {
  const [target, needed] = [measurementMs * nsPerMs, neededNs].map(formatTime);
  return `Unable to complete ${samples} samples in ${target} You may wish to increase target time to ${needed} or lower the requested number of samples`;
}

function report(label: string, samples: readonly Sample[], total: string): string {
  const { elapsedNs, minNs, meanNs, maxNs, medianNs, deviationNs } = analyse(samples);
  const [min, mean, max] = [minNs, meanNs, maxNs].map(formatTime);
  const spread = `med = ${formatTime(medianNs)}, var = ${formatSquare(deviationNs)}, stddev = ${formatTime(deviationNs)}`;
  const head = `${label} [${total} iterations in ${formatTime(elapsedNs)} with ${formatCount(samples.length)} samples]:`;
  return `${head}\n\telapsed\t[min mean max]:\t[${min} ${mean} ${max}] (sample data: ${spread})\n`;
}
