import {
  createGuest,
  defaultLimits,
  type GuestCall,
  type GuestHost,
  type PreparedModule,
  prepareModule,
  snapshotGoCommand,
} from "@kubewarden-ts/policy-runtime/core";
import { processEnvironment as environment } from "@kubewarden-ts/policy-runtime/node";
import { type BodySize, guestRequest } from "../inputs/admission-review.ts";
import { type BenchGuest, protocolOf } from "../inputs/guests.ts";
import { type Distribution, distributionOf } from "../percentiles.ts";

const host: GuestHost = {
  call: () => new Uint8Array(0),
  print() {},
  suspended() {},
  resumed() {},
};
const warmUpShare = 0.3;
const limits = defaultLimits;

/** Evaluations on the thread that measures; times in microseconds. */
export interface InProcessFigures {
  readonly call: Distribution;
  /** What follows when the answer has left: the instance is put back, or a new one is made. */
  readonly restore: Distribution;
  /** CPU time of the process for both. */
  readonly cpuUs: number;
}

/** Evaluates one request again and again, without a worker between. */
export async function measureInProcess(
  guest: BenchGuest,
  { size, seconds }: { size: BodySize; seconds: number },
): Promise<InProcessFigures> {
  const prepared = await prepare(guest);
  const builtins = await environment.loadBuiltins?.(
    prepared.opa?.builtins.filter((name) => name !== "") ?? [],
  );
  const create = () => createGuest(prepared, { environment, limits, hostCallsMayWait: false, builtins });
  const call = benchCall(guest, size);
  let instance = create();
  const callUs: number[] = [];
  const restoreUs: number[] = [];
  const evaluate = async (): Promise<void> => {
    const startMs = performance.now();
    const called = instance.call(call, host);
    const result = called instanceof Promise ? await called : called;
    const answeredMs = performance.now();
    if (result.kind === "failure") throw new Error(`the guest failed: ${result.text}`);
    if (!instance.restore()) instance = create();
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

async function prepare(guest: BenchGuest): Promise<PreparedModule> {
  const prepared = await prepareModule(guest.wasm, protocolOf(guest), { environment, limits });
  if (prepared.layout.goResume === undefined) return prepared;
  return (await snapshotGoCommand(prepared, { environment, limits })) ?? prepared;
}

/** What a guest is asked about a request, in the way of its mode. */
function benchCall({ mode, settings }: BenchGuest, size: BodySize): GuestCall {
  const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
  const request = guestRequest(size);
  switch (mode) {
    case "opa":
      return { operation: "eval", pieces: [encode({ request })], data: encode(settings) };
    case "gatekeeper":
      return {
        operation: "eval",
        pieces: [encode({ parameters: settings, review: request })],
        data: encode({}),
      };
    default:
      return { operation: "validate", pieces: [encode({ request, settings })] };
  }
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
