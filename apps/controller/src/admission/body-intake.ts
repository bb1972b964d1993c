import { createSemaphore } from "@kubewarden-ts/base";
import { readBody } from "./read-body.ts";

export interface BodyIntakeLimits {
  /** longest body that is read */
  readonly maxBytes: number;
  /** large bodies that are read at the same time; the others wait */
  readonly atOnce: number;
  /** what says that it is no longer waits for nobody: however many connections, these are no danger */
  readonly smallBytes: number;
}

export type BodyReading =
  | { readonly kind: "read"; readonly body: Uint8Array }
  | { readonly kind: "too-long" }
  /** its turn did not come in time; nothing was read */
  | { readonly kind: "busy" };

type Incoming = AsyncIterable<Buffer> & {
  readonly headers: { readonly "content-length"?: string | undefined };
  destroy(error: Error): unknown;
};

export interface BodyIntake {
  /**
   * @param options.signal - when the time of the request is over: a body that is still coming is broken off
   * @throws when the connection breaks, or is broken off
   */
  read(request: Incoming, options: { readonly signal: AbortSignal }): Promise<BodyReading>;
}

/** Reads bodies of requests, so that what lies in memory is bounded however many come at once. */
export function createBodyIntake({ maxBytes, atOnce, smallBytes }: BodyIntakeLimits): BodyIntake {
  const turns = createSemaphore(atOnce);
  return {
    async read(request, { signal }) {
      const isSmall = Number(request.headers["content-length"] ?? Number.POSITIVE_INFINITY) <= smallBytes;
      using turn = isSmall ? noTurn : await turns.acquire({ signal }).catch(() => undefined);
      if (turn === undefined) return { kind: "busy" };
      const stop = (): void => void request.destroy(signal.reason);
      signal.addEventListener("abort", stop, { once: true });
      try {
        // between the turn and here
        if (signal.aborted) stop();
        const body = await readBody(request, isSmall ? smallBytes : maxBytes);
        return body === undefined ? { kind: "too-long" } : { kind: "read", body };
      } finally {
        signal.removeEventListener("abort", stop);
      }
    },
  };
}

const noTurn: Disposable = { [Symbol.dispose]() {} };
