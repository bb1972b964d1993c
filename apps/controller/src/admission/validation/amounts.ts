import { isGroup, type Policy } from "@kubewarden-ts/api/policies";
import { maxSettingsDepth, tooDeepSettings } from "../../policy/settings-depth.ts";
import { type FieldError, invalid, tooMany } from "../field-error.ts";

/** Of rules, and of what all of them list together; of members. Each is looked at, and named when it is wrong. */
const maxRules = 1000;
const maxRuleItems = 10_000;
const maxMembers = 1000;
/** Of a group's expression, in characters: each is parsed here, and by every replica. */
const maxExpressionLength = 65_536;

/**
 * What is more than can be checked while the API server waits, and more than any policy needs: one object of the size that
 * the API server takes would keep the webhooks busy for longer than that, for everybody. Found before anything else is looked
 * at.
 */
export function amountErrors(policy: Policy): FieldError[] {
  const { rules } = policy.spec;
  const items = rules.reduce((sum, rule) => sum + itemsOf(rule), 0);
  return [
    ...atMost("spec.rules", rules.length, maxRules),
    ...atMost("spec.rules", items, maxRuleItems),
    ...(isGroup(policy) ? groupAmountErrors(policy.spec) : []),
    ...tooDeepSettings(policy).map(depthError),
  ];
}

function groupAmountErrors({ policies, expression }: { policies: object; expression: string }): FieldError[] {
  const detail = `must have at most ${maxExpressionLength} characters`;
  return [
    ...atMost("spec.policies", Object.keys(policies).length, maxMembers),
    ...(expression.length > maxExpressionLength
      ? [invalid("spec.expression", expression.length, detail)]
      : []),
  ];
}

function itemsOf(rule: Policy["spec"]["rules"][number]): number {
  const { apiGroups = [], apiVersions = [], operations = [], resources = [] } = rule;
  return apiGroups.length + apiVersions.length + operations.length + resources.length;
}

function atMost(field: string, count: number, most: number): FieldError[] {
  return count > most ? [tooMany(field, count, most)] : [];
}

function depthError(field: string): FieldError {
  return invalid(field, "{…}", `must not be nested more than ${maxSettingsDepth} levels deep`);
}
