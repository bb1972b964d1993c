import type * as v from "valibot";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
} from "../policies/policy-kinds.ts";
import { policyServers } from "../policies/policy-server.ts";

/** A column of `kubectl get`. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: "boolean" | "date" | "integer" | "string";
  readonly jsonPath: string;
  /** 1: only with `-o wide` */
  readonly priority?: 1;
}

/** What a CustomResourceDefinition says beyond the schema. */
export interface CustomKind {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly namespaced: boolean;
  readonly schema: v.GenericSchema;
  /** of `kubectl explain` */
  readonly description: string;
  readonly columns: readonly PrinterColumn[];
  /** of v1alpha2, for the kinds that it serves: what it lacks against v1 (controller.md 1.6) */
  readonly v1alpha2?: { readonly lacksColumns: readonly string[]; readonly lacksFields: readonly string[] };
}

const annotation = (name: string) => `.metadata.annotations['io\\.kubewarden\\.policy\\.${name}']`;

const policyColumns: readonly PrinterColumn[] = [
  { name: "Policy Server", type: "string", jsonPath: ".spec.policyServer" },
  { name: "Mutating", type: "boolean", jsonPath: ".spec.mutating" },
  { name: "BackgroundAudit", type: "boolean", jsonPath: ".spec.backgroundAudit" },
  { name: "Mode", type: "string", jsonPath: ".spec.mode" },
  { name: "Observed mode", type: "string", jsonPath: ".status.mode" },
  { name: "Status", type: "string", jsonPath: ".status.policyStatus" },
  { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" },
  { name: "Severity", type: "string", jsonPath: annotation("severity"), priority: 1 },
  { name: "Category", type: "string", jsonPath: annotation("category"), priority: 1 },
];

const policyServerColumns: readonly PrinterColumn[] = [
  { name: "Replicas", type: "string", jsonPath: ".spec.replicas" },
  { name: "Image", type: "string", jsonPath: ".spec.image" },
];

const newPolicyColumns = ["BackgroundAudit", "Age", "Severity", "Category"];
const newPolicyFields = ["backgroundAudit", "matchConditions", "message", "timeoutEvalSeconds"];
const newClusterFields = ["contextAwareResources", "allowInsideAdmissionControllerNamespace"];
const newPolicyServerFields = [
  ...["affinity", "labels", "limits", "requests", "maxUnavailable", "minAvailable", "metricsPort"],
  ...["readinessProbePort", "webhookPort", "namespacedPoliciesCapabilities", "priorityClassName"],
  ...["securityContexts", "sigstoreTrustConfig", "tolerations"],
];

/** The five kinds, in the order of the documentation. */
export const customKinds: readonly CustomKind[] = [
  {
    ...policyServers,
    shortName: "ps",
    description: "Replicas of the policy server, which evaluates the policies that name it.",
    columns: policyServerColumns,
    v1alpha2: { lacksColumns: [], lacksFields: newPolicyServerFields },
  },
  {
    ...clusterAdmissionPolicies,
    shortName: "cap",
    description: "A policy for requests of the whole cluster.",
    columns: policyColumns,
    v1alpha2: { lacksColumns: newPolicyColumns, lacksFields: [...newPolicyFields, ...newClusterFields] },
  },
  {
    ...admissionPolicies,
    shortName: "ap",
    description: "A policy for requests of its own namespace.",
    columns: policyColumns,
    v1alpha2: { lacksColumns: newPolicyColumns, lacksFields: newPolicyFields },
  },
  {
    ...clusterAdmissionPolicyGroups,
    shortName: "capg",
    description: "Policies for requests of the whole cluster, and an expression over their verdicts.",
    columns: policyColumns,
  },
  {
    ...admissionPolicyGroups,
    shortName: "apg",
    description: "Policies for requests of their own namespace, and an expression over their verdicts.",
    columns: policyColumns,
  },
];
