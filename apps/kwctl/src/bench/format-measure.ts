const thousand = 1000;

const timeUnits = ["ns", "µs", "ms", "s"];

/** A time in the unit that suits it, with two decimals: `5.15ns`, `1.50µs`, `3.33ms`, `68.00s`. */
export function formatTime(nanoseconds: number): string {
  return scaled(nanoseconds, timeUnits, 2);
}

/** The square of a time, in the square of the unit that suits the time: `2.25µs²` for 1500 ns. */
export function formatSquare(nanoseconds: number): string {
  const step = stepOf(nanoseconds, timeUnits.length);
  return `${((nanoseconds / thousand ** step) ** 2).toFixed(2)}${timeUnits[step]}²`;
}

/** A number with one decimal: `5.1`, `35.0 thousand`, `97.0M`, `7.9B`. */
export function formatCount(count: number): string {
  return scaled(count, ["", " thousand", "M", "B"], 1);
}

/** A change in percent with four decimals. */
export function formatChange(ratio: number): string {
  return `${((ratio - 1) * 100).toFixed(4)}%`;
}

function scaled(value: number, units: readonly string[], decimals: number): string {
  const step = stepOf(value, units.length);
  return `${(value / thousand ** step).toFixed(decimals)}${units[step]}`;
}

/** How often a value can be divided by a thousand, with a unit for each time. */
function stepOf(value: number, units: number): number {
  let step = 0;
  while (step < units - 1 && value >= thousand ** (step + 1)) step++;
  return step;
}
