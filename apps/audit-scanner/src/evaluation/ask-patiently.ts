import type { Clock } from "@kubewarden-ts/base";
import type { Slot } from "./adaptive-limit.ts";
import type { Answer } from "./answer.ts";

export interface PatienceOptions {
  /** for all tries and the pauses between them, in milliseconds */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** from 0 to 1: who was refused together must not come back together */
  readonly random: () => number;
  readonly slot: Slot;
  readonly signal: AbortSignal;
}

/** One request for some of the policies; `undefined` when they cannot be asked in this way. */
export type Ask = (policyIds: readonly string[], timeoutMs: number) => Promise<readonly Answer[] | undefined>;

const maxTries = 3;
const firstPauseMs = 200;

/**
 * Asks again, twice at most, where the server was overloaded or the connection broke; what has an answer is never asked
 * again.
 * @returns an answer for each policy in their order; `undefined` as soon as `ask` gives it
 * @throws the reason of `signal`
 */
export async function askPatiently(
  policyIds: readonly string[],
  ask: Ask,
  { timeoutMs, clock, random, slot, signal }: PatienceOptions,
): Promise<readonly Answer[] | undefined> {
  const deadlineMs = clock.now() + timeoutMs;
  const answers = new Map<number, Answer>();
  let open = policyIds.map((_, index) => index);
  for (let tries = 1; ; tries++) {
    const asked = open.map((index) => policyIds[index]!);
    const got = await ask(asked, Math.max(1, deadlineMs - clock.now()));
    if (got === undefined) return undefined;
    for (const [place, index] of open.entries()) answers.set(index, got[place]!);
    report(got, slot);
    open = open.filter((index) => mayHelp(answers.get(index)));
    const pauseMs = pauseBefore(tries, got, random);
    if (open.length === 0 || tries === maxTries || clock.now() + pauseMs >= deadlineMs) break;
    await clock.sleep(pauseMs, { signal });
  }
  return policyIds.map((_, index) => answers.get(index)!);
}

function report(answers: readonly Answer[], slot: Slot): void {
  const isTooMuch = (answer: Answer): boolean =>
    answer.kind === "failure" && (answer.again === "overloaded" || answer.silent === true);
  if (answers.some(isTooMuch)) slot.overloaded();
  else if (answers.some(({ kind }) => kind === "response")) slot.answered();
}

function mayHelp(answer: Answer | undefined): boolean {
  return answer?.kind === "failure" && answer.again !== undefined;
}

/** Between half and all of 0.2 s, 0.4 s; or as long as the server asks, and some more. */
function pauseBefore(tries: number, answers: readonly Answer[], random: () => number): number {
  const asked = answers.map((answer) => (answer.kind === "failure" ? (answer.retryAfterMs ?? 0) : 0));
  const ownMs = firstPauseMs * 2 ** (tries - 1) * (0.5 + random() / 2);
  return Math.max(0, ...asked) + ownMs;
}
