export { builtinKind, isNamespacedResource, type ServedKind } from "./builtin-kinds.ts";
export { type Condition, isFalse, isTrue, isUnknown } from "./condition.ts";
export {
  type LabelRequirement,
  type LabelSelector,
  LabelSelectorError,
  matchesLabels,
  readLabelSelector,
} from "./label-selector.ts";
export { type ReconcilePass, type ReconcileStep, reconcileSteps } from "./reconcile-steps.ts";
