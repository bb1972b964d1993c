import type { Failure } from "./exchange.ts";

/** What came of a request, as far as it says whether another attempt is worth it. */
export type RetryableOutcome =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: { get(name: string): string | undefined };
    }
  | Pick<Failure, "kind" | "cause" | "timedOut">;

const maxAttempts = 3;
const firstDelayMs = 250;
const delayFactor = 4;
/** Who is told to come back later than that is told so at once. */
const maxRetryAfterMs = 30_000;

/** What no second attempt changes: names that do not exist, certificates, protocols, connections that were closed by us. */
const finalCodes =
  /^(?:ENOTFOUND|EPROTO|ERR_TLS_.*|ERR_SSL_.*|CERT_.*|.*SELF_SIGNED.*|UNABLE_TO_.*|HOSTNAME_MISMATCH|INVALID_.*|UND_ERR_(?:DESTROYED|CLOSED))$/;

/**
 * How long to wait before the next attempt of a request that may be repeated: after network failures, 429 and 5xx, as
 * the server asks or longer each time, and spread so that replicas do not come together.
 * @param attempt - how many there have been
 * @param options.random - a number from 0 to 1
 * @returns milliseconds, or nothing when another attempt is not worth it
 */
export function retryDelayMs(
  outcome: RetryableOutcome,
  attempt: number,
  { nowMs, random }: { nowMs: number; random: () => number },
): number | undefined {
  if (attempt >= maxAttempts || !isWorthIt(outcome)) return undefined;
  const delayMs = firstDelayMs * delayFactor ** (attempt - 1) * (0.5 + random());
  const askedMs = outcome.kind === "answer" ? retryAfterMs(outcome.headers.get("retry-after"), nowMs) : 0;
  return askedMs > maxRetryAfterMs ? undefined : Math.max(delayMs, askedMs);
}

function isWorthIt(outcome: RetryableOutcome): boolean {
  if (outcome.kind === "answer") return outcome.status === 429 || outcome.status >= 500;
  const { cause, timedOut } = outcome;
  return !timedOut && !("code" in cause && finalCodes.test(String(cause.code)));
}

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3); nonsense asks for nothing. */
export function retryAfterMs(header: string | undefined, nowMs: number): number {
  if (header === undefined) return 0;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // the parser takes much more for a date
  const ms = text.endsWith(" GMT") ? Date.parse(text) - nowMs : 0;
  return Number.isNaN(ms) ? 0 : Math.max(ms, 0);
}
