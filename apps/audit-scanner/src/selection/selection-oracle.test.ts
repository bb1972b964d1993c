import { type ClusterAdmissionPolicy, clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import fc from "fast-check";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import type { AuditedObject } from "../audited-object.ts";
import { questionsAbout, withName } from "../scan/questions-about.ts";
import { cap, policyServer, service } from "../scan/testing/scan-fixtures.ts";
import { resolvePolicy } from "./resolved-policy.ts";
import { resourceKey, type SelectionScope, selectPolicies } from "./select-policies.ts";
import type { ServedResources } from "./served-resources.ts";

type Labels = Readonly<Record<string, string>>;
interface Rule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: string;
}

function served(apiVersion: string, kind: string, plural: string, namespaced: boolean): ApiResource {
  const [group = "", version = ""] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  return { apiVersion, kind, plural, namespaced, group, version };
}
const kinds = [
  served("v1", "Pod", "pods", true),
  served("v1", "Namespace", "namespaces", false),
  served("apps/v1", "Deployment", "deployments", true),
  served("apps/v1beta1", "Deployment", "deployments", true),
];
const table: ServedResources = {
  of: async (group, version) => kinds.filter((kind) => kind.group === group && kind.version === version),
  groups: async () => [
    { group: "", versions: ["v1"] },
    { group: "apps", versions: ["v1", "v1beta1"] },
  ],
};
const servers = {
  policyServers: [policyServer()],
  services: [service()],
  endpointSlices: [],
} as unknown as Parameters<typeof resolvePolicy>[1]["servers"];

/** What the API server does with a request to create the object through one of the versions it serves. */
function isAskedInAdmission(
  spec: { rules: readonly Rule[]; objectSelector: object; namespaceSelector: object },
  { resource, labels, namespaceLabels }: { resource: ApiResource; labels: Labels; namespaceLabels: Labels },
): boolean {
  const versions = kinds
    .filter(({ group, plural }) => group === resource.group && plural === resource.plural)
    .map(({ version }) => version);
  const one = (names: readonly string[], name: string): boolean =>
    names.includes("*") || names.includes(name);
  const hit = spec.rules.some(
    (rule) =>
      one(rule.operations, "CREATE") &&
      one(rule.apiGroups, resource.group) &&
      versions.some((version) => one(rule.apiVersions, version)) &&
      rule.resources.some((text) => {
        const [name, sub = ""] = text.split("/");
        return (name === "*" || name === resource.plural) && (sub === "*" || sub === "");
      }) &&
      (rule.scope === "*" || (rule.scope === "Namespaced") === resource.namespaced),
  );
  return (
    hit && isSelected(spec.objectSelector, labels) && isSelected(spec.namespaceSelector, namespaceLabels)
  );
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { key: string; operator: string; values?: readonly string[] }[];
}

function isSelected({ matchLabels = {}, matchExpressions = [] }: Selector, labels: Labels): boolean {
  const pairs = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return (
    pairs &&
    matchExpressions.every(({ key, operator, values = [] }) => {
      const value = labels[key];
      if (operator === "Exists") return value !== undefined;
      if (operator === "DoesNotExist") return value === undefined;
      if (operator === "In") return value !== undefined && values.includes(value);
      return value === undefined || !values.includes(value);
    })
  );
}

/** Without `--expand-wildcards`, what has a wildcard is as if it were not there. */
function withoutWildcards(rules: readonly Rule[]): readonly Rule[] {
  return rules
    .filter(
      ({ apiGroups, apiVersions, resources }) => ![apiGroups, apiVersions, resources].flat().includes("*"),
    )
    .map((rule) => ({ ...rule, resources: rule.resources.filter((name) => !name.includes("/")) }));
}

const some = (...names: string[]) =>
  fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 });
const labels = fc.dictionary(fc.constantFrom("a", "b"), fc.constantFrom("1", "2"));
const key = fc.constantFrom("a", "b");
const selector = fc.record(
  {
    matchLabels: labels,
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({ key, operator: fc.constantFrom("In", "NotIn"), values: some("1", "2") }),
        fc.record({ key, operator: fc.constantFrom("Exists", "DoesNotExist") }),
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
);
const rules = fc.array(
  fc.record({
    apiGroups: some("", "apps", "*", "none.test"),
    apiVersions: some("v1", "v1beta1", "*", "v9"),
    resources: some("pods", "deployments", "namespaces", "*", "pods/*", "*/*", "pods/exec", "*/scale"),
    operations: some("CREATE", "UPDATE", "*", "DELETE"),
    scope: fc.constantFrom("*", "Namespaced", "Cluster"),
  }),
  { maxLength: 3 },
);

describe("selection", () => {
  it("audit-and-reports, 2.4: asks the policies that admission would ask, and no others", async () => {
    const inputs = fc.record({
      spec: fc.record({ rules, objectSelector: selector, namespaceSelector: selector }),
      resource: fc.constantFrom(...kinds),
      objectLabels: labels,
      namespaceLabels: labels,
      expandWildcards: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => {
        const { spec, resource, objectLabels, namespaceLabels, expandWildcards } = input;
        const isNamespace = resource.kind === "Namespace";
        const own = isNamespace ? objectLabels : namespaceLabels;
        const expected = isAskedInAdmission(
          { ...spec, rules: expandWildcards ? spec.rules : withoutWildcards(spec.rules) },
          { resource, labels: objectLabels, namespaceLabels: own },
        );
        const policy: ClusterAdmissionPolicy = v.parse(clusterAdmissionPolicies.schema, cap("p", spec));
        const options = { kubewardenNamespace: "kubewarden", allOperations: false, expandWildcards };
        const resolved = await resolvePolicy(policy, { served: table, servers, options });
        const scope: SelectionScope = resource.namespaced
          ? { kind: "namespace", name: "n", labels: withName("n", namespaceLabels) }
          : { kind: "cluster" };
        const { resources } = selectPolicies({ policies: [resolved], unreadable: [] }, scope);
        // the object comes through whichever of its versions is listed
        const asked = kinds
          .filter(({ group, plural }) => group === resource.group && plural === resource.plural)
          .flatMap((listed) => {
            const object: AuditedObject = {
              ...{ resource: listed, name: "n", uid: "u", resourceVersion: "1" },
              ...{ labels: objectLabels, bytes: new Uint8Array() },
            };
            return questionsAbout(object, resources.get(resourceKey(listed))?.policies ?? []);
          });
        expect(asked.length).toBe(expected ? 1 : 0);
      }),
      { numRuns: 1000 },
    );
  });
});
