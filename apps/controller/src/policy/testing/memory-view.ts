import type { KubernetesObject } from "@kubewarden-ts/api";
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
import {
  type AdmissionPolicy,
  type AdmissionPolicyGroup,
  type ClusterAdmissionPolicy,
  type ClusterAdmissionPolicyGroup,
  type Policy,
  type PolicyServer,
  policyServerLabel,
} from "@kubewarden-ts/api/policies";
import { byPolicyServer, byPolicyServerLabel, type ClusterView } from "../../cluster-view.ts";
import { type MemoryInformer, memoryInformer } from "./memory-informer.ts";

const byServer = { [byPolicyServer]: ({ spec }: Policy) => [spec.policyServer] };
const byLabel = {
  [byPolicyServerLabel]: ({ metadata: { labels = {} } }: KubernetesObject) =>
    labels[policyServerLabel] === undefined ? [] : [labels[policyServerLabel]],
};

/** A view whose objects are what a test puts into it. */
export function memoryView(policies: readonly Policy[] = []) {
  const kinds = {
    ClusterAdmissionPolicy: memoryInformer<ClusterAdmissionPolicy>(byServer),
    AdmissionPolicy: memoryInformer<AdmissionPolicy>(byServer),
    ClusterAdmissionPolicyGroup: memoryInformer<ClusterAdmissionPolicyGroup>(byServer),
    AdmissionPolicyGroup: memoryInformer<AdmissionPolicyGroup>(byServer),
  };
  const view = {
    policyServers: memoryInformer<PolicyServer>(),
    policies: kinds,
    validatingWebhooks: memoryInformer<WebhookConfiguration>(),
    mutatingWebhooks: memoryInformer<WebhookConfiguration>(),
    configMaps: memoryInformer<ConfigMap>(),
    deployments: memoryInformer<Deployment>(),
    podDisruptionBudgets: memoryInformer<PodDisruptionBudget>(),
    pods: memoryInformer<Pod>(byLabel),
    replicaSets: memoryInformer<ReplicaSet>(byLabel),
    secrets: memoryInformer<Secret>(),
    services: memoryInformer<Service>(),
    async [Symbol.asyncDispose]() {},
  } satisfies ClusterView;
  const informers: Record<string, Pick<MemoryInformer<Policy>, "put">> = { ...kinds } as never;
  for (const policy of policies) informers[policy.kind]?.put(policy);
  return view;
}
