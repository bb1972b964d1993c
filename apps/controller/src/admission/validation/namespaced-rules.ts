import type { RuleWithOperations } from "@kubewarden-ts/api/policies";
import { type FieldError, forbidden } from "../field-error.ts";
import type { Findings } from "./findings.ts";

const anyone = "AdmissionPolicy or AdmissionPolicyGroup";

/** Where reports of the audit scanner lie: they tell about what their reader may not see. */
const reportResources = [
  { group: "wgpolicyk8s.io", resource: "policyreports" },
  { group: "openreports.io", resource: "reports" },
] as const;
type ReportResource = (typeof reportResources)[number];

/**
 * What rules of a policy of a namespace may not name (controller.md 2.3, 14): whoever may write policies in a namespace
 * would see or stop what others may not. Upstream looks for groups among the versions; what it refuses for that reason is
 * refused here too, and what reaches a report in any other way.
 */
export function namespacedRuleFindings(rules: readonly RuleWithOperations[]): Findings {
  const errors = rules.flatMap((rule) => [...wildcardErrors(rule), ...reportErrors(rule)]);
  return { errors, warnings: errors.length > 0 ? [] : rules.flatMap(wildcardWarnings) };
}

function wildcardErrors({ apiVersions = [], resources = [] }: RuleWithOperations): FieldError[] {
  const version = apiVersions.indexOf("*");
  const resource = resources.findIndex(isEveryResource);
  if (version === -1 || resource === -1) return [];
  return [
    forbidden(`spec.rules.apiGroups[${version}]`, `apiGroups cannot use wildcards when using ${anyone}`),
    forbidden(`spec.rules.resources[${resource}]`, `resources cannot use wildcards when using ${anyone}`),
  ];
}

/** Of everything in every group, upstream refuses nothing: a warning. */
function wildcardWarnings({ apiGroups = [], resources = [] }: RuleWithOperations, index: number): string[] {
  if (!apiGroups.includes("*") || !resources.some(isEveryResource)) return [];
  return [
    `spec.rules[${index}]: all resources of all API groups: name those that the policy is about; a later version may refuse this`,
  ];
}

/** One is enough to refuse the rule, and to say why. */
function reportErrors(rule: RuleWithOperations): FieldError[] {
  const found = reportResources.find((report) => upstreamForbids(rule, report) || mayMatch(rule, report));
  if (found === undefined) return [];
  const { group, resource } = found;
  const detail = `{APIGroup: ${group}, Resource: ${resource}} resources cannot be targeted by ${anyone}`;
  return [forbidden("spec.rules", detail)];
}

function upstreamForbids({ apiVersions = [], resources = [] }: RuleWithOperations, report: ReportResource) {
  const [{ group, resource }] = reportResources;
  return (
    report.group === group &&
    (apiVersions.includes(group) || apiVersions.includes("*")) &&
    resources.some((each) => isEveryResource(each) || each === resource || each.startsWith(`${resource}/`))
  );
}

/**
 * Whether the API server would ask about such a report, or one of its subresources. Who names neither the group nor the
 * resource matches reports only where a version fits: they are served in versions before v1, and not in stable ones.
 */
function mayMatch(rule: RuleWithOperations, { group, resource }: ReportResource): boolean {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule;
  if (!apiGroups.some((each) => each === "*" || each === group)) return false;
  const names = resources.map((each) => each.split("/", 1)[0]);
  if (names.includes(resource)) return true;
  if (!names.includes("*")) return false;
  return apiGroups.includes(group) || apiVersions.some((version) => !isStableVersion(version));
}

function isStableVersion(version: string): boolean {
  return /^v[1-9][0-9]*$/.test(version);
}

function isEveryResource(resource: string): boolean {
  return resource === "*" || resource === "*/*";
}
