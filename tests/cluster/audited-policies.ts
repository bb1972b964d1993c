import { policiesApiVersion } from "@kubewarden-ts/api/policies";
import type { AppliedManifest } from "../../tools/cluster/manifests.ts";

/** The kinds of objects that are generated; pairs of object and policy are made of them. */
export type AuditedKind = "Pod" | "Deployment" | "Service" | "ConfigMap" | "Namespace";

/** The value of {@link judgeLabel} on a namespace in which all policies judge. */
export const allJudges = "all";
/** On a namespace: which policy judges what is in it. On a Namespace of no content: which policy judges itself. */
export const judgeLabel = "example.com/judge";

/** A policy, with the kinds that it is about. */
export interface AuditedPolicy {
  readonly name: string;
  readonly kinds: readonly AuditedKind[];
  /** folders of `policies/` that it needs */
  readonly modules: readonly string[];
  /** its id at the policy server, and the beginning of its webhook's name */
  readonly uniqueName: string;
  /** the message of the API server is its own, and the report's is that of the members */
  readonly isGroup?: true;
  /** whether its `objectSelector` selects an object with these labels; all without */
  readonly selects?: (labels: Readonly<Record<string, string>>) => boolean;
  /** @param modulesFolder - of `<module>.wasm` */
  manifest(modulesFolder: string): AppliedManifest;
}

const rules: Readonly<Record<AuditedKind, { apiGroup: string; resource: string }>> = {
  Pod: { apiGroup: "", resource: "pods" },
  Deployment: { apiGroup: "apps", resource: "deployments" },
  Service: { apiGroup: "", resource: "services" },
  ConfigMap: { apiGroup: "", resource: "configmaps" },
  Namespace: { apiGroup: "", resource: "namespaces" },
};

interface PolicyRow {
  readonly module: string;
  readonly kinds: readonly AuditedKind[];
  readonly mutating?: boolean;
  readonly settings?: object;
}

const workloads = ["Pod", "Deployment"] as const;
const labels = { mandatory_labels: ["owner"], denied_labels: ["tier"] };
/** What is compared are verdicts, also where a busy machine takes long for them. */
const patience = { timeoutSeconds: 30, timeoutEvalSeconds: 20 };

const rows: Readonly<Record<string, PolicyRow>> = {
  privileged: { module: "pod-privileged", kinds: workloads },
  capabilities: {
    ...{ module: "capabilities-psp", kinds: workloads, mutating: true },
    settings: { allowed_capabilities: ["NET_BIND_SERVICE"], required_drop_capabilities: ["NET_ADMIN"] },
  },
  "host-namespaces": { module: "host-namespaces-psp", kinds: workloads },
  "read-only-root": { module: "readonly-root-filesystem-psp", kinds: ["Pod"] },
  sysctls: { module: "sysctl-psp", kinds: ["Pod"], settings: { forbiddenSysctls: ["net.*"] } },
  volumes: {
    ...{ module: "volumes-psp", kinds: ["Pod"] },
    settings: { allowedTypes: ["configMap", "emptyDir", "projected", "secret"] },
  },
  standards: { module: "pod-security-standards", kinds: workloads, settings: { level: "baseline" } },
  "no-load-balancer": { module: "disallow-service-loadbalancer", kinds: ["Service"] },
  "no-node-port": { module: "disallow-service-nodeport", kinds: ["Service"] },
  labels: {
    ...{ module: "safe-labels", settings: labels },
    kinds: ["Pod", "Deployment", "Service", "ConfigMap"],
  },
  "namespace-labels": { module: "safe-labels", kinds: ["Namespace"], settings: labels },
};

function ruleOf(kind: AuditedKind) {
  const { apiGroup, resource } = rules[kind];
  return { apiGroups: [apiGroup], apiVersions: ["v1"], resources: [resource], operations: ["CREATE"] };
}

function judging(name: string): object {
  return { matchExpressions: [{ key: judgeLabel, operator: "In", values: [name, allJudges] }] };
}

function clusterwide(
  name: string,
  { module, kinds, mutating = false, settings = {} }: PolicyRow,
): AuditedPolicy {
  return {
    ...{ name, kinds, modules: [module], uniqueName: `clusterwide-${name}` },
    manifest: (folder) => ({
      ...{ apiVersion: policiesApiVersion, kind: "ClusterAdmissionPolicy", metadata: { name } },
      spec: {
        ...{ module: `file://${folder}/${module}.wasm`, mutating, settings },
        ...{ namespaceSelector: judging(name), ...patience },
        rules: kinds.map(ruleOf),
      },
    }),
  };
}

/** Refuses what is privileged or in the host's namespaces. */
const group: AuditedPolicy = {
  ...{ name: "harmless", kinds: workloads, modules: ["pod-privileged", "host-namespaces-psp"] },
  ...{ uniqueName: "clusterwide-group-harmless", isGroup: true },
  manifest: (folder) => ({
    ...{
      apiVersion: policiesApiVersion,
      kind: "ClusterAdmissionPolicyGroup",
      metadata: { name: "harmless" },
    },
    spec: {
      policies: {
        plain: { module: `file://${folder}/pod-privileged.wasm` },
        apart: { module: `file://${folder}/host-namespaces-psp.wasm` },
      },
      ...{ expression: "plain() && apart()", message: "this is not harmless" },
      timeoutSeconds: patience.timeoutSeconds,
      ...{ namespaceSelector: judging("harmless"), rules: workloads.map(ruleOf) },
    },
  }),
};

/** Of a namespace, for what has a label. */
const ofNamespace: AuditedPolicy = {
  ...{ name: "team", kinds: ["Pod", "Service"], modules: ["safe-labels"] },
  uniqueName: "namespaced-judged-by-team-team",
  selects: ({ owner }) => owner !== undefined,
  manifest: (folder) => ({
    ...{ apiVersion: policiesApiVersion, kind: "AdmissionPolicy" },
    metadata: { name: "team", namespace: "judged-by-team" },
    spec: {
      ...{
        module: `file://${folder}/safe-labels.wasm`,
        mutating: false,
        settings: { denied_labels: ["tier"] },
      },
      ...patience,
      objectSelector: { matchExpressions: [{ key: "owner", operator: "Exists" }] },
      rules: [ruleOf("Pod"), ruleOf("Service")],
    },
  }),
};

/** In protect mode, all of them. */
export const auditedPolicies: readonly AuditedPolicy[] = [
  ...Object.entries(rows).map(([name, row]) => clusterwide(name, row)),
  group,
  ofNamespace,
];
