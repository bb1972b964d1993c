import { invalidInput } from "../../errors.ts";
import type { ResourceRule } from "./vap-schema.ts";

const operations = ["CREATE", "UPDATE", "DELETE", "CONNECT", "*"];

/**
 * Rules of a ValidatingAdmissionPolicy as those of a Kubewarden policy: names of resources are left out, a scope that
 * says something stays.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export function convertRules(rules: readonly ResourceRule[]): object[] {
  // A policy without rules is never asked: it would let everything pass.
  if (rules.length === 0) throw cannotConvert("there are no resourceRules");
  return rules.map(({ apiGroups, apiVersions, resources, operations, scope }) => {
    if (!operations.every(isOperation)) throw cannotConvert("unknown operation");
    const narrowed = scope === "Namespaced" || scope === "Cluster" ? { scope } : {};
    return { apiGroups, apiVersions, resources, operations, ...narrowed };
  });
}

function isOperation(operation: string): boolean {
  return operations.includes(operation);
}

function cannotConvert(problem: string) {
  return invalidInput(`error converting VAP matchConstraints into rules: ${problem}`);
}
