export { type ConfigMap, configMaps, type Secret, secrets } from "./configuration.ts";
export { events, type KubernetesEvent } from "./events.ts";
export { type Lease, leases } from "./leases.ts";
export { type Service, services } from "./services.ts";
export {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  type Webhook,
  type WebhookConfiguration,
} from "./webhook-configurations.ts";
export {
  type Deployment,
  deployments,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  pods,
  type ReplicaSet,
  replicaSets,
} from "./workloads.ts";
