// Names, labels and annotations that clients see (controller.md 1.7): wire format.

export const policiesGroup = "policies.kubewarden.io";
export const policiesApiVersion = `${policiesGroup}/v1`;

export const finalizer = "kubewarden.io/finalizer";
/** Written before 1.14; taken off on deletion too. */
export const legacyFinalizer = "kubewarden";

export const policyServerLabel = "kubewarden/policy-server";
export const configVersionKey = "kubewarden/config-version";
export const managedAnnotationKeys = "kubewarden.io/managed-annotation-keys";
export const managedLabelKeys = "kubewarden.io/managed-label-keys";
export const certificateFormatAnnotation = "kubewarden.io/cert-format-version";

export const partOfLabel = "app.kubernetes.io/part-of";
export const componentLabel = "app.kubernetes.io/component";
export const instanceLabel = "app.kubernetes.io/instance";
export const managedByLabel = "app.kubernetes.io/managed-by";

/** Of webhook configurations of policies: the policy's name, and its namespace, `""` for cluster-wide ones. */
export const policyNameAnnotation = "kubewardenPolicyName";
export const policyNamespaceAnnotation = "kubewardenPolicyNamespace";
/** Label of webhook configurations written before 1.16. */
export const legacyWebhookLabel = "kubewarden";

/** Name of the objects of a PolicyServer, and of its container. */
export function policyServerObjectName(policyServer: string): string {
  return `policy-server-${policyServer}`;
}

/** Labels of every object of a PolicyServer that has the common ones. */
export function commonLabels(policyServer: string): Record<string, string> {
  return {
    [componentLabel]: "policy-server",
    [instanceLabel]: policyServerObjectName(policyServer),
    [partOfLabel]: "kubewarden",
    [managedByLabel]: "kubewarden-controller",
  };
}

/** A policy, as far as its unique name depends on it. */
export interface NamedPolicy {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The policy's id in `policies.yml`, and the name of its webhook configuration. */
export function uniqueName({ kind, metadata: { name, namespace } }: NamedPolicy): string {
  const group = kind.endsWith("Group") ? "group-" : "";
  return namespace === undefined || kind.startsWith("Cluster")
    ? `clusterwide-${group}${name}`
    : `namespaced-${group}${namespace}-${name}`;
}
