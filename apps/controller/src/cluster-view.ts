import type {
  ConfigMap,
  Deployment,
  Pod,
  PodDisruptionBudget,
  ReplicaSet,
  Secret,
  Service,
  WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import type {
  AdmissionPolicy,
  AdmissionPolicyGroup,
  ClusterAdmissionPolicy,
  ClusterAdmissionPolicyGroup,
  PolicyServer,
} from "@kubewarden-ts/api/policies";
import type { Informer } from "@kubewarden-ts/kube";

/** Index of policies by `spec.policyServer`. */
export const byPolicyServer = "policyServer";
/** Index of Pods and ReplicaSets by the label `kubewarden/policy-server`. */
export const byPolicyServerLabel = "policyServerLabel";

/**
 * Copies of what the controller reads, kept current by watches: our kinds and webhook configurations of the whole cluster,
 * the others of the deployments namespace (controller.md 6.3).
 */
export interface ClusterView extends AsyncDisposable {
  readonly policyServers: Informer<PolicyServer>;
  readonly policies: {
    readonly ClusterAdmissionPolicy: Informer<ClusterAdmissionPolicy>;
    readonly AdmissionPolicy: Informer<AdmissionPolicy>;
    readonly ClusterAdmissionPolicyGroup: Informer<ClusterAdmissionPolicyGroup>;
    readonly AdmissionPolicyGroup: Informer<AdmissionPolicyGroup>;
  };
  readonly validatingWebhooks: Informer<WebhookConfiguration>;
  readonly mutatingWebhooks: Informer<WebhookConfiguration>;
  readonly configMaps: Informer<ConfigMap>;
  readonly deployments: Informer<Deployment>;
  readonly podDisruptionBudgets: Informer<PodDisruptionBudget>;
  readonly pods: Informer<Pod>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly secrets: Informer<Secret>;
  readonly services: Informer<Service>;
}
