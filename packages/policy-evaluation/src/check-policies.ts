import { errorText } from "@kubewarden-ts/base";
import { ExpressionError, type GroupExpression, parseExpression } from "@kubewarden-ts/expression";
import {
  CapabilityError,
  type CapabilityGrants,
  parseCapabilityPatterns,
} from "@kubewarden-ts/host-capabilities";
import type { PolicyFailure } from "./errors.ts";
import { isFailure } from "./generation.ts";
import { expressionFailure } from "./group-response.ts";
import type { Policies } from "./policies-file.ts";
import type { PolicyGroupEntry } from "./policy-entry.ts";

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

function checkGroup(id: string, entry: PolicyGroupEntry): PolicyFailure[] {
  const members = Object.entries(entry.policies).flatMap(([name, { hostCapabilities }]) =>
    checkCapabilities(`${id}/${name}`, hostCapabilities),
  );
  return [...members, readExpression(id, entry)].filter(isFailure);
}

function checkCapabilities(policyId: string, patterns: readonly string[]): PolicyFailure[] {
  return [readGrants(policyId, patterns)].filter(isFailure);
}

/** What the patterns of a policy or member grant. */
export function readGrants(policyId: string, patterns: readonly string[]): CapabilityGrants | PolicyFailure {
  try {
    return parseCapabilityPatterns(patterns);
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    const message = `bootstrap failure: invalid hostCapabilities pattern for policy ${policyId}: ${errorText(error)}`;
    return { kind: "capabilities", policyId, message };
  }
}

/** The expression of a group; a failure reads like one that is found while it is evaluated. */
export function readExpression(
  policyId: string,
  { expression, policies }: PolicyGroupEntry,
): GroupExpression | PolicyFailure {
  try {
    return parseExpression(expression, Object.keys(policies));
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return { kind: "expression", policyId, message: expressionFailure(error) };
  }
}
