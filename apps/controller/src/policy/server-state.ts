import type { KubernetesObject } from "@kubewarden-ts/api";
import type { ConfigMap, Deployment, Pod, ReplicaSet } from "@kubewarden-ts/api/core";
import { type PolicyServer, policyServerObjectName } from "@kubewarden-ts/api/policies";
import { byPolicyServerLabel } from "../cluster-view.ts";
import type { Configuration } from "./configuration.ts";
import type { PolicyContext } from "./policy-context.ts";

/** What the cluster has for a PolicyServer, as far as its policies depend on it. */
export interface ServerState {
  readonly server: PolicyServer;
  readonly configMap: ConfigMap | undefined;
  readonly configuration: Configuration;
  readonly deployment: Deployment | undefined;
  readonly replicaSets: readonly ReplicaSet[];
  /** all with its label, whatever their state */
  readonly pods: readonly Pod[];
}

/** Annotation of a PolicyServer: `reload` has its policies exchanged in running pods, in place of a rollout. */
const policyUpdatesAnnotation = "kubewarden-ts.io/policy-updates";

export function serverState(
  { view, config, readConfiguration }: Pick<PolicyContext, "view" | "config" | "readConfiguration">,
  server: PolicyServer,
): ServerState {
  const { name } = server.metadata;
  const object = { name: policyServerObjectName(name), namespace: config.deploymentsNamespace };
  const configMap = view.configMaps.get(object);
  return {
    server,
    configMap,
    configuration: readConfiguration(configMap),
    deployment: view.deployments.get(object),
    replicaSets: view.replicaSets.byIndex(byPolicyServerLabel, name),
    pods: view.pods.byIndex(byPolicyServerLabel, name),
  };
}

/**
 * Whether the configuration or the Deployment still belongs to an earlier PolicyServer of this name: until it is taken
 * over, the garbage collector may remove it, and the pods with it.
 */
export function isLeftOver({ server, configMap, deployment }: ServerState): boolean {
  const { name, uid } = server.metadata;
  const isOfEarlier = (object: KubernetesObject | undefined): boolean =>
    object?.metadata.ownerReferences?.some(
      (owner) => owner.kind === server.kind && owner.name === name && owner.uid !== uid,
    ) ?? false;
  return isOfEarlier(configMap) || isOfEarlier(deployment);
}

/** Whether running pods read changed policies themselves: then no rollout tells that they have them. */
export function reloadsPolicies({ metadata }: PolicyServer): boolean {
  return metadata.annotations?.[policyUpdatesAnnotation] === "reload";
}
