import type { Clock } from "@kubewarden-ts/base";
import type { AdaptiveLimit } from "./adaptive-limit.ts";
import type { Answer } from "./answer.ts";
import type { Patience } from "./patience.ts";

export interface PatienceOptions {
  /** for all tries that may have begun something, and the pauses between them, in milliseconds */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** from 0 to 1: who was refused together must not come back together */
  readonly random: () => number;
  readonly limit: AdaptiveLimit;
  readonly patience: Patience;
  readonly signal: AbortSignal;
}

/** One request for some of the policies; `undefined` when they cannot be asked in this way. */
export type Ask = (policyIds: readonly string[], timeoutMs: number) => Promise<readonly Answer[] | undefined>;

const maxTries = 3;
const firstPauseMs = 200;
const longestPauseMs = 5_000;

/**
 * Asks again: as long as `patience` lasts where the server refused before it began, and twice at most where something broke.
 * What has an answer is never asked again. Who pauses is not under way: others are asked meanwhile.
 * @returns an answer for each policy in their order; `undefined` as soon as `ask` gives it
 * @throws the reason of `signal`
 */
export async function askPatiently(
  policyIds: readonly string[],
  ask: Ask,
  options: PatienceOptions,
): Promise<readonly Answer[] | undefined> {
  const { timeoutMs, clock, random, patience, signal } = options;
  let [leftMs, failures, refusals] = [timeoutMs, 0, 0];
  let tried = await tryOnce(policyIds, ask, leftMs, options);
  // so it is with nearly all
  if (tried === undefined || !tried.answers.some(mayHelp)) return tried?.answers;
  const answers = [...tried.answers];
  let open = [...policyIds.keys()];
  for (;;) {
    const failed = tried.answers.some(hasFailed);
    if (failed) failures++;
    else refusals++;
    leftMs -= tried.tookMs;
    const pauseMs = pauseBefore(failed ? failures : refusals, tried.answers, random);
    const untilMs = clock.now() + pauseMs;
    open = open.filter((index) => {
      const answer = answers[index]!;
      if (isRefused(answer)) return untilMs < patience.refused(policyIds[index]!);
      return hasFailed(answer) && failures < maxTries && pauseMs < leftMs;
    });
    if (open.length === 0) return answers;
    // refusals have spent none of the time for judging
    leftMs = open.some((index) => hasFailed(answers[index]!)) ? leftMs - pauseMs : timeoutMs;
    await clock.sleep(pauseMs, { signal });
    const asked = open.map((index) => policyIds[index]!);
    tried = await tryOnce(asked, ask, leftMs, options);
    if (tried === undefined) return undefined;
    for (const [place, index] of open.entries()) answers[index] = tried.answers[place]!;
  }
}

interface Tried {
  readonly answers: readonly Answer[];
  readonly tookMs: number;
}

/** Waits until the server may be asked for so much, asks, and tells limit and patience how it went. */
async function tryOnce(
  policyIds: readonly string[],
  ask: Ask,
  leftMs: number,
  { timeoutMs, limit, patience, clock, signal }: PatienceOptions,
): Promise<Tried | undefined> {
  using slot = await limit.acquire(policyIds.length, signal);
  const startMs = clock.now();
  const answers = await ask(policyIds, Math.max(1, leftMs));
  if (answers === undefined) return undefined;
  const judged = policyIds.filter((_, index) => answers[index]?.kind === "response");
  const tookMs = clock.now() - startMs;
  if (judged.length > 0) patience.judged(judged);
  if (answers.some(isTooMuch)) slot.overloaded();
  // more at once would only wait longer, until its time is over while it is judged
  else if (tookMs > timeoutMs / 4) slot.slow();
  else if (judged.length > 0) slot.answered();
  return { answers, tookMs };
}

function isTooMuch(answer: Answer): boolean {
  if (answer.kind !== "failure") return false;
  const { again, silent } = answer;
  return again === "refused" || again === "unavailable" || silent === true;
}

function mayHelp(answer: Answer): boolean {
  return answer.kind === "failure" && answer.again !== undefined;
}

function isRefused(answer: Answer): boolean {
  return answer.kind === "failure" && answer.again === "refused";
}

/** The server may have begun; asking again may help. */
function hasFailed(answer: Answer): boolean {
  return mayHelp(answer) && !isRefused(answer);
}

/** Between half and all of 0.2 s, 0.4 s, … 5 s; or as long as the server asks, and some more. */
function pauseBefore(tries: number, answers: readonly Answer[], random: () => number): number {
  const asked = answers.map((answer) => (answer.kind === "failure" ? (answer.retryAfterMs ?? 0) : 0));
  const ownMs = Math.min(firstPauseMs * 2 ** (tries - 1), longestPauseMs) * (0.5 + random() / 2);
  return Math.max(0, ...asked) + ownMs;
}
