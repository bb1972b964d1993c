import { describe, expect, it } from "vitest";
import { buildReport } from "./build-report.ts";
import { buildResult } from "./build-result.ts";
import { reportTypes } from "./report-kinds.ts";
import { findings, namespaceObject, pod, policy, verdict } from "./testing/findings.ts";

const options = { types: reportTypes("openreports"), runUid: "run", incremental: false };
const plain = { incremental: false };
const properties = {
  ...{ "policy-resource-version": "412", "policy-uid": "policy-uid", "policy-name": "policy-name" },
  ...{ "policy-mode": "protect", "policy-server": "default" },
};
const ofCluster = { ...properties, "policy-kind": "ClusterAdmissionPolicy" };

describe("buildReport", () => {
  it("audit-and-reports 25: has the fields of the contract, and no others", () => {
    expect(buildReport(findings(pod("ns", "uid")), options)).toStrictEqual({
      apiVersion: "openreports.io/v1alpha1",
      kind: "Report",
      metadata: {
        name: "uid",
        namespace: "ns",
        labels: {
          "app.kubernetes.io/managed-by": "kubewarden",
          "kubewarden.io/policyreport-version": "v2",
          "kubewarden.io/audit-scanner-run-uid": "run",
        },
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "pod-uid", uid: "uid" }],
      },
      source: "kubewarden",
      scope: {
        ...{ apiVersion: "v1", kind: "Pod", namespace: "ns", name: "pod-uid", uid: "uid" },
        resourceVersion: "12345",
      },
      summary: { pass: 1, fail: 0, warn: 0, error: 0, skip: 0 },
      results: [
        {
          source: "kubewarden",
          policy: "clusterwide-policy-name",
          result: "pass",
          scored: true,
          timestamp: { seconds: 1_767_225_600, nanos: 0 },
          resourceSelector: {},
          properties: { validating: "true", ...ofCluster },
        },
      ],
    });
  });

  it("audit-and-reports 25: is a cluster report without a namespace for an object that is in none", () => {
    const report = buildReport(findings(namespaceObject("uid")), options);
    expect(report.kind).toBe("ClusterReport");
    expect(report.metadata).not.toHaveProperty("namespace");
    expect(report.scope).not.toHaveProperty("namespace");
  });

  it("audit-and-reports 30: has the other kind's version, and no source of its own, with policyreport", () => {
    const types = reportTypes("policyreport");
    const report = buildReport(findings(pod("ns", "uid")), { ...options, types });
    expect(report).toMatchObject({ apiVersion: "wgpolicyk8s.io/v1alpha2", kind: "PolicyReport" });
    expect(report).not.toHaveProperty("source");
    const ofNamespace = buildReport(findings(namespaceObject("uid")), { ...options, types });
    expect(ofNamespace.kind).toBe("ClusterPolicyReport");
  });

  it("audit-and-reports 16, 17.1, 19.1: counts policies without a result, and has none for an object that no policy matches", () => {
    const results = ["pass", "pass", "fail", "error"] as const;
    const verdicts = results.map((result) => verdict({ result }));
    const left = { skipped: 2, errored: 3 };
    const report = buildReport({ ...findings(pod("ns", "uid"), verdicts), ...left }, options);
    expect(report.summary).toEqual({ pass: 2, fail: 1, warn: 0, error: 4, skip: 2 });
    const empty = buildReport({ ...findings(pod("ns", "uid"), []), ...left }, options);
    expect(empty).toMatchObject({ results: [], summary: { pass: 0, fail: 0, warn: 0, error: 3, skip: 2 } });
  });
});

const withSeverity = (severity: string, more: object = {}) =>
  policy("clusterAdmissionPolicies", {
    annotations: { "io.kubewarden.policy.severity": severity, "io.kubewarden.policy.category": "PSP" },
    ...more,
  });
