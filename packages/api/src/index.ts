export { type Condition, isFalse, isTrue, isUnknown } from "./condition.ts";
export { type ReconcilePass, type ReconcileStep, reconcileSteps } from "./reconcile-steps.ts";
