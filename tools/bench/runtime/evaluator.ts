import { silentLogger } from "@kubewarden-ts/base";
import { parsePolicies, startEvaluator } from "@kubewarden-ts/policy-evaluation";
import { type BenchCluster, startBenchCluster } from "../inputs/cluster.ts";
import type { BenchGuest } from "../inputs/guests.ts";

/** Everything of a policy server but HTTP, with two workers and one policy. */
export interface BenchEvaluator extends AsyncDisposable {
  /** @throws {Error} when there was no verdict */
  evaluate(review: Uint8Array): Promise<void>;
}

const namespaces = 100;

export async function startBenchEvaluator(guest: BenchGuest): Promise<BenchEvaluator> {
  await using stack = new AsyncDisposableStack();
  const cluster: Pick<BenchCluster, "serve"> =
    guest.looksUp === "nothing" ? nobody : stack.use(await startBenchCluster(namespaces));
  const entry = {
    module: "file:///bench.wasm",
    settings: guest.settings,
    hostCapabilities: ["*"],
    contextAwareResources: guest.looksUp === "nothing" ? [] : [{ apiVersion: "v1", kind: "Namespace" }],
  };
  const evaluator = stack.use(
    await startEvaluator({
      policies: parsePolicies(JSON.stringify({ bench: entry }), "policies.yml"),
      fetchModule: async () => ({ bytes: guest.wasm }),
      workers: 2,
      defaultTimeoutMs: 10_000,
      serveCapability: (...call) => cluster.serve(...call),
      log: silentLogger,
    }),
  );
  const opened = stack.move();
  return {
    async evaluate(review) {
      const evaluation = await evaluator.admission("validate", "bench", review);
      if (evaluation.kind === "response" && evaluation.response.status?.code !== 500) return;
      throw new Error(`${guest.name} gave no verdict: ${JSON.stringify(evaluation)}`);
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

const nobody: Pick<BenchCluster, "serve"> = { serve: () => Promise.reject(new Error("nothing is served")) };
