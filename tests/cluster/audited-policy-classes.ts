import { auditedPolicies, policiesOf } from "./audited-policies.ts";
import type { AuditedPolicy, PolicyRow } from "./audited-policy.ts";

const workloads = ["Pod", "Deployment"] as const;
const anything = ["Pod", "Deployment", "Service", "ConfigMap", "Ingress", "Widget"] as const;
const labels = { module: "safe-labels", settings: { mandatory_labels: ["owner"] } };
const tls = { module: "ingress", kinds: ["Ingress"], settings: { requireTLS: true } } as const;
const itsNamespace = { judges: "its-namespace" } as const;

const ingress: PolicyRow = { class: "plain", ...tls };

const mutating: Readonly<Record<string, PolicyRow>> = {
  "no-escalation": {
    ...{ class: "mutating", kinds: workloads, mutating: true, module: "allow-privilege-escalation-psp" },
    settings: { default_allow_privilege_escalation: false },
  },
  memory: {
    ...{ class: "mutating", kinds: workloads, mutating: true, module: "container-resources" },
    settings: { memory: { defaultLimit: "64Mi", maxLimit: "1Gi" } },
  },
};

const groups: Readonly<Record<string, PolicyRow>> = {
  guild: {
    ...{ class: "group", kinds: workloads, ...itsNamespace },
    module: {
      members: { labelled: labels, unprivileged: { module: "pod-privileged" } },
      expression: "labelled() && unprivileged()",
    },
  },
  either: {
    ...{ class: "group", kinds: ["Deployment"] },
    module: {
      members: { labelled: labels, apart: { module: "host-namespaces-psp" } },
      expression: "labelled() || !apart()",
    },
  },
};

const namespaced: Readonly<Record<string, PolicyRow>> = {
  crew: { class: "namespaced", ...itsNamespace, module: "pod-privileged", kinds: workloads },
  site: { class: "namespaced", ...itsNamespace, ...tls },
};

/** The objects do not change. Two policies look at the old one: the standards let all its Pods pass, `echo` reads nothing else. */
const updates: Readonly<Record<string, PolicyRow>> = {
  "labels-on-update": { class: "update", ...labels, kinds: anything, operations: ["UPDATE"] },
  "namespaces-on-update": { class: "update", ...labels, kinds: ["Namespace"], operations: ["UPDATE"] },
  "standards-on-update": {
    ...{ class: "update", module: "pod-security-standards", settings: { level: "baseline" } },
    ...{ kinds: workloads, operations: ["UPDATE"] },
  },
  "echo-on-update": {
    ...{ class: "update", module: "echo", tellsRequest: true },
    ...{ kinds: ["ConfigMap"], operations: ["UPDATE"] },
  },
  "volumes-on-both": {
    ...{ class: "update", module: "volumes-psp", settings: { allowedTypes: ["projected", "emptyDir"] } },
    ...{ kinds: ["Pod"], operations: ["CREATE", "UPDATE"] },
  },
  "any-operation": { class: "update", ...labels, kinds: ["Service", "ConfigMap"], operations: ["*"] },
};

const wildcards: Readonly<Record<string, PolicyRow>> = {
  "any-kind": {
    ...{ class: "wildcard", ...labels, kinds: anything },
    rules: [{ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], scope: "Namespaced" }],
  },
  "any-group": {
    ...{ class: "wildcard", ...labels, kinds: ["Pod", "ConfigMap", "Ingress"] },
    rules: [{ apiGroups: ["*"], apiVersions: ["v1"], resources: ["pods", "configmaps", "ingresses"] }],
  },
  "any-version": {
    ...{ class: "wildcard", ...labels, kinds: ["Deployment", "Widget"], comesAs: "v2" },
    rules: [
      { apiGroups: ["apps", "example.com"], apiVersions: ["*"], resources: ["deployments", "widgets"] },
    ],
  },
  "any-resource": {
    ...{ class: "wildcard", ...labels, kinds: ["Pod", "Service", "ConfigMap"], ...itsNamespace },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["*"] }],
  },
};

const ownerExists = { matchExpressions: [{ key: "owner", operator: "Exists" }] };
const notFromTheBack = { matchExpressions: [{ key: "tier", operator: "NotIn", values: ["back"] }] };

const selectors: Readonly<Record<string, PolicyRow>> = {
  owned: {
    ...{ class: "selector", module: "safe-labels", settings: { denied_labels: ["tier"] }, kinds: anything },
    ...{ spec: { objectSelector: ownerExists }, selects: ({ owner }) => owner !== undefined },
  },
  "not-from-the-back": {
    ...{ class: "selector", ...labels, kinds: ["Pod", "Deployment", "Ingress", "Namespace"] },
    ...{ spec: { objectSelector: notFromTheBack }, selects: ({ tier }) => tier !== "back" },
  },
  everywhere: { class: "selector", ...labels, kinds: [...anything, "Namespace"], judges: "everywhere" },
};

/** One for each version that its rules name, and each in which objects come. */
const versions: Readonly<Record<string, PolicyRow>> = {
  "exactly-v1": versionRow("v1", "v1", { matchPolicy: "Exact" }),
  "exactly-v2": versionRow("v2", "v2", { matchPolicy: "Exact" }),
  "like-v1": versionRow("v1", "v2", { matchPolicy: "Equivalent" }),
  "like-v2": versionRow("v2", "v1", {}),
};

function versionRow(ruleVersion: string, comesAs: string, spec: object): PolicyRow {
  return {
    ...{ class: "version", ...labels, kinds: ["Widget"], comesAs, spec },
    rules: [{ apiGroups: ["example.com"], apiVersions: [ruleVersion], resources: ["widgets"] }],
  };
}

/** Of all classes; some are asked only with `--all-operations` and `--expand-wildcards`. */
export const policiesOfAllClasses: readonly AuditedPolicy[] = [
  ...auditedPolicies,
  ...policiesOf({ ingress, ...mutating, ...groups, ...namespaced, ...updates }),
  ...policiesOf({ ...wildcards, ...selectors, ...versions }),
];
