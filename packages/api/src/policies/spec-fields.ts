import * as v from "valibot";
import { described, Int32, int32Between, structured } from "../described.ts";
import { isMapping, mapping, objectWith } from "../mapping.ts";

const atomic = { "x-kubernetes-list-type": "atomic" } as const;
const Strings = structured(v.array(v.string()), atomic);

const LabelRequirement = objectWith({
  key: described(v.string(), "Key of the label."),
  operator: described(v.string(), "`In`, `NotIn`, `Exists` or `DoesNotExist`."),
  values: v.exactOptional(described(Strings, "Some for `In` and `NotIn`, none for the others.")),
});
const LabelSelector = structured(
  objectWith({
    matchLabels: v.exactOptional(
      described(mapping(v.string()), "Labels that must all be there, with these values."),
    ),
    matchExpressions: v.exactOptional(
      described(structured(v.array(LabelRequirement), atomic), "Conditions on labels that must all hold."),
    ),
  }),
  { "x-kubernetes-map-type": "atomic" },
);

export const RuleWithOperations = objectWith({
  apiGroups: v.exactOptional(described(Strings, 'API groups; `""` is the core group, `*` all of them.')),
  apiVersions: v.exactOptional(described(Strings, "Versions of the groups; `*` all of them.")),
  operations: v.exactOptional(
    described(Strings, "`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or `*` for all of them."),
  ),
  resources: v.exactOptional(
    described(
      Strings,
      "Plural names, with a subresource behind a slash: `pods`, `pods/exec`, `*/scale`, `*`.",
    ),
  ),
  scope: v.exactOptional(described(v.string(), "`Cluster`, `Namespaced`, or `*` (the default) for both.")),
});
export type RuleWithOperations = v.InferOutput<typeof RuleWithOperations>;

export const MatchCondition = objectWith({
  name: described(v.string(), "Name of the condition, for error messages; each one once."),
  expression: described(
    v.string(),
    "CEL over `object`, `oldObject`, `request` and `authorizer`; must give a boolean.",
  ),
});
export type MatchCondition = v.InferOutput<typeof MatchCondition>;

export const ContextAwareResource = objectWith({
  apiVersion: described(v.string(), "API version of the resource, such as `v1` or `apps/v1`."),
  kind: described(v.string(), "Kind of the resource, such as `Namespace`."),
});
export type ContextAwareResource = v.InferOutput<typeof ContextAwareResource>;

const TimeoutEvalSeconds = described(
  int32Between(2, 30),
  "Seconds after which the policy server gives an evaluation up; its own limit where absent.",
);
/** Between 2 and 30 in v1; v1alpha2 stores any number, and a policy that is stored must be readable. */
const TimeoutSeconds = structured(Int32, { minimum: 2, maximum: 30 });

/** Free form, but an object: scalars and lists are refused. */
export const Settings = structured(
  v.nullable(v.custom<Record<string, unknown>>(isMapping, "Invalid type: Expected an object")),
  {
    "x-kubernetes-preserve-unknown-fields": true,
  },
);

const Module = described(
  v.string(),
  "Where the policy's WebAssembly module is: `registry://`, `https://`, `http://` or `file://`; without a scheme, a registry.",
);
const PolicySettings = described(
  Settings,
  "Settings of the policy: what they may be, the policy's documentation says.",
);

/** Of all four kinds (controller.md 1.2, 1.3). */
export const CommonEntries = {
  policyServer: v.optional(
    described(v.string(), "Name of the PolicyServer that hosts the policy. It cannot be changed."),
    "default",
  ),
  mode: v.optional(
    described(
      v.picklist(["protect", "monitor"]),
      "`protect` refuses what the policy refuses; `monitor` lets it pass and logs it. A policy can go from monitor to protect, not back.",
    ),
    "protect",
  ),
  rules: described(v.array(RuleWithOperations), "Which requests the policy sees."),
  failurePolicy: v.exactOptional(
    described(
      v.string(),
      "What happens to a request that nobody could check: `Fail` (the default) or `Ignore`.",
    ),
  ),
  backgroundAudit: v.optional(
    described(v.boolean(), "Whether the audit scanner checks what the cluster holds already."),
    true,
  ),
  matchPolicy: v.exactOptional(
    described(
      v.string(),
      "`Exact`: only requests as the rules name them; `Equivalent` (the default): also those of another version of the same resource.",
    ),
  ),
  matchConditions: v.exactOptional(
    described(v.array(MatchCondition), "Conditions that must all hold before the policy sees a request."),
  ),
  objectSelector: v.exactOptional(
    described(LabelSelector, "Labels that the object, or the one before the change, must have."),
  ),
  sideEffects: v.exactOptional(described(v.string(), "`None` (the default) or `NoneOnDryRun`.")),
  timeoutSeconds: v.optional(
    described(
      TimeoutSeconds,
      "Seconds that the API server waits for an answer; then the failure policy decides.",
    ),
    10,
  ),
};

/** Of policies, not of groups. */
export const PolicyEntries = {
  module: Module,
  settings: v.exactOptional(PolicySettings),
  mutating: described(v.boolean(), "Whether the policy may change objects."),
  timeoutEvalSeconds: v.exactOptional(TimeoutEvalSeconds),
  message: v.exactOptional(
    described(
      v.string(),
      "What a refused user reads in place of the policy's own message; that goes to the causes.",
    ),
  ),
};

/** Of the cluster-wide kinds. */
export const ClusterEntries = {
  namespaceSelector: v.exactOptional(
    described(
      LabelSelector,
      "Labels that the namespace of the object must have. Objects outside of namespaces always match.",
    ),
  ),
  allowInsideAdmissionControllerNamespace: v.exactOptional(
    described(
      v.boolean(),
      "Whether the policy also sees requests for the namespace that the policy servers run in.",
    ),
  ),
};

export const ContextAwareEntries = {
  contextAwareResources: v.exactOptional(
    described(
      v.array(ContextAwareResource),
      "What the policy may read from the cluster, by the ServiceAccount of the policy server.",
    ),
  ),
};

const memberEntries = {
  module: Module,
  settings: v.exactOptional(PolicySettings),
  timeoutEvalSeconds: v.exactOptional(TimeoutEvalSeconds),
};

/** Of groups; `member` has the fields of one of their policies. */
export function groupEntries<M extends v.ObjectEntries>(member: M) {
  return {
    expression: described(
      v.string(),
      "Whether the group accepts: calls of the members, such as `signed() || (trusted() && !old())`, that give true where the member accepts.",
    ),
    message: described(v.string(), "What a refused user reads; the members' messages go to the causes."),
    policies: described(
      mapping(objectWith({ ...memberEntries, ...member })),
      "The members, by the name that the expression calls them.",
    ),
  };
}
