import { webcrypto } from "node:crypto";
import {
  createGuest,
  defaultLimits,
  type GuestEnvironment,
  type GuestHost,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import type { BenchGuest } from "../inputs/guests.ts";
import { type Distribution, distributionOf } from "../percentiles.ts";

const environment: GuestEnvironment = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  fillRandom: (bytes) => void webcrypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>),
  sleep: () => ({ done: Promise.resolve(), cancel() {} }),
};
const host: GuestHost = {
  call: () => new Uint8Array(0),
  print() {},
  suspended() {},
  resumed() {},
};
const warmUpShare = 0.3;

/** Evaluations on the thread that measures; times in microseconds. */
export interface InProcessFigures {
  readonly call: Distribution;
  /** What follows when the answer has left: the instance is put back, or a new one is made. */
  readonly restore: Distribution;
  /** CPU time of the process for both. */
  readonly cpuUs: number;
}

/** Evaluates one payload again and again, without a worker between. */
export async function measureInProcess(
  { wasm, protocol }: BenchGuest,
  payload: Uint8Array,
  seconds: number,
): Promise<InProcessFigures> {
  const limits = defaultLimits;
  const prepared = await prepareModule(wasm, protocol, { environment, limits });
  const create = () => createGuest(prepared, { environment, limits, hostCallsMayWait: false });
  let guest = create();
  const callUs: number[] = [];
  const restoreUs: number[] = [];
  const evaluate = async (): Promise<void> => {
    const startMs = performance.now();
    const called = guest.call({ operation: "validate", pieces: [payload] }, host);
    const result = called instanceof Promise ? await called : called;
    const answeredMs = performance.now();
    if (result.kind === "failure") throw new Error(`the guest failed: ${result.text}`);
    if (!guest.restore()) guest = create();
    restoreUs.push((performance.now() - answeredMs) * 1000);
    callUs.push((answeredMs - startMs) * 1000);
  };
  await repeatFor(seconds * warmUpShare, evaluate);
  callUs.length = 0;
  restoreUs.length = 0;
  const before = process.cpuUsage();
  await repeatFor(seconds, evaluate);
  const { user, system } = process.cpuUsage(before);
  return { call: some(callUs), restore: some(restoreUs), cpuUs: (user + system) / callUs.length };
}

async function repeatFor(seconds: number, work: () => Promise<void>): Promise<void> {
  const endMs = performance.now() + seconds * 1000;
  do await work();
  while (performance.now() < endMs);
}

function some(values: readonly number[]): Distribution {
  const distribution = distributionOf(values);
  if (distribution === undefined) throw new Error("nothing was measured");
  return distribution;
}
