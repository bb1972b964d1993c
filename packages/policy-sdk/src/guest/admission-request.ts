import type { GroupVersionKind, GroupVersionResource, UserInfo } from "@kubewarden-ts/protocol";
import type { KubernetesObject } from "./kubernetes-object.ts";

/** The request of an AdmissionReview in its wire names (policy-runtime 2.5): what is optional may be absent. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly kind: GroupVersionKind;
  readonly resource: GroupVersionResource;
  readonly subResource?: string;
  readonly requestKind?: GroupVersionKind;
  readonly requestResource?: GroupVersionResource;
  readonly requestSubResource?: string;
  readonly name?: string;
  readonly namespace?: string;
  /** `CREATE`, `UPDATE`, `DELETE` or `CONNECT`. */
  readonly operation: string;
  readonly userInfo: UserInfo;
  /** Absent or null on DELETE. */
  readonly object?: KubernetesObject | null;
  /** Absent or null on CREATE. */
  readonly oldObject?: KubernetesObject | null;
  readonly dryRun?: boolean;
  readonly options?: unknown;
}
