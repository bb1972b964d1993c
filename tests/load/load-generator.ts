import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** Requests that leave at fixed times, whether or not those before are answered. */
export interface Load {
  /** Such as `https://127.0.0.1:3000`. */
  readonly origin: string;
  /** Of HTTPS, PEM: whom to trust, and who to be. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly seconds: number;
  readonly targets: readonly LoadTarget[];
}

export interface LoadTarget {
  readonly path: string;
  readonly body: Uint8Array;
  readonly perSecond: number;
  /** Every so many requests the connections are closed and made anew. */
  readonly reconnectAfter?: number;
}

/** How one request ended. */
export interface LoadAnswer {
  /** Place of its target in the list. */
  readonly target: number;
  /** When it left, in milliseconds since 1970. */
  readonly sentMs: number;
  readonly tookMs: number;
  /** 0 when there was no answer: `text` says why. */
  readonly status: number;
  readonly text: string;
}

/** Runs the load in a thread of its own; its answers in the order in which they left, target by target. */
export async function runLoad(workerData: Load): Promise<LoadAnswer[]> {
  const worker = new Worker(new URL("./load-thread.ts", import.meta.url), { workerData });
  const ended = once(worker, "exit");
  const [answers] = await once(worker, "message");
  await ended;
  return answers;
}
