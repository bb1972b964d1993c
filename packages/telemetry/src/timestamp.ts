/**
 * A time as RFC 3339 in UTC with microseconds: `2026-01-02T03:04:05.123456Z`.
 * @param timeMs - milliseconds since 1970, with fractions
 */
export function timestamp(timeMs: number): string {
  const timeUs = Math.round(timeMs * 1000);
  const wholeMs = Math.floor(timeUs / 1000);
  const restUs = String(timeUs - wholeMs * 1000).padStart(3, "0");
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${restUs}Z`;
}
