import { type Clock, createSemaphore } from "@kubewarden-ts/base";
import type { HttpAnswer } from "./connections.ts";

/** Whether a policy server has `POST /audit` (architecture.md 5). */
export interface BatchRoute {
  /** It is there, as far as is known. */
  isOpen(): boolean;
  /** Headers of an answer, of any status. */
  heard(headers: HttpAnswer["headers"]): void;
  /** It was asked for, and was not there. */
  missed(): void;
  /**
   * Has the caller ask a first question where nobody knows yet; all others wait until its answer tells, or it failed: then the
   * server is asked without the batch, until an answer announces it.
   * @returns what `ask` gave; `undefined` for those who need not ask
   * @throws what `ask` throws; the reason of `signal`
   */
  findOut<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined>;
}

export interface BatchRouteOptions {
  /** whether the route is wanted at all */
  readonly batch: boolean;
  readonly clock: Pick<Clock, "now">;
}

const batchHeader = "kubewarden-ts-batch";
/** A server that lost its batch route, as replicas of two versions seem to, is not believed for so long. */
const distrustMs = 60_000;

export function createBatchRoute({ batch, clock }: BatchRouteOptions): BatchRoute {
  const finding = createSemaphore(1);
  let isKnown = !batch;
  let isAnnounced = false;
  let distrustedUntilMs = 0;
  let answered = (): void => {};
  const settle = (): void => {
    isKnown = true;
    answered();
  };
  return {
    isOpen: () => batch && isAnnounced && clock.now() >= distrustedUntilMs,
    heard(headers) {
      if (headers[batchHeader] === "1") isAnnounced = true;
      if (!isKnown) settle();
    },
    missed() {
      isAnnounced = false;
      distrustedUntilMs = clock.now() + distrustMs;
    },
    async findOut(ask, signal) {
      if (isKnown) return undefined;
      using turn = await finding.acquire({ signal });
      // it became known while we waited
      if (isKnown) return undefined;
      // nobody has to wait for the end of a first question that is asked again
      answered = () => turn[Symbol.dispose]();
      try {
        return await ask();
      } finally {
        settle();
      }
    },
  };
}
