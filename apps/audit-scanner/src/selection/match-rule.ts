import type { RuleWithOperations } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import type { ServedGroup, ServedResources } from "./served-resources.ts";

export interface MatchedRule {
  readonly resources: readonly ApiResource[];
  /** `apps/v1 foo`: of the product of groups, versions and resources, what is not served */
  readonly unknown: readonly string[];
  /** how many kinds `scope` leaves out */
  readonly outOfScope: number;
}

/**
 * The kinds of objects that a rule is about, as the API server understands it: groups, versions and resources in every
 * combination, and `scope`. Subresources are no objects.
 * @throws {KubeError} when the API server cannot be asked
 */
export async function matchRule(
  { apiGroups = [], apiVersions = [], resources = [], scope = "*" }: RuleWithOperations,
  served: ServedResources,
  { expandWildcards }: { readonly expandWildcards: boolean },
): Promise<MatchedRule> {
  const found: ApiResource[] = [];
  const unknown: string[] = [];
  for (const { group, versions } of await groupsOf(apiGroups, apiVersions, served)) {
    for (const version of versions) {
      const kinds = await served.of(group, version);
      for (const pattern of resources) {
        const named = kinds.filter((kind) => isNamed(pattern, kind, expandWildcards));
        if (named.length === 0 && !allPatterns.has(pattern)) {
          unknown.push(`${group === "" ? version : `${group}/${version}`} ${pattern}`);
        }
        found.push(...named);
      }
    }
  }
  const inScope = found.filter(
    ({ namespaced }) => scope === "*" || scope === (namespaced ? "Namespaced" : "Cluster"),
  );
  return { resources: inScope, unknown, outOfScope: found.length - inScope.length };
}

const allPatterns = new Set(["*", "*/*"]);

/** Groups with the versions to look into; what stands for all groups or versions is what the API server serves. */
async function groupsOf(
  groups: readonly string[],
  versions: readonly string[],
  served: ServedResources,
): Promise<readonly ServedGroup[]> {
  const anyGroup = groups.includes("*");
  const anyVersion = versions.includes("*");
  if (!anyGroup && !anyVersion) return groups.map((group) => ({ group, versions }));
  const known = await served.groups();
  if (!anyGroup) {
    return groups.map((name) => known.find(({ group }) => group === name) ?? { group: name, versions });
  }
  if (anyVersion) return known;
  return known.map((group) => ({
    ...group,
    versions: versions.filter((version) => group.versions.includes(version)),
  }));
}

function isNamed(pattern: string, { group, plural }: ApiResource, expandWildcards: boolean): boolean {
  if (pattern === plural) return true;
  if (!expandWildcards) return false;
  const [resource, subresource = "*", ...rest] = pattern.split("/");
  if (subresource !== "*" || rest.length > 0) return false;
  return resource === plural || (resource === "*" && !isLeftOutOfWildcards(group, plural));
}

/** Reports would get reports, and those too; the API server calls no webhook for what configures its webhooks. */
function isLeftOutOfWildcards(group: string, plural: string): boolean {
  if (group === "admissionregistration.k8s.io") return /^(validating|mutating)/.test(plural);
  return ["wgpolicyk8s.io", "openreports.io"].includes(group);
}
