import { errorText } from "@kubewarden-ts/base";
import { ExpressionError, parseExpression } from "@kubewarden-ts/expression";
import { CapabilityError, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import type { PolicyFailure } from "./errors.ts";
import type { Policies } from "./policies-file.ts";
import type { PolicyGroupEntry } from "./policy-entry.ts";
import { invalidSettings } from "./settings-answer.ts";

/**
 * Checks what a policies file says in the small languages it holds: patterns of host capabilities (policy-server 9) and
 * group expressions (6). No module is needed for it.
 * @returns the findings in the order of the file
 */
export function checkPolicies(policies: Policies): PolicyFailure[] {
  return Array.from(policies).flatMap(([id, entry]) =>
    entry.kind === "policy" ? checkCapabilities(id, entry.hostCapabilities) : checkGroup(id, entry),
  );
}

function checkGroup(id: string, { policies, expression }: PolicyGroupEntry): PolicyFailure[] {
  const members = Object.entries(policies).flatMap(([name, { hostCapabilities }]) =>
    checkCapabilities(`${id}/${name}`, hostCapabilities),
  );
  return [...members, ...checkExpression(id, expression, Object.keys(policies))];
}

function checkCapabilities(policyId: string, patterns: readonly string[]): PolicyFailure[] {
  try {
    parseCapabilityPatterns(patterns);
    return [];
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    const text = `bootstrap failure: invalid hostCapabilities pattern for policy ${policyId}: ${errorText(error)}`;
    return [{ kind: "capabilities", policyId, message: text }];
  }
}

function checkExpression(policyId: string, expression: string, members: readonly string[]): PolicyFailure[] {
  try {
    parseExpression(expression, members);
    return [];
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return [{ kind: "expression", policyId, message: invalidSettings(errorText(error)) }];
  }
}
