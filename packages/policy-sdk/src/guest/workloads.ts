import type { KubernetesObject, ObjectMeta } from "./kubernetes-object.ts";

// Fields of pods and of what makes them, as far as policies ask for them. Every other field is `unknown`.

export interface Capabilities {
  add?: string[] | null;
  drop?: string[] | null;
}

export interface SecurityContext {
  privileged?: boolean | null;
  allowPrivilegeEscalation?: boolean | null;
  readOnlyRootFilesystem?: boolean | null;
  runAsUser?: number | null;
  runAsGroup?: number | null;
  runAsNonRoot?: boolean | null;
  procMount?: string | null;
  capabilities?: Capabilities | null;
  [field: string]: unknown;
}

export interface Container {
  name?: string | null;
  image?: string | null;
  securityContext?: SecurityContext | null;
  [field: string]: unknown;
}

export interface PodSpec {
  containers?: Container[] | null;
  initContainers?: Container[] | null;
  ephemeralContainers?: Container[] | null;
  securityContext?: Record<string, unknown> | null;
  [field: string]: unknown;
}

export interface PodTemplate {
  metadata?: ObjectMeta | null;
  spec?: PodSpec | null;
}

export interface Pod extends KubernetesObject {
  spec?: PodSpec | null;
}

/** Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job. */
export interface TemplatedWorkload extends KubernetesObject {
  spec?: { template?: PodTemplate | null; [field: string]: unknown } | null;
}

export interface CronJob extends KubernetesObject {
  spec?: { jobTemplate?: { spec?: TemplatedWorkload["spec"] } | null; [field: string]: unknown } | null;
}
