import { isGroup, isNamespaced, type Policy } from "@kubewarden-ts/api/policies";
import { type FieldError, required } from "../field-error.ts";
import { amountErrors } from "./amounts.ts";
import { deploymentsNamespaceWarnings } from "./deployments-namespace.ts";
import { type ClusterLookUp, type Findings, newlyFound } from "./findings.ts";
import { groupErrors, memberErrors } from "./group.ts";
import { matchConditionFindings } from "./match-conditions.ts";
import { namespacedRuleFindings } from "./namespaced-rules.ts";
import { policyChangeErrors } from "./policy-changes.ts";
import { ruleErrors } from "./rules.ts";
import { policyTimeoutErrors } from "./timeouts.ts";
import { uniqueNameErrors } from "./unique-name.ts";
import { clusterFieldErrors, webhookValueErrors } from "./webhook-values.ts";

/** An object and what it was before, as it was stored; `undefined` when it is new. */
export interface Change<T> {
  readonly object: T;
  readonly stored: unknown;
  /** `stored`, where it can be read */
  readonly old: T | undefined;
}

/**
 * Everything that can be wrong with a policy or group (controller.md 2.3): upstream's checks in upstream's order, then
 * those of section 14.
 */
export async function policyFindings(
  { object: policy, stored, old }: Change<Policy>,
  lookUp: ClusterLookUp,
): Promise<Findings> {
  const isNew = stored === undefined;
  const { rules, matchConditions = [] } = policy.spec;
  const none: Findings = { errors: [], warnings: [] };
  const amounts = amountErrors(policy);
  if (amounts.length > 0) return { ...none, errors: amounts };
  const namespaced = isNamespaced(policy) ? namespacedRuleFindings(rules) : none;
  const place = deploymentsNamespaceWarnings(policy, lookUp);
  const conditions = await matchConditionFindings(matchConditions, lookUp);
  const errors = [
    ...ruleErrors(rules),
    ...namespaced.errors,
    ...conditions.errors,
    ...timeoutErrors(policy),
    ...(isNew ? [] : policyChangeErrors(policy.spec, stored)),
    ...(isGroup(policy) ? groupErrors(policy) : []),
    ...moduleErrors(policy),
    ...clusterFieldErrors(policy),
    ...newlyFound(webhookValueErrors, policy, old),
    ...(isNew ? await uniqueNameErrors(policy, lookUp) : []),
  ];
  return { errors, warnings: [...place, ...namespaced.warnings, ...conditions.warnings] };
}

function timeoutErrors(policy: Policy): FieldError[] {
  return isGroup(policy)
    ? []
    : policyTimeoutErrors(policy.spec.timeoutEvalSeconds, policy.spec.timeoutSeconds);
}

/** An entry without a module makes `policies.yml` unreadable for all policies of the server. */
function moduleErrors(policy: Policy): FieldError[] {
  if (isGroup(policy)) return memberErrors(policy);
  return policy.spec.module.trim() === "" ? [required("spec.module", "must be non-empty")] : [];
}
