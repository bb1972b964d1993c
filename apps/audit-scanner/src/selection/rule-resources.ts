import type { RuleWithOperations } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import type { AuditedOperation, AuditedResource } from "../auditable-policy.ts";
import { matchRule } from "./match-rule.ts";
import type { ServedResources } from "./served-resources.ts";

/** What the rules of a policy come to. */
export interface RuleResources {
  /** each kind in one version, the first that the rules name; in the order of the rules */
  readonly resources: readonly AuditedResource[];
  /** `apps/v1 foo`: what the rules name, and the API server does not serve as a kind of objects */
  readonly unknown: readonly string[];
  /** how many kinds the rules' own `scope` leaves out */
  readonly outOfScope: number;
  /** rules without effect on an audit: those with `*`, those for other operations */
  readonly dropped: { readonly wildcard: number; readonly operations: number };
}

export interface RuleOptions {
  readonly allOperations: boolean;
  readonly expandWildcards: boolean;
}

/**
 * Finds the kinds that rules are about (audit-and-reports.md 2.4, steps 1 to 3). A kind that rules name in several
 * versions counts once: the API server calls a webhook once for a request, whatever the versions.
 * @throws {KubeError} when the API server cannot be asked
 */
export async function ruleResources(
  rules: readonly RuleWithOperations[],
  served: ServedResources,
  { allOperations, expandWildcards }: RuleOptions,
): Promise<RuleResources> {
  const concrete = rules.filter((rule) => expandWildcards || !hasWildcard(rule));
  const audited = concrete.filter((rule) => operationsOf(rule, allOperations).length > 0);
  const found = new Map<string, { resource: ApiResource; operations: Set<AuditedOperation> }>();
  const unknown = new Set<string>();
  let outOfScope = 0;
  for (const rule of audited) {
    const matched = await matchRule(rule, served, { expandWildcards });
    outOfScope += matched.outOfScope;
    for (const name of matched.unknown) unknown.add(name);
    for (const resource of matched.resources) {
      const { operations } = found.getOrInsertComputed(kindKey(resource), () => ({
        resource,
        operations: new Set(),
      }));
      for (const operation of operationsOf(rule, allOperations)) operations.add(operation);
    }
  }
  return {
    resources: [...found.values()].map(({ resource, operations }) => ({
      resource,
      operations: auditedOperations.filter((operation) => operations.has(operation)),
    })),
    unknown: [...unknown],
    outOfScope,
    dropped: { wildcard: rules.length - concrete.length, operations: concrete.length - audited.length },
  };
}

const auditedOperations = ["CREATE", "UPDATE"] as const;

function operationsOf({ operations = [] }: RuleWithOperations, all: boolean): readonly AuditedOperation[] {
  const possible = all ? auditedOperations : (["CREATE"] as const);
  return possible.filter((operation) => operations.includes(operation) || operations.includes("*"));
}

/** Only `*` alone is a wildcard here: `pods/*` names subresources. */
function hasWildcard({ apiGroups = [], apiVersions = [], resources = [] }: RuleWithOperations): boolean {
  return [apiGroups, apiVersions, resources].some((names) => names.includes("*"));
}

function kindKey({ group, plural }: ApiResource): string {
  return `${group}/${plural}`;
}
