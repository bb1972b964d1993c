import type { ApiResource } from "@kubewarden-ts/kube";

/** An object of the cluster, as it was listed. */
export interface AuditedObject {
  /** as what it was listed: group, version, plural, kind */
  readonly resource: ApiResource;
  readonly name: string;
  /** of namespaced kinds */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly labels: Readonly<Record<string, string>>;
  /** JSON of the whole object, `apiVersion` and `kind` included, byte for byte as the API server gave it otherwise */
  readonly bytes: Uint8Array;
}
