import type { Pod, ReplicaSet } from "@kubewarden-ts/api/core";
import {
  configVersionKey,
  instanceLabel,
  type Policy,
  partOfLabel,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import { configuredPolicies } from "../policy-server/policies-json.ts";
import { podProblem } from "./pod-readiness.ts";
import { isLeftOver, reloadsPolicies, type ServerState } from "./server-state.ts";

/** Whether whoever asks for a policy gets an answer of the current configuration, from every pod there is. */
export type Reachability =
  | { readonly kind: "reachable"; readonly pods: readonly Pod[] }
  | { readonly kind: "unreachable"; readonly problem: string };

const revisionAnnotation = "deployment.kubernetes.io/revision";
const templateHashLabel = "pod-template-hash";

/**
 * Rule 4.3 of controller.md: the ConfigMap has the policy, a ReplicaSet has the ConfigMap's version and the Deployment's
 * revision, and all pods are of that ReplicaSet and ready. Pods that have ended, and pods to which the Service sends
 * nothing, do not count; nor does what belongs to an earlier PolicyServer of the name. Where pods reload policies the
 * version does not tell; what they report does.
 */
export function reachability(state: ServerState, policy: Policy): Reachability {
  if (isLeftOver(state)) return unreachable("what an earlier policy server left has not been taken over yet");
  const configured = state.configuration.policies;
  if (configured === undefined) return unreachable("the policy server has no readable configuration yet");
  if (!configured.has(uniqueName(policy))) return unreachable(absence(policy, state));
  const replicaSet = currentReplicaSet(state);
  if (replicaSet === undefined) return unreachable("the latest configuration has not been rolled out yet");
  const pods = state.pods.filter(mayServe);
  if (pods.length === 0) return unreachable("no pod of the policy server runs");
  const hash = replicaSet.metadata.labels?.[templateHashLabel];
  const old = firstByName(pods.filter(({ metadata }) => metadata.labels?.[templateHashLabel] !== hash));
  if (old !== undefined) return unreachable(`pod ${old.metadata.name} of another revision is still there`);
  const problem = pods.map(podProblem).find((found) => found !== undefined);
  return problem === undefined ? { kind: "reachable", pods } : unreachable(problem);
}

function unreachable(problem: string): Reachability {
  return { kind: "unreachable", problem };
}

/** Why the configuration does not have the policy: it would make it unreadable for the others, or it is new. */
function absence(policy: Policy, { server }: ServerState): string {
  const [configured] = configuredPolicies([policy], server);
  if (configured?.kind !== "left-out") return "the policy is not in the policy server's configuration yet";
  return `the policy is left out of the policy server's configuration: ${configured.problem}`;
}

function currentReplicaSet({ server, configMap, deployment, replicaSets }: ServerState) {
  const revision = deployment?.metadata.annotations?.[revisionAnnotation];
  const version = configMap?.metadata.resourceVersion;
  if (revision === undefined || version === undefined) return undefined;
  const isCurrent = ({ metadata: { annotations = {}, labels = {} } }: ReplicaSet): boolean =>
    annotations[revisionAnnotation] === revision &&
    labels[templateHashLabel] !== undefined &&
    (reloadsPolicies(server) || annotations[configVersionKey] === version);
  return replicaSets.find(isCurrent);
}

/** Whether requests may get to this pod. */
function mayServe({ metadata: { labels = {} }, status }: Pod): boolean {
  if (status?.phase === "Failed" || status?.phase === "Succeeded") return false;
  const selected = labels[instanceLabel] !== undefined && labels[partOfLabel] === "kubewarden";
  return selected || labels[templateHashLabel] !== undefined;
}

function firstByName(pods: readonly Pod[]): Pod | undefined {
  return pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))[0];
}
