import type { Clock } from "@kubewarden-ts/base";
import { type Answer, answerOf, batchAnswer, type Failure, failure, httpFailure } from "./answer.ts";
import type { Connections, HttpAnswer } from "./connections.ts";
import { readBatch, readReview } from "./policy-answer.ts";
import type { SyntheticReview } from "./review-body.ts";
import { transportFailure } from "./transport-failure.ts";

/** How requests to one policy server end. */
export interface Asking {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called for each answer, whatever it says, and for each request whose time was over. */
  readonly heard: (what: HttpAnswer | "silence") => void;
}

/** About whom is asked. */
export interface Subject {
  readonly uid: string;
  readonly review: SyntheticReview;
}

/** One request to `POST /audit/<policy>`. @param timeoutMs - until the answer is complete */
export async function askOnePolicy(
  policyId: string,
  { uid, review }: Subject,
  timeoutMs: number,
  asking: Asking,
): Promise<Answer> {
  const path = `/audit/${encodeURIComponent(policyId)}`;
  const answer = await exchange({ path, body: review.body(), timeoutMs }, asking);
  if ("kind" in answer) return answer;
  return answer.status === 200 ? answerOf(readReview(answer.body), uid) : httpFailure(answer);
}

/**
 * One request to `POST /audit` (architecture.md 5). The server is told how long we wait, so that one slow policy does not
 * take the answers of the others with it.
 * @returns an answer for each policy in their order; `undefined` when the server has no such route
 */
export async function askManyPolicies(
  policyIds: readonly string[],
  { uid, review }: Subject,
  timeoutMs: number,
  asking: Asking,
): Promise<readonly Answer[] | undefined> {
  const path = `/audit?timeout=${Math.max(1, Math.floor(timeoutMs))}ms`;
  const answer = await exchange({ path, body: review.batchBody(policyIds), timeoutMs }, asking);
  const all = (each: Answer): readonly Answer[] => policyIds.map(() => each);
  if ("kind" in answer) return all(answer);
  if (answer.status === 404 || answer.status === 405) return undefined;
  if (answer.status !== 200) return all(httpFailure(answer));
  const batch = readBatch(answer.body);
  if (batch.kind === "odd") return all(failure(`its answer is no batch of results: ${batch.problem}`));
  return policyIds.map((policyId, index) => batchAnswer(batch.value[index], { policyId, uid }));
}

const over = new Error("the request is over");

async function exchange(
  { path, body, timeoutMs }: { path: string; body: Uint8Array; timeoutMs: number },
  { connections, clock, signal, heard }: Asking,
): Promise<HttpAnswer | Failure> {
  signal.throwIfAborted();
  const stop = new AbortController();
  const follow = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  let timedOut = false;
  const onTime = (): void => {
    timedOut = true;
    stop.abort(over);
  };
  clock.sleep(timeoutMs, { signal: stop.signal }).then(onTime, () => {});
  try {
    const answer = await connections.post(path, body, stop.signal);
    heard(answer);
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    if (timedOut) {
      heard("silence");
      return { ...failure("it gave no answer in time"), silent: true };
    }
    const { text, passing } = transportFailure(error, connections);
    return passing ? { ...failure(text), again: "broken" } : failure(text);
  } finally {
    signal.removeEventListener("abort", follow);
    stop.abort(over);
  }
}
