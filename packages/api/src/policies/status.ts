import * as v from "valibot";
import { described, structured } from "../described.ts";
import { objectWith } from "../mapping.ts";

const conditionType =
  /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/)?(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])$/;
const conditionReason = /^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$/;
const dateTime = /^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i;

/** metav1.Condition, as it is stored. */
export const StoredCondition = objectWith({
  type: described(
    v.pipe(v.string(), v.maxLength(316), v.regex(conditionType)),
    "What the condition is about.",
  ),
  status: described(v.picklist(["True", "False", "Unknown"]), "Whether it holds."),
  reason: described(
    v.pipe(v.string(), v.minLength(1), v.maxLength(1024), v.regex(conditionReason)),
    "Why, in one word for programs.",
  ),
  message: described(v.pipe(v.string(), v.maxLength(32_768)), "Why, for people."),
  lastTransitionTime: described(
    structured(v.pipe(v.string(), v.check(isDateTime)), { format: "date-time" }),
    "When `status` last changed.",
  ),
  observedGeneration: v.exactOptional(
    described(
      structured(v.pipe(v.number(), v.integer(), v.minValue(0)), {
        type: "integer",
        format: "int64",
        minimum: 0,
      }),
      "The `metadata.generation` that the condition was found for.",
    ),
  ),
});
export type StoredCondition = v.InferOutput<typeof StoredCondition>;

const Conditions = described(
  structured(v.array(StoredCondition), {
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["type"],
  }),
  "What the controller found out, each thing once.",
);

/** How one replica of the policy server sees a policy; ours, beyond upstream. */
export const ReplicaStatus = objectWith({
  pod: described(v.string(), "Name of the replica's Pod."),
  state: described(
    v.string(),
    "What the replica says of the policy, such as `active` or `failed`; `unknown` where it does not answer.",
  ),
  revision: v.exactOptional(described(v.string(), "Which version of the policy the replica has.")),
  error: v.exactOptional(described(v.string(), "Why the replica could not load the policy.")),
});
export type ReplicaStatus = v.InferOutput<typeof ReplicaStatus>;

/** Status of a policy or group (controller.md 1.5). */
export const PolicyStatus = objectWith({
  policyStatus: described(
    v.picklist(["unscheduled", "scheduled", "pending", "active"]),
    "How far it is: `unscheduled` names no policy server, `scheduled` waits for the policy server to exist, `pending` for all its replicas to have the policy, `active` is enforced.",
  ),
  mode: v.exactOptional(
    described(
      v.picklist(["protect", "monitor", "unknown"]),
      "The mode in the configuration of the policy server; `unknown` while the policy is not in it.",
    ),
  ),
  conditions: v.exactOptional(Conditions),
  replicas: v.exactOptional(
    described(
      structured(v.array(ReplicaStatus), {
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["pod"],
      }),
      "How each replica of the policy server sees the policy.",
    ),
  ),
});
export type PolicyStatus = v.InferOutput<typeof PolicyStatus>;

/** Status of a PolicyServer (controller.md 1.5). */
export const PolicyServerStatus = objectWith({ conditions: Conditions });
export type PolicyServerStatus = v.InferOutput<typeof PolicyServerStatus>;

function isDateTime(text: string): boolean {
  return dateTime.test(text);
}
