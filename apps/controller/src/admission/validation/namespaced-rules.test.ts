import type { RuleWithOperations } from "@kubewarden-ts/api/policies";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { namespace } from "../testing/fake-look-up.ts";
import * as make from "../testing/objects.ts";
import { mistakes, validated } from "../testing/validated.ts";
import { namespacedRuleFindings } from "./namespaced-rules.ts";

const forbidden = (group: string, resource: string) =>
  `spec.rules: Forbidden: {APIGroup: ${group}, Resource: ${resource}} resources cannot be targeted by AdmissionPolicy or AdmissionPolicyGroup`;
const policyReports = forbidden("wgpolicyk8s.io", "policyreports");
const openReports = forbidden("openreports.io", "reports");
const wildcards = [
  "spec.rules.apiGroups[1]: Forbidden: apiGroups cannot use wildcards when using AdmissionPolicy or AdmissionPolicyGroup",
  "spec.rules.resources[0]: Forbidden: resources cannot use wildcards when using AdmissionPolicy or AdmissionPolicyGroup",
];

describe("rules of policies of a namespace", () => {
  it.each<[string, Partial<RuleWithOperations>, string[]]>([
    [
      "all versions of all resources",
      { apiVersions: ["v1", "*"], resources: ["*/*"] },
      [...wildcards, policyReports],
    ],
    [
      "a group among the versions",
      { apiVersions: ["wgpolicyk8s.io"], resources: ["policyreports"] },
      [policyReports],
    ],
    [
      "policy reports",
      { apiGroups: ["wgpolicyk8s.io"], apiVersions: ["v1alpha2"], resources: ["policyreports"] },
      [policyReports],
    ],
    [
      "policy reports of no known version",
      { apiGroups: ["wgpolicyk8s.io"], resources: ["policyreports"] },
      [policyReports],
    ],
    [
      "their subresources",
      { apiGroups: ["wgpolicyk8s.io"], resources: ["policyreports/status"] },
      [policyReports],
    ],
    ["all of their group", { apiGroups: ["wgpolicyk8s.io"], resources: ["*"] }, [policyReports]],
    [
      "all status of their group",
      { apiGroups: ["wgpolicyk8s.io"], resources: ["*/status"] },
      [policyReports],
    ],
    [
      "reports",
      { apiGroups: ["openreports.io"], apiVersions: ["v1alpha1"], resources: ["pods", "reports"] },
      [openReports],
    ],
    ["reports of all groups", { apiGroups: ["*"], resources: ["reports"] }, [openReports]],
    [
      "all of all groups in a version of reports",
      { apiGroups: ["*"], apiVersions: ["v1alpha2"], resources: ["*"] },
      [policyReports],
    ],
    ["reports of another group", { apiGroups: ["example.com"], resources: ["reports"] }, []],
    ["all of another group", { apiGroups: ["apps"], resources: ["*"] }, []],
  ])("controller 16: %s", async (_what, rule, expected) => {
    const spec = { rules: [{ ...make.rule, ...rule }] };
    expect(await mistakes(make.policy(spec))).toEqual(expected);
    expect(await mistakes(make.policyGroup(spec))).toEqual(expected);
    expect(await mistakes(make.clusterPolicy(spec))).toEqual([]);
  });

  it("controller section 14: all stable resources of all groups are admitted with a warning", async () => {
    const spec = { rules: [{ ...make.rule, apiGroups: ["*"], resources: ["*"] }] };
    expect(await validated(make.policy(spec))).toEqual({
      allowed: true,
      warnings: [expect.stringMatching(/^spec\.rules\[0\]: all resources of all API groups/)],
    });
    expect(await validated(make.clusterPolicy(spec))).toEqual({ allowed: true, warnings: [] });
  });

  it("no policy of a namespace reads from the cluster", async () => {
    const contextAwareResources = [{ apiVersion: "v1", kind: "Secret" }];
    const members = { a: { module: "registry://m", contextAwareResources } };
    expect(await mistakes(make.policyGroup({ policies: members }))).toEqual([
      "spec.policies[a].contextAwareResources: Forbidden: only cluster-wide groups can read resources",
    ]);
    expect(await mistakes(make.clusterGroup({ policies: members }))).toEqual([]);
    expect(await mistakes(make.policy({ contextAwareResources }))).toEqual([
      "spec.contextAwareResources: Forbidden: only cluster-wide policies can read resources",
    ]);
  });

  it("no admitted rule makes the API server ask about a report, however it is written", () => {
    const words = (...texts: string[]) => fc.array(fc.constantFrom(...texts), { maxLength: 3 });
    const rules = fc.array(
      fc.record({
        apiGroups: words("", "*", "apps", "wgpolicyk8s.io", "openreports.io", "example.com"),
        apiVersions: words("*", "v1", "v2", "v1alpha1", "v1alpha2", "v1beta1", "wgpolicyk8s.io"),
        operations: words("CREATE"),
        resources: words(
          ...["*", "*/*", "*/status", "pods", "pods/*", "policyreports", "policyreports/*"],
          ...["policyreports/status", "reports", "reports/*", "reports/scale", "clusterpolicyreports"],
        ),
      }),
      { maxLength: 3 },
    );
    const verdicts = { admitted: 0, refused: 0 };
    fc.assert(
      fc.property(rules, (generated) => {
        if (namespacedRuleFindings(generated).errors.length > 0) return void verdicts.refused++;
        verdicts.admitted++;
        for (const report of reports) {
          expect(generated.filter((rule) => isMatch(rule, report))).toEqual([]);
        }
      }),
      { numRuns: 3000 },
    );
    expect(Math.min(verdicts.admitted, verdicts.refused)).toBeGreaterThan(300);
  });
});

/** Reports as they are served, and their subresources. */
const reports = ["v1alpha1", "v1alpha2", "v1beta1"].flatMap((version) =>
  ["", "status", "scale"].flatMap((subresource) => [
    { group: "wgpolicyk8s.io", version, resource: "policyreports", subresource },
    { group: "openreports.io", version, resource: "reports", subresource },
  ]),
);

/** As the API server matches a request to a rule. */
function isMatch(rule: RuleWithOperations, request: (typeof reports)[number]): boolean {
  const { apiGroups = [], apiVersions = [], resources = [] } = rule;
  const fits = (values: readonly string[], value: string) => values.includes("*") || values.includes(value);
  const isResource = resources.some((each) => {
    const [resource = "", subresource = ""] = each.split("/");
    return fits([resource], request.resource) && fits([subresource], request.subresource);
  });
  return fits(apiGroups, request.group) && fits(apiVersions, request.version) && isResource;
}

describe("policies of the deployments namespace", () => {
  it.each([
    ["a policy", make.policy],
    ["a group", make.policyGroup],
  ])("admits %s there, and says that it sees the Pods of policy servers", async (_row, object) => {
    expect(await validated(object({}, { namespace }))).toEqual({
      allowed: true,
      warnings: [expect.stringContaining("metadata.namespace: kubewarden is where policy servers run")],
    });
    expect(await validated(object())).toEqual({ allowed: true, warnings: [] });
  });
});
