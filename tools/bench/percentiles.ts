/** What a set of measurements is told by; in their unit. */
export interface Distribution {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/**
 * Sums up measurements; percentiles by nearest rank, so each is a value that was measured.
 * @returns `undefined` without measurements
 */
export function distributionOf(values: Iterable<number>): Distribution | undefined {
  const sorted = Float64Array.from(values).sort();
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  return { count: sorted.length, p50: rank(sorted, 0.5), p99: rank(sorted, 0.99), max };
}

export function median(values: Iterable<number>): number {
  return distributionOf(values)?.p50 ?? Number.NaN;
}

function rank(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
