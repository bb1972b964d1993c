import type { KubernetesObject } from "./kubernetes-object.ts";
import type {
  AdmissionPolicyResource,
  Ingress,
  KeyedData,
  Namespace,
  PersistentVolumeClaim,
  Project,
  Service,
  SpecifiedObject,
  VulnerabilityReport,
  WebhookConfiguration,
} from "./resources.ts";
import type { CronJob, Pod, TemplatedWorkload } from "./workloads.ts";

/**
 * The types `isKind` and the host's look-ups narrow to. A project adds its own kinds, by hand or with `policy-sdk types`:
 * @example declare module "@kubewarden-ts/policy-sdk/kinds" { interface Kinds { Database: Database } }
 */
export interface Kinds {
  Pod: Pod;
  Deployment: TemplatedWorkload;
  ReplicaSet: TemplatedWorkload;
  StatefulSet: TemplatedWorkload;
  DaemonSet: TemplatedWorkload;
  ReplicationController: TemplatedWorkload;
  Job: TemplatedWorkload;
  CronJob: CronJob;
  Namespace: Namespace;
  Service: Service;
  Ingress: Ingress;
  PersistentVolumeClaim: PersistentVolumeClaim;
  ConfigMap: KeyedData;
  Secret: KeyedData;
  ServiceAccount: KubernetesObject & { automountServiceAccountToken?: boolean | null };
  NetworkPolicy: SpecifiedObject;
  ValidatingWebhookConfiguration: WebhookConfiguration;
  MutatingWebhookConfiguration: WebhookConfiguration;
  AdmissionPolicy: AdmissionPolicyResource;
  AdmissionPolicyGroup: AdmissionPolicyResource;
  ClusterAdmissionPolicy: AdmissionPolicyResource;
  ClusterAdmissionPolicyGroup: AdmissionPolicyResource;
  VulnerabilityReport: VulnerabilityReport;
  WorkloadPolicy: SpecifiedObject;
  Project: Project;
}

/** The type of a kind; that of any object where the kind is not known. */
export type KindOf<Kind extends string> = Kind extends keyof Kinds ? Kinds[Kind] : KubernetesObject;

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
