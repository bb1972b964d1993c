import type { Kinds } from "../guest/kinds.ts";

const builtIn: Readonly<Record<keyof Kinds, true>> = {
  Pod: true,
  Deployment: true,
  ReplicaSet: true,
  StatefulSet: true,
  DaemonSet: true,
  ReplicationController: true,
  Job: true,
  CronJob: true,
  Namespace: true,
  Service: true,
  Ingress: true,
  PersistentVolumeClaim: true,
  ConfigMap: true,
  Secret: true,
  ServiceAccount: true,
  NetworkPolicy: true,
  ValidatingWebhookConfiguration: true,
  MutatingWebhookConfiguration: true,
  AdmissionPolicy: true,
  AdmissionPolicyGroup: true,
  ClusterAdmissionPolicy: true,
  ClusterAdmissionPolicyGroup: true,
  VulnerabilityReport: true,
  WorkloadPolicy: true,
  Project: true,
};

/** Kinds the SDK has a type for; no other type can stand under their name. */
export const builtInKinds: readonly string[] = Object.keys(builtIn);
