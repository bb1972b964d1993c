import { isGroup, type Policy, policyKinds, uniqueName } from "@kubewarden-ts/api/policies";
import type { MetricRegistry } from "@kubewarden-ts/telemetry";
import type { ClusterView } from "../cluster-view.ts";

/**
 * `kubewarden_policy_total`: one series for each policy there is (controller.md 6.4). A gauge that is 1, where upstream
 * counts its own passes: what says how many policies there are must not grow while there are not more.
 * @param view - `undefined` while another replica tells it
 */
export function observePolicies(registry: MetricRegistry, view: () => ClusterView | undefined): void {
  const definition = {
    name: "kubewarden_policy_total",
    description: "How many policies are installed in the cluster",
    valueType: "int",
  } as const;
  registry.gauge(definition, () => {
    const policies = view()?.policies;
    if (policies === undefined) return [];
    return policyKinds.flatMap(({ kind }) => policies[kind].list().map(policyValue));
  });
}

function policyValue(policy: Policy) {
  const { spec, metadata, status } = policy;
  const attributes = {
    name: uniqueName(policy),
    policy_server: spec.policyServer,
    module: isGroup(policy) ? "" : policy.spec.module,
    mutating: !isGroup(policy) && policy.spec.mutating,
    namespace: metadata.namespace ?? "",
    failure_policy: spec.failurePolicy ?? "",
    policy_status: status?.policyStatus ?? "",
  };
  return { value: 1, attributes };
}
