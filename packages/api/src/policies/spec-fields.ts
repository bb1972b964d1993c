import * as v from "valibot";

const Strings = v.array(v.string());
const LabelSelector = v.looseObject({
  matchLabels: v.exactOptional(v.record(v.string(), v.string())),
  matchExpressions: v.exactOptional(
    v.array(v.looseObject({ key: v.string(), operator: v.string(), values: v.exactOptional(Strings) })),
  ),
});

export const RuleWithOperations = v.looseObject({
  apiGroups: v.exactOptional(Strings),
  apiVersions: v.exactOptional(Strings),
  operations: v.exactOptional(Strings),
  resources: v.exactOptional(Strings),
  scope: v.exactOptional(v.string()),
});
export type RuleWithOperations = v.InferOutput<typeof RuleWithOperations>;

export const MatchCondition = v.looseObject({ name: v.string(), expression: v.string() });
export type MatchCondition = v.InferOutput<typeof MatchCondition>;

export const ContextAwareResource = v.looseObject({ apiVersion: v.string(), kind: v.string() });
export type ContextAwareResource = v.InferOutput<typeof ContextAwareResource>;

const TimeoutSeconds = v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(30));
/** Free form, but an object: scalars and lists are refused. */
export const Settings = v.nullable(v.record(v.string(), v.unknown()));

/** Of all four kinds (controller.md 1.2, 1.3). */
export const CommonEntries = {
  policyServer: v.optional(v.string(), "default"),
  mode: v.optional(v.picklist(["protect", "monitor"]), "protect"),
  rules: v.array(RuleWithOperations),
  failurePolicy: v.exactOptional(v.string()),
  backgroundAudit: v.optional(v.boolean(), true),
  matchPolicy: v.exactOptional(v.string()),
  matchConditions: v.exactOptional(v.array(MatchCondition)),
  objectSelector: v.exactOptional(LabelSelector),
  sideEffects: v.exactOptional(v.string()),
  timeoutSeconds: v.optional(TimeoutSeconds, 10),
};

/** Of policies, not of groups. */
export const PolicyEntries = {
  module: v.string(),
  settings: v.exactOptional(Settings),
  mutating: v.boolean(),
  timeoutEvalSeconds: v.exactOptional(TimeoutSeconds),
  message: v.exactOptional(v.string()),
};

/** Of the cluster-wide kinds. */
export const ClusterEntries = {
  namespaceSelector: v.exactOptional(LabelSelector),
  allowInsideAdmissionControllerNamespace: v.exactOptional(v.boolean()),
};

export const ContextAwareEntries = {
  contextAwareResources: v.exactOptional(v.array(ContextAwareResource)),
};

const memberEntries = {
  module: v.string(),
  settings: v.exactOptional(Settings),
  timeoutEvalSeconds: v.exactOptional(TimeoutSeconds),
};

/** Of groups; `member` has the fields of one of their policies. */
export function groupEntries<M extends v.ObjectEntries>(member: M) {
  return {
    expression: v.string(),
    message: v.string(),
    policies: v.record(v.string(), v.looseObject({ ...memberEntries, ...member })),
  };
}
