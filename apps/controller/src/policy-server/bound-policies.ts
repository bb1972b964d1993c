import { type Policy, policyKinds } from "@kubewarden-ts/api/policies";
import { byPolicyServer, type ClusterView } from "../cluster-view.ts";

/** The policies and groups that a policy server hosts, those that are being deleted too (controller.md 3.1). */
export function boundPolicies(view: Pick<ClusterView, "policies">, policyServer: string): Policy[] {
  return policyKinds.flatMap(({ kind }): readonly Policy[] =>
    view.policies[kind].byIndex(byPolicyServer, policyServer),
  );
}
