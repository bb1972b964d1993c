import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Distribution } from "../percentiles.ts";

/** Connections that each send the next request as soon as the one before is answered. */
export interface ClosedLoop {
  /** Without a path: `https://127.0.0.1:3000`. */
  readonly origin: string;
  /** Asked in turn by every connection. */
  readonly paths: readonly string[];
  readonly body: Uint8Array;
  readonly connections: number;
  readonly seconds: number;
  /** Text that an answer has to contain. */
  readonly expected: string;
}

/** Requests that leave at fixed times, whether or not those before are answered. */
export interface OpenLoop {
  readonly seconds: number;
  readonly targets: readonly OpenLoopTarget[];
}

export interface OpenLoopTarget {
  readonly url: string;
  readonly body: Uint8Array;
  readonly perSecond: number;
  readonly expected: string;
}

export interface LoadResult {
  /** Answers; in microseconds. */
  readonly latencyUs: Distribution;
  readonly durationMs: number;
  /** Requests that were not answered, or not as expected. */
  readonly failed: number;
}

/** One answer of an open loop: when its request left, counted from the start, and how long it took. */
export interface Answered {
  readonly atMs: number;
  readonly tookUs: number;
  readonly asExpected: boolean;
}

/** Runs the load in a thread of its own. */
export function runClosedLoop(load: ClosedLoop): Promise<LoadResult> {
  return inThread<LoadResult>("./closed-loop.ts", load);
}

/** @returns the answers by target, as they came */
export function runOpenLoop(load: OpenLoop): Promise<Answered[][]> {
  return inThread<Answered[][]>("./open-loop.ts", load);
}

async function inThread<Result>(script: string, workerData: unknown): Promise<Result> {
  const worker = new Worker(new URL(script, import.meta.url), { workerData });
  const ended = once(worker, "exit");
  const [result] = await once(worker, "message");
  await ended;
  return result;
}
