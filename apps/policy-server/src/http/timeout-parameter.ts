const duration = /^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+$/;
const part = /(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g;
const unitMs: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/**
 * The deadline the API server puts into the query, such as `timeout=10s`, in milliseconds.
 * @returns `undefined` when there is none, or nothing that Go would read as a positive duration: queries never fail a request
 */
export function timeoutParameter(query: string): number | undefined {
  const text = new URLSearchParams(query).get("timeout");
  if (text === null || !duration.test(text)) return undefined;
  let ms = 0;
  for (const [, amount, unit] of text.matchAll(part)) ms += Number(amount) * (unitMs[unit ?? ""] ?? 0);
  return ms > 0 ? ms : undefined;
}
