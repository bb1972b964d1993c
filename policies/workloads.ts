// Objects of each kind around a pod spec, for tests.
import type { KubernetesObject, PodSpec } from "@kubewarden-ts/policy-sdk";

/** The eight kinds that hold pods. */
export const workloadKinds = [
  "Pod",
  "Deployment",
  "ReplicaSet",
  "StatefulSet",
  "DaemonSet",
  "ReplicationController",
  "Job",
  "CronJob",
] as const;
export type WorkloadKind = (typeof workloadKinds)[number];

const apiVersions: Readonly<Record<WorkloadKind, string>> = {
  Pod: "v1",
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  ReplicationController: "v1",
  Job: "batch/v1",
  CronJob: "batch/v1",
};

/** An object of a kind with a pod spec; without one, an object that lacks its template. */
export function workload(kind: WorkloadKind, podSpec?: PodSpec): KubernetesObject {
  const object = { apiVersion: apiVersions[kind], kind, metadata: { name: "web", namespace: "team-a" } };
  if (podSpec === undefined) return kind === "Pod" ? object : { ...object, spec: {} };
  const template = { spec: podSpec };
  if (kind === "Pod") return { ...object, spec: podSpec };
  return { ...object, spec: kind === "CronJob" ? { jobTemplate: { spec: { template } } } : { template } };
}

/** A pod with a pod spec. */
export function pod(spec: PodSpec): KubernetesObject {
  return workload("Pod", spec);
}
