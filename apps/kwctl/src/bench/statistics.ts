/** What was measured: how often something was done, and how long that took in all, in nanoseconds. */
export interface Sample {
  readonly iterations: number;
  readonly elapsedNs: number;
}

/** Figures of one benchmark, in nanoseconds for one iteration. */
export interface Analysis {
  readonly elapsedNs: number;
  readonly minNs: number;
  readonly meanNs: number;
  readonly maxNs: number;
  readonly medianNs: number;
  /** The root of the variance. */
  readonly deviationNs: number;
  /** Of each sample, for one iteration, in order of size. */
  readonly meansNs: readonly number[];
}

/** @param samples - at least one */
export function analyse(samples: readonly Sample[]): Analysis {
  const meansNs = samples.map(({ iterations, elapsedNs }) => elapsedNs / iterations).sort((a, b) => a - b);
  return {
    elapsedNs: samples.reduce((sum, { elapsedNs }) => sum + elapsedNs, 0),
    minNs: meansNs[0] ?? 0,
    meanNs: mean(meansNs),
    maxNs: meansNs.at(-1) ?? 0,
    medianNs: meansNs[Math.floor(meansNs.length / 2)] ?? 0,
    deviationNs: Math.sqrt(variance(meansNs)),
    meansNs,
  };
}

/**
 * How likely a difference of means like that of `a` and `b` is when both are samples of the same thing: the share of random
 * regroupings of all values, with repetition, whose difference is as large (two-sided bootstrap over Welch's t).
 * @param random - 0 to below 1
 */
export function probabilityOfChance(
  a: readonly number[],
  b: readonly number[],
  { resamples, random }: { readonly resamples: number; readonly random: () => number },
): number {
  const seen = welchT(a, b);
  const all = [...a, ...b];
  const draw = (length: number): number[] =>
    Array.from({ length }, () => all[Math.floor(random() * all.length)] ?? 0);
  let below = 0;
  for (let round = 0; round < resamples; round++) if (welchT(draw(a.length), draw(b.length)) < seen) below++;
  return (Math.min(below, resamples - below) * 2) / resamples;
}

/** The distance of two means in units of what chance makes of it. */
function welchT(a: readonly number[], b: readonly number[]): number {
  const difference = mean(a) - mean(b);
  const spread = Math.sqrt(variance(a) / a.length + variance(b) / b.length);
  return difference === 0 ? 0 : difference / spread;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Of a sample; a single value has none. */
function variance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}
