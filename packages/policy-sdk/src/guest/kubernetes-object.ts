/** The fields every policy may meet in `metadata`; what else is there is reached by name. */
export interface ObjectMeta {
  name?: string | null;
  generateName?: string | null;
  namespace?: string | null;
  labels?: Record<string, string> | null;
  annotations?: Record<string, string> | null;
  [field: string]: unknown;
}

/**
 * A Kubernetes object as it came: nothing is decoded, so unknown fields survive an edit in place. Nothing is checked
 * either: a field has its type because the API server validated the object, not because we did.
 */
export interface KubernetesObject {
  apiVersion?: string | null;
  kind?: string | null;
  metadata?: ObjectMeta | null;
  [field: string]: unknown;
}

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

/** The types `isKind` narrows to. */
export interface Kinds {
  Pod: Pod;
  Deployment: TemplatedWorkload;
  ReplicaSet: TemplatedWorkload;
  StatefulSet: TemplatedWorkload;
  DaemonSet: TemplatedWorkload;
  ReplicationController: TemplatedWorkload;
  Job: TemplatedWorkload;
  CronJob: CronJob;
}

/**
 * Whether an object says it is of a kind; narrows its type.
 * @example if (isKind(object, "Deployment")) object.spec?.template
 */
export function isKind<K extends keyof Kinds>(
  object: KubernetesObject | null | undefined,
  kind: K,
): object is Kinds[K] {
  return object?.kind === kind;
}
