import { describe, expect, it } from "vitest";
import {
  ap,
  apGroup,
  cap,
  capGroup,
  deploymentRule,
  namespaceRule,
  podRule,
  rule,
  unknownRule,
  wildcardRule,
} from "../scan/testing/scan-fixtures.ts";
import { setUpScan } from "../scan/testing/set-up-scan.ts";
import { type SelectionScope, selectPolicies } from "./select-policies.ts";

const { signal } = new AbortController();
const test: SelectionScope = { kind: "namespace", name: "test", labels: {} };
const everything = [rule("v1 pods,namespaces"), deploymentRule];
const prod = { matchLabels: { env: "prod" } };

type SetUp = Parameters<typeof setUpScan>[0];

async function select(setUp: SetUp, scope: SelectionScope = test) {
  await using run = await setUpScan(setUp);
  const { catalog } = run.context;
  const clusterwide = await catalog.clusterwide(signal);
  const own = scope.kind === "namespace" ? await catalog.namespaced(undefined, signal) : undefined;
  const { resources, ...counts } = selectPolicies(
    {
      policies: [...clusterwide.policies, ...(own?.policies ?? [])],
      unreadable: [...clusterwide.unreadable, ...(own?.unreadable ?? [])],
    },
    scope,
  );
  const names = Array.from(resources, ([key, { policies }]) => [
    key,
    policies.map(({ policy }) => policy.uniqueName),
  ]);
  const urls = [...resources.values()].flatMap(({ policies }) =>
    policies.map(({ policy }) => `${policy.server.url}/audit/${policy.uniqueName}`),
  );
  return { ...counts, policies: Object.fromEntries(names), urls: [...new Set(urls)], lines: run.lines };
}