const contextAwareResources = [{ apiVersion: "v1", kind: "Namespace" }];
const member = { module: "registry.test/m:v1", settings: {} };

describe("buildResult", () => {
  it("audit-and-reports 25: has severity, category and message where there are any", () => {
    const result = buildResult(verdict({ policy: withSeverity("low"), message: "well done" }), plain);
    expect(result).toMatchObject({ severity: "low", category: "PSP", message: "well done", result: "pass" });
  });

  it("audit-and-reports 2: is of severity info for a policy that monitors, whatever its annotation says", () => {
    const monitoring = withSeverity("critical", { mode: "monitor" });
    const result = buildResult(verdict({ policy: monitoring, result: "fail" }), plain);
    expect(result).toMatchObject({
      severity: "info",
      result: "fail",
      properties: { "policy-mode": "monitor" },
    });
  });

  it.each(["urgent", "High", "", " low", "__proto__"])(
    "audit-and-reports 29: goes without severity for the annotation %j",
    (text) => {
      expect(buildResult(verdict({ policy: withSeverity(text) }), plain)).not.toHaveProperty("severity");
    },
  );

  it.each([
    [
      "a mutating policy of a namespace",
      policy("admissionPolicies", { mutating: true }),
      { mutating: "true" },
    ],
    ["a group of a namespace", policy("admissionPolicyGroups"), { validating: "true" }],
    ["a cluster-wide policy", policy("clusterAdmissionPolicies"), { validating: "true" }],
    [
      "one that reads from the cluster",
      policy("clusterAdmissionPolicies", { contextAwareResources }),
      { validating: "true", "context-aware": "true" },
    ],
    [
      "a cluster-wide group with such a member",
      policy("clusterAdmissionPolicyGroups", {
        policies: { a: member, b: { ...member, contextAwareResources } },
      }),
      { validating: "true", "context-aware": "true" },
    ],
    [
      "a group of a namespace that says it reads",
      policy("admissionPolicyGroups", { policies: { b: { ...member, contextAwareResources } } }),
      { validating: "true" },
    ],
  ])("audit-and-reports 28: has the properties of %s", (_row, judged, expected) => {
    const ofNamespace = judged.metadata.namespace && { "policy-namespace": "policy-namespace" };
    const kind = { "policy-kind": judged.kind };
    expect(buildResult(verdict({ policy: judged }), plain).properties).toEqual({
      ...{ ...properties, ...kind, ...ofNamespace, ...expected },
    });
  });

  it("audit-and-reports 32: names the members that refused, conditions that nobody evaluated, a change that is due", () => {
    const group = policy("clusterAdmissionPolicyGroups");
    const failedMembers = { signed: "no signature", small: "too big" };
    expect(
      buildResult(verdict({ policy: group, result: "fail", failedMembers }), plain).properties,
    ).toMatchObject({
      "failed-members": "signed,small",
    });
    expect(buildResult(verdict({}, { hasMatchConditions: true }), plain).properties).toMatchObject({
      "match-conditions": "not-evaluated",
    });
    expect(buildResult(verdict({ mutationPending: true }), plain).properties).toMatchObject({
      "mutation-pending": "true",
    });
    expect(buildResult(verdict({ operation: "UPDATE" }), plain).properties).toMatchObject({
      operation: "UPDATE",
    });
  });

  it("audit-and-reports 40: keeps what the next run needs only when there will be one that asks for it", () => {
    const judged = verdict({ revision: "sha256:1", reads: ["{}"] });
    expect(buildResult(judged, plain).properties).toEqual({ validating: "true", ...ofCluster });
    expect(buildResult(judged, { incremental: true }).properties).toMatchObject({
      ...{ "policy-revision": "sha256:1", reads: '["{}"]' },
    });
    const tooMany = verdict({ revision: "sha256:1", reads: ["x".repeat(5000)] });
    expect(buildResult(tooMany, { incremental: true }).properties).not.toHaveProperty("reads");
  });
});
