import { type Condition, isBeingDeleted } from "@kubewarden-ts/api";
import { type Policy, type ReplicaStatus, uniqueName } from "@kubewarden-ts/api/policies";
import { notUniquelyReachable, uniquelyReachable } from "./conditions.ts";
import type { PolicyContext } from "./policy-context.ts";
import { reachability } from "./reachability.ts";
import { replicaFindings } from "./replica-findings.ts";
import { reloadsPolicies, type ServerState } from "./server-state.ts";

/** How the replicas of a policy server serve one policy. */
export interface ServedPolicy {
  /** what is asked is answered by the current configuration: the webhook may follow the spec */
  readonly isCurrent: boolean;
  /** no replica says that it failed to load the policy: it may be asked for the first time */
  readonly isLoaded: boolean;
  readonly conditions: readonly Condition[];
  /** nothing where it is not known now */
  readonly replicas?: readonly ReplicaStatus[] | undefined;
}

/**
 * Rule 4.3, and what the replicas report. In a rollout the rule alone says that the configuration is current; where pods
 * reload their policies, each has to report it.
 */
export function servedPolicy(
  { replicaReports }: Pick<PolicyContext, "replicaReports">,
  state: ServerState,
  policy: Policy,
): ServedPolicy {
  const reach = reachability(state, policy);
  if (reach.kind === "unreachable") {
    return { isCurrent: false, isLoaded: false, conditions: [notUniquelyReachable(reach.problem)] };
  }
  const reloads = reloadsPolicies(state.server);
  // who is on the way out is not asked any more
  const pods = reach.pods.filter((pod) => !isBeingDeleted(pod));
  const found = replicaFindings({
    ...{ unique: uniqueName(policy), pods, reportOf: replicaReports.of },
    policiesDigest: reloads ? state.configuration.policiesDigest : undefined,
  });
  if (found.kind === "awaited") {
    return { isCurrent: !reloads, isLoaded: false, conditions: reloads ? [] : [uniquelyReachable] };
  }
  const { kind, condition, replicas } = found;
  if (kind !== "loaded") for (const pod of pods) replicaReports.expectChange(pod, versionOf(state));
  const isCurrent = !(reloads && kind === "outdated");
  const reachable = isCurrent ? uniquelyReachable : notUniquelyReachable(condition.message);
  return { isCurrent, isLoaded: kind === "loaded", conditions: [reachable, condition], replicas };
}

function versionOf({ configMap }: ServerState): string {
  return configMap?.metadata.resourceVersion ?? "";
}
