import { isDeepStrictEqual } from "node:util";
import { type Condition, storedConditions } from "@kubewarden-ts/api";
import type { Policy, PolicyStatus, ReplicaStatus } from "@kubewarden-ts/api/policies";
import type { PolicyContext } from "./policy-context.ts";
import { typeOfPolicy } from "./policy-types.ts";

/** What a pass found out about a policy. */
export interface PolicyFindings {
  readonly policyStatus: PolicyStatus["policyStatus"];
  readonly conditions: readonly Condition[];
  /** what is stored stays without */
  readonly mode?: PolicyStatus["mode"] | undefined;
  /** what is stored stays without */
  readonly replicas?: readonly ReplicaStatus[] | undefined;
}

/** The status after a pass: equal to the stored one when nothing is new (controller.md 13, behaviour 44). */
export function nextStatus({ status, metadata }: Policy, found: PolicyFindings, nowMs: number): PolicyStatus {
  const { policyStatus, mode, replicas } = found;
  const { generation } = metadata;
  return {
    ...status,
    policyStatus,
    ...(mode !== undefined && { mode }),
    conditions: storedConditions(status?.conditions, found.conditions, { nowMs, generation }),
    ...(replicas !== undefined && { replicas: [...replicas] }),
  };
}

/**
 * Writes the status, if it is another one, as a merge patch: fields of others stay.
 * @param inView - the policy as the view has it
 */
export async function writeStatus(
  { objects, written }: PolicyContext,
  { policy, inView }: { readonly policy: Policy; readonly inView: Policy },
  status: PolicyStatus,
  signal: AbortSignal,
): Promise<void> {
  if (isDeepStrictEqual(status, policy.status)) return;
  const { name, namespace } = policy.metadata;
  const options = { subresource: "status", signal } as const;
  written.set(
    inView,
    await objects.mergePatch(typeOfPolicy(policy), { name, namespace }, { status }, options),
  );
}
