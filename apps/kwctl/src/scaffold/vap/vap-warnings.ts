import { parseReference } from "@kubewarden-ts/oci";
import type { CelReads } from "./cel-reads.ts";
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from "./vap-schema.ts";

/** What a conversion loses, or leaves to whoever deploys its result. */
export function conversionWarnings(
  { spec }: ValidatingAdmissionPolicy,
  { spec: binding }: ValidatingAdmissionPolicyBinding,
  reads: CelReads,
): string[] {
  const { matchConstraints, matchConditions, auditAnnotations } = spec;
  const { matchResources } = binding;
  const hasNames = matchConstraints.resourceRules.some(({ resourceNames }) => resourceNames.length > 0);
  const narrowed = [
    matchResources?.resourceRules,
    matchResources?.excludeResourceRules,
    matchConstraints.excludeResourceRules,
  ];
  const losses: readonly (readonly [lost: boolean, warning: string])[] = [
    [auditAnnotations.length > 0, "auditAnnotations are ignored: Kubewarden has none that are made of CEL"],
    [
      matchConditions.length > 0,
      "matchConditions are ignored: copy those that use neither params, variables nor namespaceObject into spec.matchConditions",
    ],
    [
      narrowed.some((rules = []) => rules.length > 0),
      "excludeResourceRules, and the rules of the binding, are ignored: the policy is asked about more than before",
    ],
    [hasNames, "resourceNames are ignored: the policy is asked about resources of every name"],
    [
      isMonitor(binding.validationActions),
      "the validationActions deny nothing: the policy is deployed in mode monitor",
    ],
    [
      reads.computed,
      "an expression makes up which Kubernetes resources it reads: complete contextAwareResources by hand",
    ],
  ];
  return losses.flatMap(([lost, warning]) => (lost ? [warning] : []));
}

/** A binding that only warns or audits refuses nothing. */
export function isMonitor(validationActions: readonly string[]): boolean {
  return validationActions.length > 0 && !validationActions.includes("Deny");
}

/** What is wrong with the module of the CEL policy. */
export function modulePitfalls(module: string): string[] {
  const [, scheme = "registry", rest = module] = /^(\w+):\/\/(.*)$/.exec(module) ?? [];
  if (scheme !== "registry") return [];
  try {
    const { tag, digest } = parseReference(rest);
    if (digest !== undefined || tag !== "latest") return [];
    return [
      "Using the 'latest' version of the CEL policy could be unsafe: it may change. Name a version with --cel-policy",
    ];
  } catch {
    return [`The module of the CEL policy is no image reference: ${module}`];
  }
}
