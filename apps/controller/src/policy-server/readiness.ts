import type { Condition } from "@kubewarden-ts/api";
import type { Deployment, Pod } from "@kubewarden-ts/api/core";
import type { PolicyServer } from "@kubewarden-ts/api/policies";
import * as v from "valibot";
import { podProblem } from "../policy/pod-readiness.ts";
import { notReady, ready } from "./conditions.ts";
import type { ReconciledObjects } from "./reconcile-objects.ts";

const count = v.fallback(v.number(), 0);
const DeploymentStatus = v.fallback(
  v.object({ observedGeneration: count, replicas: count, updatedReplicas: count, availableReplicas: count }),
  { observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
);

/**
 * Whether the policy server runs as its spec says: no step failed, and as many replicas as asked for are available, all of the
 * latest template. The message says what is missing.
 */
export function readyCondition(
  server: PolicyServer,
  { conditions, deployment }: Pick<ReconciledObjects, "conditions" | "deployment">,
  pods: readonly Pod[],
): Condition {
  const failed = conditions.find(({ status }) => status === "False");
  if (failed !== undefined) return notReady(failed.reason, failed.message);
  const { replicas } = server.spec;
  if (replicas === 0) {
    return notReady("NoReplicas", "spec.replicas is 0: no policy of this policy server can become active");
  }
  const { updated, available, earlier } = rollout(deployment);
  if (updated >= replicas && available >= replicas && earlier <= 0) {
    return ready(`${replicas} of ${replicas} replicas are ready`);
  }
  const texts = [
    `${Math.max(0, Math.min(updated, available, replicas))} of ${replicas} replicas are ready`,
    ...(earlier > 0 ? [`${earlier} of an earlier configuration still there`] : []),
    ...firstProblem(pods),
  ];
  return notReady("ReplicasNotReady", texts.join("; "));
}

/** How far the rollout of a Deployment is, in replicas. */
function rollout(deployment: Deployment | undefined) {
  const status = v.parse(DeploymentStatus, deployment?.status);
  const isCurrent = status.observedGeneration >= (deployment?.metadata.generation ?? 0);
  const updated = isCurrent ? status.updatedReplicas : 0;
  return { updated, available: status.availableReplicas, earlier: status.replicas - updated };
}

/** Of the pod that comes first, so that the text does not change without need. */
function firstProblem(pods: readonly Pod[]): string[] {
  const byName = pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const problem = byName.map(podProblem).find((each) => each !== undefined);
  return problem === undefined ? [] : [problem];
}