describe("selectPolicies", () => {
  it("audit-and-reports 7, 9: selects what upstream selects in a namespace", async () => {
    const selected = await select({
      objects: [
        cap("cap1", { rules: everything }),
        cap("cap2", { rules: everything, namespaceSelector: prod }),
        cap("cap3", { rules: everything, status: "pending" }),
        cap("cap4", { rules: [namespaceRule], backgroundAudit: false }),
        capGroup("capg1", { rules: [deploymentRule] }),
        capGroup("capg2", { rules: everything, namespaceSelector: prod }),
        ap("test/ap1", { rules: [podRule, deploymentRule] }),
        ap("test/ap2", { backgroundAudit: false }),
        ...[ap("other/ap3"), apGroup("other/apg2")],
        ap("test/ap4", { rules: [wildcardRule] }),
        ap("test/ap5", { rules: [unknownRule] }),
        apGroup("test/apg1"),
      ],
    });
    expect(selected).toMatchObject({ evaluated: 4, skipped: 3, errored: 1 });
    expect(selected.policies).toEqual({
      "v1 pods": ["clusterwide-cap1", "namespaced-test-ap1", "namespaced-group-test-apg1"],
      "apps/v1 deployments": ["clusterwide-cap1", "clusterwide-group-capg1", "namespaced-test-ap1"],
    });
    const base = "https://policy-server-default.kubewarden.svc:443/audit";
    expect(selected.urls.toSorted()).toEqual([
      ...[`${base}/clusterwide-cap1`, `${base}/clusterwide-group-capg1`],
      ...[`${base}/namespaced-group-test-apg1`, `${base}/namespaced-test-ap1`],
    ]);
  });

  it("audit-and-reports 7, 18: selects what upstream selects in no namespace", async () => {
    const rules = [namespaceRule];
    const selected = await select(
      {
        objects: [
          cap("plain", { rules }),
          cap("by-namespace", { rules, namespaceSelector: prod }),
          cap("by-object", { rules, objectSelector: prod }),
          capGroup("group", { rules }),
          cap("not-in-background", { rules, backgroundAudit: false }),
          cap("updates", { rules: [rule("v1 namespaces", { operations: ["UPDATE", "DELETE"] })] }),
          ...[cap("for-pods"), capGroup("for-pods-too"), cap("unknown", { rules: [unknownRule] })],
          ap("test/own", { rules }),
        ],
      },
      { kind: "cluster" },
    );
    expect(selected).toMatchObject({ evaluated: 4, skipped: 2, errored: 1 });
    expect(Object.keys(selected.policies)).toEqual(["v1 namespaces"]);
  });

  it("audit-and-reports 15: of the products of a rule, what is not served does no harm", async () => {
    const selected = await select({
      objects: [cap("cap", { rules: [rule("v1 pods,deployments", { apiGroups: ["", "apps"] })] })],
    });
    expect(selected).toMatchObject({ evaluated: 1, errored: 0 });
    expect(selected.policies).toEqual({
      "v1 pods": ["clusterwide-cap"],
      "apps/v1 deployments": ["clusterwide-cap"],
    });
    expect(selected.lines).toContainEqual(
      expect.objectContaining({
        message: "policy is audited in part",
        fields: {
          policy: "clusterwide-cap",
          "left-out": [
            "the API server does not serve v1 deployments",
            "the API server does not serve apps/v1 pods",
          ],
        },
      }),
    );
  });

  it.each<[string, object[], "skipped" | "errored" | "evaluated" | "none"]>([
    ["* among groups", [rule("v1 pods", { apiGroups: ["", "*"] })], "skipped"],
    ["* among versions", [rule("* pods")], "skipped"],
    ["* among resources", [rule("v1 pods,*")], "skipped"],
    ["a rule with * beside another", [wildcardRule, podRule], "evaluated"],
    ["no operation CREATE", [rule("v1 pods", { operations: ["UPDATE", "CONNECT"] })], "skipped"],
    ["no operations at all", [rule("v1 pods", { operations: undefined })], "skipped"],
    ["operations *", [rule("v1 pods", { operations: ["*"] })], "evaluated"],
    ["no rules", [], "skipped"],
    ["subresources", [rule("v1 pods/exec,pods/*,*/scale,*/*")], "errored"],
    ["a core group that is not meant", [rule("v1 deployments")], "errored"],
    ["a group without resources", [rule("v1 pods", { resources: [] })], "errored"],
    ["a version that is none", [rule("v1 pods", { apiVersions: ["a/b/c"] })], "errored"],
    ["scope Cluster for what is namespaced", [rule("v1 pods", { scope: "Cluster" })], "none"],
    ["scope Namespaced", [rule("v1 pods", { scope: "Namespaced" })], "evaluated"],
    ["the same kind twice", [podRule, podRule], "evaluated"],
    ["cluster-wide kinds", [namespaceRule], "none"],
  ])("audit-and-reports 16, 17: rules with %s", async (_row, rules, outcome) => {
    const { evaluated, skipped, errored, policies } = await select({ objects: [cap("cap", { rules })] });
    expect({ evaluated, skipped, errored }).toEqual({
      evaluated: 0,
      skipped: 0,
      errored: 0,
      ...(outcome !== "none" && { [outcome]: 1 }),
    });
    expect(policies).toEqual(outcome === "evaluated" ? { "v1 pods": ["clusterwide-cap"] } : {});
  });

  it.each<[string, SetUp, string]>([
    ["no PolicyServer", { objects: [cap("cap", { policyServer: "gone" })] }, 'no PolicyServer "gone"'],
    [
      "a selector that is none",
      { objects: [cap("cap", { objectSelector: { matchExpressions: [{ key: "a", operator: "In" }] } })] },
      "spec.objectSelector is no label selector: matchExpressions[0]",
    ],
    ["a policy that is none", { objects: [cap("cap", { mode: "maybe" })] }, "spec.mode"],
  ])(
    "audit-and-reports 16: %s is an error with its reason, and harms no other policy",
    async (_row, setUp, reason) => {
      const selected = await select({ ...setUp, objects: [...(setUp?.objects ?? []), cap("good")] });
      expect(selected).toMatchObject({ evaluated: 1, errored: 1 });
      expect(selected.leftOut).toMatchObject([{ uniqueName: "clusterwide-cap", counted: "errored" }]);
      expect(selected.leftOut[0]?.reason).toContain(reason);
    },
  );

  it("--expand-wildcards: * stands for what is served, but not for reports and webhooks", async () => {
    const reports = {
      apiVersion: "openreports.io/v1alpha1",
      kind: "Report",
      plural: "reports",
      namespaced: true,
    };
    const selected = await select({
      server: { kinds: [reports] },
      options: { expandWildcards: true },
      objects: [
        cap("all", { rules: [rule("* *", { apiGroups: ["*"] })] }),
        cap("apps", { rules: [rule("apps/* *")] }),
        cap("pods", { rules: [rule("v1 pods/*")] }),
        cap("scales", { rules: [rule("v1 */scale")] }),
      ],
    });
    expect(selected.policies["v1 pods"]).toEqual(["clusterwide-all", "clusterwide-pods"]);
    expect(selected.policies["apps/v1 deployments"]).toEqual(["clusterwide-all", "clusterwide-apps"]);
    expect(Object.keys(selected.policies)).not.toContain("openreports.io/v1alpha1 reports");
    expect(selected.leftOut).toMatchObject([{ uniqueName: "clusterwide-scales", counted: "errored" }]);
  });
});
