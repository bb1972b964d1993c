import type { KubernetesObject } from "./kubernetes-object.ts";

// Fields of resources other than workloads, as far as policies ask for them. Every other field is `unknown`.

export interface ServicePort {
  name?: string | null;
  port?: number | null;
  targetPort?: number | string | null;
  nodePort?: number | null;
  protocol?: string | null;
  [field: string]: unknown;
}

export interface Service extends KubernetesObject {
  spec?: {
    type?: string | null;
    selector?: Record<string, string> | null;
    ports?: ServicePort[] | null;
    externalIPs?: string[] | null;
    [field: string]: unknown;
  } | null;
}

export interface IngressBackend {
  service?: {
    name?: string | null;
    port?: { name?: string | null; number?: number | null } | null;
    [field: string]: unknown;
  } | null;
  [field: string]: unknown;
}

export interface IngressRule {
  host?: string | null;
  http?: {
    paths?: { path?: string | null; pathType?: string | null; backend?: IngressBackend | null }[] | null;
  } | null;
  [field: string]: unknown;
}

export interface Ingress extends KubernetesObject {
  spec?: {
    ingressClassName?: string | null;
    defaultBackend?: IngressBackend | null;
    rules?: IngressRule[] | null;
    tls?: { hosts?: string[] | null; secretName?: string | null; [field: string]: unknown }[] | null;
    [field: string]: unknown;
  } | null;
}

export interface PersistentVolumeClaim extends KubernetesObject {
  spec?: {
    storageClassName?: string | null;
    accessModes?: string[] | null;
    volumeName?: string | null;
    [field: string]: unknown;
  } | null;
}

export interface Namespace extends KubernetesObject {
  spec?: { finalizers?: string[] | null; [field: string]: unknown } | null;
}

/** ValidatingWebhookConfiguration, MutatingWebhookConfiguration. */
export interface WebhookConfiguration extends KubernetesObject {
  webhooks?:
    | {
        name?: string | null;
        clientConfig?: {
          url?: string | null;
          service?: {
            name?: string | null;
            namespace?: string | null;
            port?: number | null;
            path?: string | null;
          } | null;
          [field: string]: unknown;
        } | null;
        [field: string]: unknown;
      }[]
    | null;
}

/** Secret, ConfigMap. */
export interface KeyedData extends KubernetesObject {
  type?: string | null;
  data?: Record<string, string> | null;
}

/** `policies.kubewarden.io`: AdmissionPolicy, ClusterAdmissionPolicy and their groups. */
export interface AdmissionPolicyResource extends KubernetesObject {
  spec?: { policyServer?: string | null; mode?: string | null; [field: string]: unknown } | null;
}

/** `aquasecurity.github.io`: what a scanner found in an image. */
export interface VulnerabilityReport extends KubernetesObject {
  report?: {
    artifact?: { repository?: string | null; tag?: string | null; digest?: string | null } | null;
    vulnerabilities?: Record<string, unknown>[] | null;
    [field: string]: unknown;
  } | null;
}

/** `management.cattle.io`: a project of Rancher. */
export interface Project extends KubernetesObject {
  spec?: {
    displayName?: string | null;
    clusterName?: string | null;
    resourceQuota?: Record<string, unknown> | null;
    namespaceDefaultResourceQuota?: Record<string, unknown> | null;
    [field: string]: unknown;
  } | null;
}

/** Kinds of which policies know no more than that they have a `spec`. */
export interface SpecifiedObject extends KubernetesObject {
  spec?: Record<string, unknown> | null;
}
