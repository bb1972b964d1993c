/** The answer's way back to the caller: a twentieth of its patience, within these bounds. */
const margin = { share: 1 / 20, leastMs: 20, mostMs: 500 };

/**
 * How long an evaluation may take so that its answer still finds somebody waiting.
 * @param timeoutMs - the caller's patience, counted from when it sent the request
 * @param elapsedMs - since the head of the request came
 * @returns more than 0: who has no time left is told so at once
 */
export function evaluationTimeMs(timeoutMs: number, elapsedMs: number): number {
  const marginMs = Math.min(Math.max(timeoutMs * margin.share, margin.leastMs), margin.mostMs);
  return Math.max(timeoutMs - marginMs - elapsedMs, 1);
}
