const units = ["B", "kB", "MB", "GB", "TB"];

/**
 * A number of bytes for people: two decimals, unless there is nothing behind the point (kwctl-and-oci.md 6.2).
 * @example formatSize(21_860) // "21.86 kB"
 */
export function formatSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value.toFixed(Number.isInteger(value) ? 0 : 2)} ${units[unit]}`;
}
