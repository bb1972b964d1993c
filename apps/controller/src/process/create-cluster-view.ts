import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  pods,
  replicaSets,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  policyServerLabel,
  policyServers,
} from "@kubewarden-ts/api/policies";
import type { Clock, Logger } from "@kubewarden-ts/base";
import { createInformer, type Informer, type InformerOptions, type KubeClient } from "@kubewarden-ts/kube";
import { byPolicyServer, byPolicyServerLabel, type ClusterView } from "../cluster-view.ts";

export interface ClusterViewOptions {
  /** the deployments namespace */
  readonly namespace: string;
  readonly log: Logger;
  readonly clock: Clock;
}

/** Starts to watch what {@link ClusterView} shows; {@link whenViewSynced} tells when all of it is there. */
export function createClusterView(client: KubeClient, options: ClusterViewOptions): ClusterView {
  const { namespace, ...common } = options;
  const started = new AsyncDisposableStack();
  const watch = <T extends KubernetesObject>(
    type: ResourceType<T>,
    further: Pick<InformerOptions<T>, "indexes" | "namespace"> = {},
  ): Informer<T> => started.use(createInformer<T>(client, type, { ...common, ...further }));
  const indexes = {
    [byPolicyServer]: ({ spec }: { readonly spec: { readonly policyServer: string } }) => [spec.policyServer],
  };
  const labelled = { [byPolicyServerLabel]: policyServersOf };
  return {
    policyServers: watch(policyServers),
    policies: {
      ClusterAdmissionPolicy: watch(clusterAdmissionPolicies, { indexes }),
      AdmissionPolicy: watch(admissionPolicies, { indexes }),
      ClusterAdmissionPolicyGroup: watch(clusterAdmissionPolicyGroups, { indexes }),
      AdmissionPolicyGroup: watch(admissionPolicyGroups, { indexes }),
    },
    validatingWebhooks: watch(validatingWebhookConfigurations),
    mutatingWebhooks: watch(mutatingWebhookConfigurations),
    configMaps: watch(configMaps, { namespace }),
    deployments: watch(deployments, { namespace }),
    podDisruptionBudgets: watch(podDisruptionBudgets, { namespace }),
    pods: watch(pods, { namespace, indexes: labelled }),
    replicaSets: watch(replicaSets, { namespace, indexes: labelled }),
    secrets: watch(secrets, { namespace }),
    services: watch(services, { namespace }),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

/** @throws {KubeError} `KUBE_ABORTED`, `KUBE_CLOSED` */
export async function whenViewSynced(view: ClusterView, signal: AbortSignal): Promise<void> {
  const { policies, [Symbol.asyncDispose]: _end, ...others } = view;
  const informers = [...Object.values(others), ...Object.values(policies)];
  await Promise.all(informers.map((informer) => informer.whenSynced({ signal })));
}

function policyServersOf({ metadata: { labels } }: KubernetesObject): string[] {
  const policyServer = labels?.[policyServerLabel];
  return policyServer === undefined ? [] : [policyServer];
}
