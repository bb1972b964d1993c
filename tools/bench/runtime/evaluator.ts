import { silentLogger } from "@kubewarden-ts/base";
import { parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import type { BenchGuest } from "../inputs/guests.ts";

/** Everything of a policy server but HTTP, with two workers and one policy. */
export interface BenchEvaluator extends AsyncDisposable {
  /** @throws {Error} when the request was not accepted */
  evaluate(review: Uint8Array): Promise<void>;
}

export async function startBenchEvaluator({ name, wasm }: BenchGuest): Promise<BenchEvaluator> {
  const evaluator = await startEvaluator({
    policies: parsePolicies(`${name}:\n  module: file:///bench.wasm\n`, "policies.yml"),
    fetchModule: () => Promise.resolve(wasm),
    workers: 2,
    defaultTimeoutMs: 10_000,
    serveCapability: () => Promise.reject(new Error("nothing is served")),
    log: silentLogger,
  });
  return {
    async evaluate(review) {
      const evaluation = await evaluator.admission("validate", name, review);
      if (evaluation.kind !== "response" || !evaluation.response.allowed)
        throw new Error(`${name} did not accept: ${JSON.stringify(evaluation)}`);
    },
    [Symbol.asyncDispose]: () => evaluator[Symbol.asyncDispose](),
  };
}
