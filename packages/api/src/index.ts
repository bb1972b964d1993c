export { builtinKind, isNamespacedResource, type ServedKind } from "./builtin-kinds.ts";
export { type Condition, isFalse, isTrue, isUnknown } from "./condition.ts";
export {
  isBeingDeleted,
  type KubernetesObject,
  ObjectMeta,
  OwnerReference,
} from "./kubernetes-object.ts";
export {
  type LabelRequirement,
  type LabelSelector,
  LabelSelectorError,
  matchesLabels,
  readLabelSelector,
} from "./label-selector.ts";
export { type ReconcilePass, type ReconcileStep, reconcileSteps } from "./reconcile-steps.ts";
export { defineResource, type ObjectOf, type ResourceType } from "./resource-type.ts";
export { type StoredConditionsOptions, storedConditions } from "./stored-conditions.ts";
