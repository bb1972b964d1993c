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
