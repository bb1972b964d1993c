import { type AuditedPolicy, auditedPolicy, type PolicyRow } from "./audited-policy.ts";

const workloads = ["Pod", "Deployment"] as const;
const labels = { mandatory_labels: ["owner"], denied_labels: ["tier"] };
const clusterwide = { class: "plain", shared: true } as const;

const rows: Readonly<Record<string, PolicyRow>> = {
  privileged: { ...clusterwide, module: "pod-privileged", kinds: workloads },
  capabilities: {
    ...{ class: "mutating", shared: true, module: "capabilities-psp", kinds: workloads, mutating: true },
    settings: { allowed_capabilities: ["NET_BIND_SERVICE"], required_drop_capabilities: ["NET_ADMIN"] },
  },
  "host-namespaces": { ...clusterwide, module: "host-namespaces-psp", kinds: workloads },
  "read-only-root": { ...clusterwide, module: "readonly-root-filesystem-psp", kinds: ["Pod"] },
  sysctls: {
    ...clusterwide,
    module: "sysctl-psp",
    kinds: ["Pod"],
    settings: { forbiddenSysctls: ["net.*"] },
  },
  volumes: {
    ...{ ...clusterwide, module: "volumes-psp", kinds: ["Pod"] },
    settings: { allowedTypes: ["configMap", "emptyDir", "projected", "secret"] },
  },
  standards: {
    ...{
      ...clusterwide,
      module: "pod-security-standards",
      kinds: workloads,
      settings: { level: "baseline" },
    },
  },
  "no-load-balancer": { ...clusterwide, module: "disallow-service-loadbalancer", kinds: ["Service"] },
  "no-node-port": { ...clusterwide, module: "disallow-service-nodeport", kinds: ["Service"] },
  labels: {
    ...{ ...clusterwide, module: "safe-labels", settings: labels },
    kinds: ["Pod", "Deployment", "Service", "ConfigMap"],
  },
  "namespace-labels": { ...clusterwide, module: "safe-labels", kinds: ["Namespace"], settings: labels },
  harmless: {
    ...{ class: "group", shared: true, kinds: workloads },
    module: {
      members: { plain: { module: "pod-privileged" }, apart: { module: "host-namespaces-psp" } },
      expression: "plain() && apart()",
    },
  },
  team: {
    ...{ class: "namespaced", judges: "its-namespace", module: "safe-labels", kinds: ["Pod", "Service"] },
    settings: { denied_labels: ["tier"] },
    spec: { objectSelector: { matchExpressions: [{ key: "owner", operator: "Exists" }] } },
    selects: ({ owner }) => owner !== undefined,
  },
};

/** Policies for CREATE, with rules that name what they are about. */
export const auditedPolicies: readonly AuditedPolicy[] = policiesOf(rows);

export function policiesOf(named: Readonly<Record<string, PolicyRow>>): readonly AuditedPolicy[] {
  return Object.entries(named).map(([name, row]) => auditedPolicy(name, row));
}
