import * as v from "valibot";

/** metav1.Condition, as it is stored. */
export const StoredCondition = v.looseObject({
  type: v.string(),
  status: v.picklist(["True", "False", "Unknown"]),
  reason: v.string(),
  message: v.string(),
  lastTransitionTime: v.string(),
  observedGeneration: v.exactOptional(v.number()),
});
export type StoredCondition = v.InferOutput<typeof StoredCondition>;

/** How one replica of the policy server sees a policy; ours, beyond upstream. */
export const ReplicaStatus = v.looseObject({
  /** name of the Pod */
  pod: v.string(),
  /** `active`, `failed`, …: as `GET /policies` says it; `unknown` where the replica does not answer */
  state: v.string(),
  revision: v.exactOptional(v.string()),
  error: v.exactOptional(v.string()),
});
export type ReplicaStatus = v.InferOutput<typeof ReplicaStatus>;

/** Status of a policy or group (controller.md 1.5). */
export const PolicyStatus = v.looseObject({
  policyStatus: v.picklist(["unscheduled", "scheduled", "pending", "active"]),
  mode: v.exactOptional(v.picklist(["protect", "monitor", "unknown"])),
  conditions: v.exactOptional(v.array(StoredCondition)),
  replicas: v.exactOptional(v.array(ReplicaStatus)),
});
export type PolicyStatus = v.InferOutput<typeof PolicyStatus>;

/** Status of a PolicyServer (controller.md 1.5). */
export const PolicyServerStatus = v.looseObject({ conditions: v.exactOptional(v.array(StoredCondition)) });
export type PolicyServerStatus = v.InferOutput<typeof PolicyServerStatus>;
